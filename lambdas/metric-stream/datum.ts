import { viewOf } from './byte-map.ts';
import { type Members, object, refuse, text } from './json-values.ts';
import type { Series, SeriesCache } from './series-cache.ts';
import { readStatistics, type Statistics } from './statistics.ts';

/** An object of a metric stream: what happened to its series in a minute. */
export interface Datum {
  readonly series: Series;
  /** Whole milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly value: Statistics;
}

/** @throws Error that names the member which keeps the value from being a datum, what it is, and what would be right. */
export const readDatum = (json: unknown, cache: SeriesCache): Datum => {
  const datum = object('the line', json);
  const prefix = prefixOf(datum);
  return {
    series: cache.find(prefix, 0, prefix.byteLength, text('unit', datum['unit'] ?? '')),
    timestampMs: readTimestamp(datum['timestamp']),
    value: readStatistics(object('value', datum['value'])),
  };
};

/** The bytes by which the cache knows the datum's series. */
const prefixOf = ({ account_id, region, namespace, metric_name, dimensions }: Members): DataView => {
  const json = JSON.stringify({ account_id, region, namespace, metric_name, dimensions });
  return viewOf(Buffer.from(json.slice(0, -1)));
};

/** 10^12 ms is in 2001; the last whole millisecond that OTLP's 64 bits of nanoseconds can hold is in 2554. */
const EARLIEST_MS = 1e12;
const LATEST_MS = 18_446_744_073_709;

/** @throws as `readDatum` does */
export const readTimestamp = (value: unknown): number => {
  const ms = typeof value === 'number' ? Math.trunc(value) : NaN;
  return ms >= EARLIEST_MS && ms <= LATEST_MS
    ? ms
    : refuse('timestamp', value, `milliseconds from ${EARLIEST_MS} to ${LATEST_MS}`);
};
