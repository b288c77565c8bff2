import type { Pipeline } from '../../lambdas/function-settings.ts';
import { costOf, HOURS_PER_MONTH, PRICE_OF_RECORDS } from '../../lib/prices.ts';
import type { Totals } from './account.ts';

const MS_PER_HOUR = 3_600_000;
const LEAST_MS = 60_000;

/** Dollars a month at list prices, if every hour were like those that were read. */
export interface Month {
  /** Records or points. */
  readonly scout: number;
  /** Bytes out and metric updates; not Lambda, S3, SQS and Firehose, which take less. */
  readonly aws: number;
}

/** @param hours that the data is of */
export const monthOf = (
  pipeline: Pipeline,
  { delivered, bytes }: Pick<Totals, 'delivered' | 'bytes'>,
  updates: number,
  hours: number,
): Month => {
  const factor = HOURS_PER_MONTH / hours;
  return {
    scout: factor * costOf(PRICE_OF_RECORDS[pipeline], delivered),
    aws:
      factor *
      (costOf('perGbOut', bytes) +
        (pipeline === 'metrics' ? costOf('perThousandMetricUpdates', updates) : 0)),
  };
};

/**
 * Hours from the oldest to the newest record; undefined for less than a minute, which says nothing of a month, and for
 * more than a month.
 */
export const hoursBetween = (oldestMs: number, newestMs: number): number | undefined => {
  const hours = (newestMs - oldestMs) / MS_PER_HOUR;
  return newestMs - oldestMs >= LEAST_MS && hours <= HOURS_PER_MONTH ? hours : undefined;
};
