import { dimensionsJson } from './dimensions.ts';
import { type Members, object, refuse, text } from './json-values.ts';
import { readStatistics, type Statistics } from './statistics.ts';

/**
 * One object of a metric stream in JSON format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-formats-json.html).
 */
export interface Datum {
  /** Whose it is, as JSON: the members of `Source`. */
  readonly source: string;
  /** Compact JSON, sorted by name. */
  readonly dimensions: string;
  /** Whole milliseconds since the epoch. */
  readonly timestampMs: number;
  /** Empty if missing. */
  readonly unit: string;
  readonly value: Statistics;
}

/** Account and region are empty if missing. */
export interface Source {
  readonly account_id: string;
  readonly region: string;
  readonly namespace: string;
  readonly metric_name: string;
}

export const parseSource = (source: string): Source => JSON.parse(`{${source}}`) as Source;

/** @throws Error that names the member which keeps the value from being a datum, what it is, and what would be right. */
export const readDatum = (json: unknown): Datum => {
  const datum = object('the line', json);
  const source: Source = {
    account_id: text('account_id', datum['account_id'] ?? ''),
    region: text('region', datum['region'] ?? ''),
    namespace: name('namespace', datum['namespace']),
    metric_name: name('metric_name', datum['metric_name']),
  };
  return {
    source: JSON.stringify(source).slice(1, -1),
    dimensions: readDimensions(datum['dimensions']),
    timestampMs: readTimestamp(datum['timestamp']),
    unit: text('unit', datum['unit'] ?? ''),
    value: readStatistics(object('value', datum['value'])),
  };
};

const name = (member: string, value: unknown): string =>
  typeof value === 'string' && value !== '' ? value : refuse(member, value, 'text that is not empty');

const readDimensions = (value: unknown): string => {
  const dimensions = Object.entries(object('dimensions', value ?? NONE));
  return dimensionsJson(
    Object.fromEntries(dimensions.map(([name, value]) => [name, text(`dimension ${name}`, value)])),
  );
};

const NONE: Members = {};

/** 10^12 ms is in 2001; the last whole millisecond that OTLP's 64 bits of nanoseconds can hold is in 2554. */
const EARLIEST_MS = 1e12;
const LATEST_MS = 18_446_744_073_709;

const readTimestamp = (value: unknown): number => {
  const ms = typeof value === 'number' ? Math.trunc(value) : NaN;
  return ms >= EARLIEST_MS && ms <= LATEST_MS
    ? ms
    : refuse('timestamp', value, `milliseconds from ${EARLIEST_MS} to ${LATEST_MS}`);
};
