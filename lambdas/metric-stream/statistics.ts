import type { Quantile, Summary } from '../otlp/data-points.ts';
import { finite, type Members, refuse } from './json-values.ts';

/**
 * What a datum says of its samples
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html).
 */
export interface Statistics extends Summary {
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
  for (const [key, value] of Object.entries(members)) {
    if (key === 'max' || key === 'min' || key === 'sum' || key === 'count') continue;
    const percent = PERCENTILE.exec(key)?.[1];
    if (percent === undefined) {
      if (typeof value === 'number') others.push({ key, value: finite(key, value) });
    } else if (value !== null) {
      quantiles.push({ quantile: quantileOf(percent), value: finite(key, value) });
    }
  }
  quantiles.sort((a, b) => a.quantile - b.quantile);
  const ends = (end: 0 | 1) => quantiles.find(({ quantile }) => quantile === end)?.value;
  return {
    ...basicStatistics(count, sum, min ?? ends(0), max ?? ends(1)),
    percentiles: quantiles.filter(isInside),
    others,
  };
};

/** Those that every datum has. @throws as `readStatistics` does */
export const basicStatistics = (count: unknown, sum: unknown, min: unknown, max: unknown): Statistics => ({
  count: readCount(count),
  sum: finite('sum', sum),
  min: min === undefined ? min : finite('min', min),
  percentiles: NONE,
  max: max === undefined ? max : finite('max', max),
  others: NONE,
});

const NONE: readonly never[] = [];

const PERCENTILE = /^p(\d{1,2}(?:\.\d+)?|100(?:\.0+)?)$/;

/** The text is scaled, not the number: 99.9 / 100 is not the double nearest to 0.999. */
const quantileOf = (percent: string): number => Number(`${percent}e-2`);

/** The ends are minimum and maximum, and two percentiles may only differ in how they are written. */
const isInside = ({ quantile }: Quantile, index: number, all: readonly Quantile[]): boolean =>
  quantile > 0 && quantile < 1 && quantile !== all[index - 1]?.quantile;

const readCount = (value: unknown): number =>
  typeof value === 'number' && value >= 0 && value < 2 ** 64
    ? Math.round(value)
    : refuse('count', value, 'a number from 0 to below 2^64');
