const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

export const whole = (number: number): string => WHOLE.format(number);

/** `1.23M` */
export const short = (number: number): string => SHORT.format(number);

/** `1.2 kB` */
export const size = (bytes: number): string =>
  `${short(bytes)
    .replace(/(?<=\d)(?=[KMBT]|$)/, ' ')
    .replace('K', 'k')
    .replace(' B', ' G')}B`;
