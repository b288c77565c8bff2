import type { Metric } from './metrics.ts';
import { type ProtobufWriter, varintSize } from './protobuf.ts';

/** The metrics of one resource in a request. */
export interface ResourceGroup {
  readonly resource: Uint8Array;
  readonly metrics: Map<Metric, MetricGroup>;
  /** Bytes of all their points. */
  pointBytes: number;
}

/** The data points of one metric of one resource. */
export interface MetricGroup {
  readonly of: ResourceGroup;
  readonly metric: Metric;
  /** Where its points start and end, by turns. */
  readonly ranges: number[];
  /** Bytes of its points with their tags and lengths. */
  pointBytes: number;
}

/** The most that a tag and a length take. */
export const FRAME = 6;

export const metricGroup = (of: ResourceGroup, metric: Metric): MetricGroup => {
  let group = of.metrics.get(metric);
  if (group === undefined) of.metrics.set(metric, (group = { of, metric, ranges: [], pointBytes: 0 }));
  return group;
};

export const addPoint = (group: MetricGroup, start: number, end: number): void => {
  const bytes = fieldSize(end - start);
  group.ranges.push(start, end);
  group.pointBytes += bytes;
  group.of.pointBytes += bytes;
};

/** Writes `ExportMetricsServiceRequest.resource_metrics = 1` with the points of one resource, if it has any. */
export const writeResourceMetrics = (
  output: ProtobufWriter,
  points: Uint8Array,
  scopeField: Uint8Array,
  { resource, metrics, pointBytes }: ResourceGroup,
): void => {
  if (pointBytes === 0) return;
  const groups = Array.from(metrics.values()).filter(({ pointBytes }) => pointBytes > 0);
  let scopeMetrics = scopeField.length;
  for (const group of groups) scopeMetrics += fieldSize(metricSize(group));
  begin(output, 0x0a, fieldSize(resource.length) + fieldSize(scopeMetrics));
  begin(output, 0x0a, resource.length);
  output.copy(resource);
  begin(output, 0x12, scopeMetrics);
  output.copy(scopeField);
  for (const group of groups) writeMetric(output, points, group);
};

const writeMetric = (output: ProtobufWriter, points: Uint8Array, group: MetricGroup): void => {
  const { metric, ranges, pointBytes } = group;
  begin(output, 0x12, metricSize(group));
  output.copy(metric.head);
  begin(output, DATA[metric.data], pointBytes);
  for (let i = 0; i < ranges.length; i += 2) {
    const start = ranges[i] as number;
    const end = ranges[i + 1] as number;
    begin(output, 0x0a, end - start);
    output.copy(points, start, end);
  }
};

/** `Metric { gauge = 5, summary = 11 }`; both hold their data points as field 1. */
const DATA = { gauge: 0x2a, summary: 0x5a } as const;

const metricSize = ({ metric, pointBytes }: MetricGroup): number =>
  metric.head.length + fieldSize(pointBytes);

const begin = (output: ProtobufWriter, tag: number, length: number): void => {
  output.byte(tag);
  output.varint(length);
};

/** Bytes of a field that holds so many. */
const fieldSize = (length: number): number => 1 + varintSize(length) + length;
