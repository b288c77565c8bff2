import { OWN_NAME } from '../../lambdas/forwarding/own-metrics.ts';
import {
  type KeyValue,
  type LogRecord,
  logRecordsOf,
  metricsOf,
  type NumberDataPoint,
  type Scope,
  type SummaryDataPoint,
} from './emulators/scout/otlp.ts';
import type { ScoutRequest } from './emulators/scout.ts';

/** One metric as Scout received it. */
export interface MetricSummary {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  points: number;
  samples: number;
  sum: number;
  min: number;
  max: number;
  /** Largest p99; -Infinity if no point has one. */
  p99: number;
}

/** Requests of one minute to one target group with one class of status, as Scout received them. */
export interface RequestSummary {
  /** Begin of the minute, in milliseconds since the epoch. */
  readonly minuteMs: number;
  readonly targetGroup: string;
  readonly status: string;
  count: number;
  /** Of each request to which a target responded, in seconds. */
  readonly latencies: number[];
}

/** A log line that could not be parsed, and was sent as it is. */
export interface Unreadable {
  readonly key: string;
  readonly lineNumber: number;
  readonly text: string;
}

/** Summary of what Scout received. */
export interface Received {
  readonly metrics: Map<string, MetricSummary>;
  readonly requests: Map<string, RequestSummary>;
  readonly unreadable: Unreadable[];
  records: number;
  /** Data points of the forwarder's own gauges, which are in no ledger and not among the records. */
  ownPoints: number;
  /** Metric updates as CloudWatch bills them. */
  updates: number;
  /** Times of the records, in milliseconds since the epoch. */
  oldestMs: number;
  newestMs: number;
  add: (request: Pick<ScoutRequest, 'stored' | 'logs' | 'metrics'>) => void;
}

const MINUTE = 60_000;

/** https://aws.amazon.com/cloudwatch/pricing/: up to five statistics beside the usual four count as one more update. */
const STATISTICS_PER_UPDATE = 5;

export const openReceived = (): Received => {
  const received: Received = {
    metrics: new Map(),
    requests: new Map(),
    unreadable: [],
    records: 0,
    ownPoints: 0,
    updates: 0,
    oldestMs: Infinity,
    newestMs: -Infinity,
    add: ({ stored, logs = {}, metrics = {} }) => {
      if (!stored) return;
      for (const { scope, record } of logRecordsOf(logs)) addRecord(received, scope, record);
      for (const { scope, metric } of metricsOf(metrics)) {
        const { unit = '' } = metric;
        if (scope.name === OWN_NAME) {
          received.ownPoints += metric.gauge?.dataPoints?.length ?? 0;
          continue;
        }
        for (const point of metric.summary?.dataPoints ?? []) addSummary(received, unit, point);
        for (const point of metric.gauge?.dataPoints ?? []) addGauge(received, unit, point);
      }
    },
  };
  return received;
};

const addSummary = (received: Received, unit: string, point: SummaryDataPoint): void => {
  const { Namespace = '', MetricName = '' } = pick(point.attributes, ['Namespace', 'MetricName']);
  const quantiles = point.quantileValues ?? [];
  const value = (wanted: number, otherwise: number): number => {
    const found = quantiles.find(({ quantile = 0 }) => quantile === wanted);
    return found === undefined ? otherwise : (found.value ?? 0);
  };
  const further = quantiles.filter(({ quantile = 0 }) => quantile > 0 && quantile < 1).length;
  received.updates += 1 + Math.ceil(further / STATISTICS_PER_UPDATE);
  addTime(received, point.timeUnixNano);
  addValues(received, Namespace, MetricName, unit, {
    samples: Number(point.count ?? 0),
    sum: point.sum ?? 0,
    min: value(0, 0),
    max: value(1, 0),
    p99: value(0.99, -Infinity),
  });
};

const addGauge = (received: Received, unit: string, point: NumberDataPoint): void => {
  const names = ['Namespace', 'MetricName', 'Statistic'];
  const { Namespace = '', MetricName = '', Statistic = '' } = pick(point.attributes, names);
  const value = point.asDouble ?? Number(point.asInt ?? 0);
  addTime(received, point.timeUnixNano);
  const values = { samples: 1, sum: value, min: value, max: value, p99: -Infinity };
  addValues(received, Namespace, `${MetricName} ${Statistic}`, unit, values);
};

const addValues = (
  received: Received,
  namespace: string,
  name: string,
  unit: string,
  values: Pick<MetricSummary, 'samples' | 'sum' | 'min' | 'max' | 'p99'>,
): void => {
  const none = { points: 0, samples: 0, sum: 0, min: Infinity, max: -Infinity, p99: -Infinity };
  const summary = entry(received.metrics, `${namespace} ${name} ${unit}`, { namespace, name, unit, ...none });
  summary.points++;
  summary.samples += values.samples;
  summary.sum += values.sum;
  summary.min = Math.min(summary.min, values.min);
  summary.max = Math.max(summary.max, values.max);
  summary.p99 = Math.max(summary.p99, values.p99);
  received.records++;
};

/** Milliseconds since the epoch. */
const addTime = (received: Received, nanos = '0'): number => {
  const ms = Number(nanos) / 1e6;
  received.oldestMs = Math.min(received.oldestMs, ms);
  received.newestMs = Math.max(received.newestMs, ms);
  return ms;
};

/** Attributes come by AWS's names, by semantic conventions, or by both, as `ALB_ATTRIBUTES` says. */
const NAMES = [
  'elb_status_code',
  'http.response.status_code',
  'target_group_arn',
  'aws.elb.target_group_arn',
  'target_processing_time',
  'aws.elb.target_processing_time',
  'error.type',
  'log.record.uid',
];

const addRecord = (received: Received, scope: Scope, { attributes, timeUnixNano, body }: LogRecord): void => {
  received.records++;
  const found = pick(attributes, NAMES);
  if (found['error.type'] === 'unparsable_line') {
    const { 'aws.s3.key': key = '' } = pick(scope.attributes, ['aws.s3.key']);
    const lineNumber = Number(found['log.record.uid']?.split(':')[1]);
    received.unreadable.push({ key, lineNumber, text: body?.stringValue ?? '' });
    return;
  }
  const ms = addTime(received, timeUnixNano);
  if (scope.name !== 'aws.alb') return;
  const code = found['elb_status_code'] ?? found['http.response.status_code'] ?? '';
  const status = /^[1-5]\d\d$/.test(code) ? `${code.charAt(0)}xx` : 'other';
  const arn = found['target_group_arn'] ?? found['aws.elb.target_group_arn'] ?? '';
  const [, targetGroup = 'no target'] = /:targetgroup\/([^/]+)/.exec(arn) ?? [];
  const seconds = Number(found['target_processing_time'] ?? found['aws.elb.target_processing_time'] ?? -1);
  const minuteMs = Math.floor(ms / MINUTE) * MINUTE;
  const empty = { minuteMs, targetGroup, status, count: 0, latencies: [] };
  const summary = entry<RequestSummary>(received.requests, `${minuteMs} ${targetGroup} ${status}`, empty);
  summary.count++;
  if (seconds >= 0) summary.latencies.push(seconds);
};

/** The attributes of these names, as text. */
const pick = (
  attributes: readonly KeyValue[] = [],
  names: readonly string[],
): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const { key = '', value } of attributes) {
    if (names.includes(key)) found[key] = String(value?.stringValue ?? value?.intValue ?? value?.doubleValue);
  }
  return found;
};

const entry = <T>(map: Map<string, T>, key: string, empty: T): T => {
  const found = map.get(key) ?? empty;
  map.set(key, found);
  return found;
};
