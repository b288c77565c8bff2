import type { KeyValue, LogRecord, NumberDataPoint, SummaryDataPoint } from './emulators/scout/otlp.ts';
import { metricsOf } from './emulators/scout/otlp.ts';
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
}

/** Requests to one target group with one class of status, as Scout received them. */
export interface RequestSummary {
  readonly targetGroup: string;
  readonly status: string;
  count: number;
  /** Of each request to which a target responded, in seconds. */
  readonly latencies: number[];
}

/** Summary of what Scout received. */
export interface Received {
  readonly metrics: Map<string, MetricSummary>;
  readonly requests: Map<string, RequestSummary>;
  records: number;
  /** Lines that could not be parsed and came as they were. */
  rawLines: number;
  add: (request: Pick<ScoutRequest, 'stored' | 'logs' | 'metrics'>) => void;
}

export const openReceived = (): Received => {
  const received: Received = {
    metrics: new Map(),
    requests: new Map(),
    records: 0,
    rawLines: 0,
    add: ({ stored, logs, metrics }) => {
      if (!stored) return;
      const scopeLogs = logs?.resourceLogs?.flatMap(({ scopeLogs = [] }) => scopeLogs) ?? [];
      for (const { logRecords = [] } of scopeLogs)
        for (const record of logRecords) addRecord(received, record);
      for (const { metric } of metrics === undefined ? [] : metricsOf(metrics)) {
        const { unit = '' } = metric;
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
  const min = quantiles.find(({ quantile = 0 }) => quantile === 0)?.value ?? 0;
  const max = quantiles.find(({ quantile = 0 }) => quantile === 1)?.value ?? 0;
  addValues(received, Namespace, MetricName, unit, Number(point.count ?? 0), point.sum ?? 0, min, max);
};

const addGauge = (received: Received, unit: string, point: NumberDataPoint): void => {
  const names = ['Namespace', 'MetricName', 'Statistic'];
  const { Namespace = '', MetricName = '', Statistic = '' } = pick(point.attributes, names);
  const value = point.asDouble ?? Number(point.asInt ?? 0);
  addValues(received, Namespace, `${MetricName} ${Statistic}`, unit, 1, value, value, value);
};

const addValues = (
  received: Received,
  namespace: string,
  name: string,
  unit: string,
  samples: number,
  sum: number,
  min: number,
  max: number,
): void => {
  const empty = { namespace, name, unit, points: 0, samples: 0, sum: 0, min: Infinity, max: -Infinity };
  const summary = entry(received.metrics, `${namespace} ${name} ${unit}`, empty);
  summary.points++;
  summary.samples += samples;
  summary.sum += sum;
  summary.min = Math.min(summary.min, min);
  summary.max = Math.max(summary.max, max);
  received.records++;
};

/** Attributes come by AWS's names, by semantic conventions, or by both, as `ALB_ATTRIBUTES` says. */
const ALB_NAMES = [
  'elb_status_code',
  'http.response.status_code',
  'target_group_arn',
  'aws.elb.target_group_arn',
  'target_processing_time',
  'aws.elb.target_processing_time',
  'error.type',
];

const addRecord = (received: Received, { attributes }: LogRecord): void => {
  received.records++;
  const found = pick(attributes, ALB_NAMES);
  if (found['error.type'] === 'unparsable_line') {
    received.rawLines++;
    return;
  }
  const code = found['elb_status_code'] ?? found['http.response.status_code'] ?? '';
  const status = /^[1-5]\d\d$/.test(code) ? `${code.charAt(0)}xx` : 'other';
  const arn = found['target_group_arn'] ?? found['aws.elb.target_group_arn'] ?? '';
  const [, targetGroup = 'no target'] = /:targetgroup\/([^/]+)/.exec(arn) ?? [];
  const seconds = Number(found['target_processing_time'] ?? found['aws.elb.target_processing_time'] ?? -1);
  const empty = { targetGroup, status, count: 0, latencies: [] };
  const summary = entry<RequestSummary>(received.requests, `${targetGroup} ${status}`, empty);
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
