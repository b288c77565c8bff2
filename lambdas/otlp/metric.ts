import { field } from './common.ts';
import { type ProtobufWriter, varintSize } from './protobuf.ts';

/** An encoded `Resource`. Two with the same key are one resource of a request. */
export interface Resource {
  readonly key: string;
  /** Without tag and length. */
  readonly content: Uint8Array;
}

/** What the data points of one metric share. Two with the same key are one metric of a resource. */
export interface Metric {
  readonly key: string;
  readonly data: 'gauge' | 'summary';
  /** `Metric { name = 1, unit = 3 }`, without tag and length. */
  readonly head: Uint8Array;
}

export const encodeMetric = (key: string, data: Metric['data'], name: string, unit: string): Metric => ({
  key,
  data,
  head: Buffer.concat([field(0x0a, Buffer.from(name)), field(0x1a, Buffer.from(unit))]),
});

/** The metrics of one resource in a request. */
export interface ResourceGroup {
  readonly resource: Resource;
  /** By their metric's key. */
  readonly metrics: Map<string, MetricGroup>;
  hasPoints: boolean;
}

/** The data points of one metric of one resource. */
export interface MetricGroup {
  readonly of: ResourceGroup;
  readonly metric: Metric;
  readonly points: Point[];
  /** Bytes of its points with their tags and lengths. */
  pointBytes: number;
}

/** A data point: fields of its own, written from `start` to `end`, and encoded ones that it shares with others. */
export interface Point {
  readonly group: MetricGroup;
  readonly start: number;
  readonly end: number;
  readonly shared: Uint8Array;
}

/** The most that a tag and a length take. */
export const FRAME = 6;

export const metricGroup = (of: ResourceGroup, metric: Metric): MetricGroup => {
  let group = of.metrics.get(metric.key);
  if (group === undefined) of.metrics.set(metric.key, (group = { of, metric, points: [], pointBytes: 0 }));
  return group;
};

/** Puts a point into its group. */
export const addPoint = (point: Point): void => {
  const { group } = point;
  group.points.push(point);
  group.pointBytes += fieldSize(pointSize(point));
  group.of.hasPoints = true;
};

/** Writes `ExportMetricsServiceRequest.resource_metrics = 1` with the points of one resource, if it has any. */
export const writeResourceMetrics = (
  output: ProtobufWriter,
  ownFields: DataView,
  scopeField: Uint8Array,
  { resource, metrics, hasPoints }: ResourceGroup,
): void => {
  if (!hasPoints) return;
  const groups = Array.from(metrics.values()).filter(({ pointBytes }) => pointBytes > 0);
  let scopeMetrics = scopeField.length;
  for (const group of groups) scopeMetrics += fieldSize(metricSize(group));
  begin(output, 0x0a, fieldSize(resource.content.length) + fieldSize(scopeMetrics));
  begin(output, 0x0a, resource.content.length);
  output.copy(resource.content);
  begin(output, 0x12, scopeMetrics);
  output.copy(scopeField);
  for (const group of groups) writeMetric(output, ownFields, group);
};

const writeMetric = (output: ProtobufWriter, ownFields: DataView, group: MetricGroup): void => {
  const { metric, points, pointBytes } = group;
  begin(output, 0x12, metricSize(group));
  output.copy(metric.head);
  begin(output, DATA[metric.data], pointBytes);
  for (const point of points) {
    begin(output, 0x0a, pointSize(point));
    output.words(ownFields, point.start, point.end);
    output.copy(point.shared);
  }
};

/** `Metric { gauge = 5, summary = 11 }`; both hold their data points as field 1. */
const DATA = { gauge: 0x2a, summary: 0x5a } as const;

const pointSize = ({ start, end, shared }: Point): number => end - start + shared.length;

const metricSize = ({ metric, pointBytes }: MetricGroup): number =>
  metric.head.length + fieldSize(pointBytes);

const begin = (output: ProtobufWriter, tag: number, length: number): void => {
  output.byte(tag);
  output.varint(length);
};

/** Bytes of a field that holds so many. */
const fieldSize = (length: number): number => 1 + varintSize(length) + length;
