/** A seeded source of pseudo-random values: the same seed gives the same samples everywhere. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  readonly next: () => number;
  /** A whole number from 0 up to, but not including, `limit`. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Lower-case hexadecimal digits. */
  readonly hex: (digits: number) => string;
  /** Log-normal: the shape that latencies and sizes have. `sigma` 1 puts the 99th percentile at ten times the median. */
  readonly logNormal: (median: number, sigma: number) => number;
}

/** The generator sfc32 (http://pracrand.sourceforge.net/RNG_engines.txt). */
export const random = (seed: number): Random => {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 16; round++) word();

  const next = (): number => word() / 2 ** 32;
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    hex: (digits) => {
      let text = '';
      while (text.length < digits) text += word().toString(16).padStart(8, '0');
      return text.slice(0, digits);
    },
    logNormal: (median, sigma) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(sigma * normal);
    },
  };
};

/** Every item as often as its weight says, so that `pick` from the result is a weighted choice. */
export const weighted = <T>(...items: readonly (readonly [weight: number, item: T])[]): readonly T[] =>
  items.flatMap(([weight, item]) => Array<T>(weight).fill(item));
