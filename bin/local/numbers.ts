const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const EXACT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** `12,345` */
export const whole = (number: number): string => WHOLE.format(number);

/** Four significant digits; `872G` from 100,000 on; a dash for none. */
export const short = (number: number): string => {
  if (!Number.isFinite(number)) return '–';
  return (Math.abs(number) < 100_000 ? EXACT : SHORT).format(number).replace('K', 'k').replace('B', 'G');
};

/** `8.59 MB`, `812 kB`, `99 B` */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
};
