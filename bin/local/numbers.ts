const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const FOUR_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `12,345` */
export const whole = (number: number): string => WHOLE.format(number);

/** `12,345`, four significant digits of a fraction; `872G` from 100,000 on; a dash for none. */
export const short = (number: number): string => {
  if (!Number.isFinite(number)) return '–';
  if (Math.abs(number) < 100_000) return (Number.isInteger(number) ? WHOLE : FOUR_DIGITS).format(number);
  return COMPACT.format(number).replace('K', 'k').replace('B', 'G');
};

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `8.59 MB`, `812 kB`, `99 B` */
export const size = (bytes: number): string => {
  const rounded = Number(bytes.toPrecision(3));
  const power = Math.max(
    0,
    UNITS.findLastIndex((_, index) => rounded >= 1000 ** index),
  );
  return `${THREE_DIGITS.format(rounded / 1000 ** power)} ${UNITS[power]}`;
};
