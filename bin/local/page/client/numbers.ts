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

/** `$12.34` a month; cents only below $1,000. */
export const dollars = (amount: number): string =>
  amount > 0 && amount < 0.005
    ? 'under $0.01'
    : new Intl.NumberFormat('en-US', {
        style: 'currency',
        currency: 'USD',
        maximumFractionDigits: amount >= 1000 ? 0 : 2,
      }).format(amount);
