import type { Quantile } from '../otlp/data-points.ts';
import { finite, type Members, refuse } from './members.ts';

/**
 * What a datum says of its samples
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html).
 */
export interface Statistics {
  /** Whole, below 2^64. */
  readonly count: number;
  readonly sum: number;
  /** Minimum (quantile 0), percentiles and maximum (quantile 1), ascending, as far as there are any. */
  readonly quantiles: readonly Quantile[];
  /** What is no part of a summary: `TM(25%:75%)`, `tm99`, `IQM`, … */
  readonly others: readonly Statistic[];
}

export interface Statistic {
  /** As the stream names it. */
  readonly key: string;
  readonly value: number;
}

/** @throws Error that names the statistic that is wrong. */
export const readStatistics = (members: Members): Statistics => {
  const { count, sum, min, max } = members;
  const quantiles: Quantile[] = [];
  const others: Statistic[] = [];
  for (const key of Object.keys(members)) {
    if (key === 'max' || key === 'min' || key === 'sum' || key === 'count') continue;
    const value = members[key];
    const percent = PERCENTILE.exec(key)?.[1];
    if (percent !== undefined) addQuantile(quantiles, quantileOf(percent), key, value);
    else if (typeof value === 'number') others.push({ key, value: finite(key, value) });
  }
  const basic = basicStatistics(count, sum, min, max);
  return { ...basic, quantiles: ascending([...basic.quantiles, ...quantiles]), others };
};

/** Those that every datum has. @throws as `readStatistics` does */
export const basicStatistics = (count: unknown, sum: unknown, min: unknown, max: unknown): Statistics => {
  const quantiles: Quantile[] = [];
  addQuantile(quantiles, 0, 'min', min);
  addQuantile(quantiles, 1, 'max', max);
  return { count: readCount(count), sum: finite('sum', sum), quantiles, others: NONE };
};

const NONE: readonly Statistic[] = [];

const PERCENTILE = /^p(\d{1,2}(?:\.\d+)?|100(?:\.0+)?)$/;

/** The text is scaled, not the number: 99.9 / 100 is not the double nearest to 0.999. */
const quantileOf = (percent: string): number => Number(`${percent}e-2`);

const addQuantile = (quantiles: Quantile[], quantile: number, key: string, value: unknown): void => {
  if (value !== undefined && value !== null) quantiles.push({ quantile, value: finite(key, value) });
};

/** The sort is stable, so that minimum and maximum, which come first, are preferred to `p0` and `p100`. */
const ascending = (quantiles: Quantile[]): readonly Quantile[] =>
  quantiles
    .sort((a, b) => a.quantile - b.quantile)
    .filter(({ quantile }, index, all) => quantile !== all[index - 1]?.quantile);

const readCount = (value: unknown): number =>
  typeof value === 'number' && value >= 0 && value < 2 ** 64
    ? Math.round(value)
    : refuse('count', value, 'a number from 0 to below 2^64');
