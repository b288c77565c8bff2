import {
  attributesOf,
  logRecordsOf,
  type LogsRequest,
  metricsOf,
  type MetricsRequest,
} from './emulators/scout/otlp.ts';
import { headOf, type Input } from './inputs.ts';
import { type DataPoint, dataPointSent, logRecordSent } from './decoded.ts';
import type { Sent } from './sent.ts';

/** A line of an input, to be shown beside what becomes of it. */
export interface Line {
  readonly input: Input;
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export interface Exhibits {
  readonly add: (request: { readonly logs?: LogsRequest; readonly metrics?: MetricsRequest }) => void;
  /** A log record; or a data point, and those of its further statistics; nothing for a line that was not sent. */
  readonly of: (line: Line) => readonly Sent[];
}

/** The first `most` lines of an input that are not blank, of those in its first 64 KiB. */
export const firstLines = (input: Input, most: number): readonly Line[] =>
  (headOf(input.body) ?? Buffer.alloc(0))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((text, index) => ({ input, number: index + 1, text }))
    .filter(({ text }) => text.trim() !== '')
    .slice(0, most);

/** Looks for these lines in what is sent. */
export const openExhibits = (lines: readonly Line[]): Exhibits => {
  const found = new Map<string, Sent[]>(lines.map((line) => [identityOf(line), []]));
  return {
    add: ({ logs = {}, metrics = {} }) => {
      for (const { resource, scope, record } of logRecordsOf(logs)) {
        const key = scope.attributes?.find((one) => one.key === 'aws.s3.key')?.value?.stringValue;
        const uid = record.attributes?.find((one) => one.key === 'log.record.uid')?.value?.stringValue;
        found.get(`${key} ${uid?.split(':')[1]}`)?.push(logRecordSent(record, scope, resource));
      }
      for (const { resource, scope, metric } of metricsOf(metrics))
        for (const point of [...(metric.summary?.dataPoints ?? []), ...(metric.gauge?.dataPoints ?? [])])
          found.get(identityOfPoint(point))?.push(dataPointSent(metric, point, scope, resource));
    },
    of: (line) => found.get(identityOf(line)) ?? [],
  };
};

const identityOfPoint = ({ attributes, timeUnixNano }: DataPoint): string => {
  const { Namespace, MetricName, Dimensions } = attributesOf(attributes);
  return JSON.stringify([Namespace, MetricName, Dimensions, timeUnixNano]);
};

/** A log record tells its object and line; a data point its series and time. */
const identityOf = ({ input, number, text }: Line): string => {
  if (input.pipeline === 'logs') return `${input.key} ${number}`;
  try {
    const { namespace, metric_name, dimensions, timestamp } = JSON.parse(text) as Datum;
    const sorted = Object.entries(dimensions ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const nanos = `${BigInt(Math.trunc(timestamp)) * 1_000_000n}`;
    return JSON.stringify([namespace, metric_name, JSON.stringify(Object.fromEntries(sorted)), nanos]);
  } catch {
    return `${input.key} ${number}`;
  }
};

interface Datum {
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions?: Readonly<Record<string, unknown>>;
  readonly timestamp: number;
}
