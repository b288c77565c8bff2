import { field } from './common.ts';
import { ProtobufWriter, varintSize } from './protobuf.ts';

/** What the data points of one metric share. */
export interface Metric {
  readonly data: 'gauge' | 'summary';
  /** `Metric { name = 1, unit = 3 }`, without tag and length. */
  readonly head: Uint8Array;
}

export const encodeMetric = (data: Metric['data'], name: string, unit: string): Metric => ({
  data,
  head: Buffer.concat([field(0x0a, Buffer.from(name)), field(0x1a, Buffer.from(unit))]),
});

/**
 * Collects data points in any order and writes them by resource and metric as an `ExportMetricsServiceRequest`
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto).
 * A point is encoded once, into `points`, and copied once, by `finish`. Resources and metrics are told apart by
 * identity: encode each once.
 */
export interface MetricsRequest {
  /** Where to write a point, without tag and length, before `stage`. */
  readonly points: ProtobufWriter;
  /** Makes a point of what was written since the last call. */
  readonly stage: (resource: Uint8Array, metric: Metric) => void;
  /** Bytes of the points staged. */
  readonly staged: () => number;
  /** Keeps the points staged if they fit beside those kept before (the first always do), else forgets them. */
  readonly commit: (limits: { readonly records: number; readonly bytes: number }) => boolean;
  /** The request of the points kept, which it then forgets: a view that is good until the next `finish`. */
  readonly finish: () => { readonly request: Uint8Array<ArrayBuffer>; readonly records: number };
}

/** `ResourceMetrics`, of one scope. */
interface ResourceGroup {
  readonly resource: Uint8Array;
  readonly metrics: Map<Metric, MetricGroup>;
  kept: boolean;
}

interface MetricGroup {
  readonly of: ResourceGroup;
  readonly metric: Metric;
  /** Where its points start and end, by turns. */
  readonly ranges: number[];
  /** Bytes of its points with their tags and lengths. */
  pointBytes: number;
}

interface Staged {
  readonly group: MetricGroup;
  readonly start: number;
  readonly end: number;
}

/** The most that a tag and a length take. */
const FRAME = 6;

/** `scope`: an encoded `InstrumentationScope`, without tag and length. */
export const metricsRequest = (scope: Uint8Array): MetricsRequest => {
  const scopeField = field(0x0a, scope);
  const points = new ProtobufWriter(64 * 1024);
  const output = new ProtobufWriter(64 * 1024);
  const resources = new Map<Uint8Array, ResourceGroup>();
  const staged: Staged[] = [];
  /** Of the points kept: how many, where they end, and an upper bound of their request's size. */
  let records = 0;
  let keptEnd = 0;
  let size = 0;

  const groupOf = (resource: Uint8Array, metric: Metric): MetricGroup => {
    let of = resources.get(resource);
    if (of === undefined) resources.set(resource, (of = { resource, metrics: new Map(), kept: false }));
    let group = of.metrics.get(metric);
    if (group === undefined) of.metrics.set(metric, (group = { of, metric, ranges: [], pointBytes: 0 }));
    return group;
  };
  const room = ({ group: { of, metric, ranges }, start, end }: Staged): number => {
    const point = FRAME + end - start;
    if (ranges.length > 0) return point;
    const withMetric = point + 2 * FRAME + metric.head.length;
    return of.kept ? withMetric : withMetric + 3 * FRAME + of.resource.length + scopeField.length;
  };
  const keep = ({ group, start, end }: Staged): void => {
    group.ranges.push(start, end);
    group.pointBytes += fieldSize(end - start);
    group.of.kept = true;
  };

  return {
    points,
    stage: (resource, metric) => {
      const start = staged.at(-1)?.end ?? keptEnd;
      staged.push({ group: groupOf(resource, metric), start, end: points.length });
    },
    staged: () => points.length - keptEnd,
    commit: (limits) => {
      let needed = 0;
      for (const point of staged) needed += room(point);
      const fits = records === 0 || (records + staged.length <= limits.records && size + needed <= limits.bytes);
      if (fits) {
        for (const point of staged) keep(point);
        records += staged.length;
        size += needed;
        keptEnd = points.length;
      }
      points.length = keptEnd;
      staged.length = 0;
      return fits;
    },
    finish: () => {
      const finished = records;
      output.length = 0;
      output.reserve(size);
      for (const group of resources.values()) if (group.kept) writeResource(output, points.bytes, scopeField, group);
      resources.clear();
      records = keptEnd = size = points.length = 0;
      return { request: output.written(), records: finished };
    },
  };
};

/** `ExportMetricsServiceRequest.resource_metrics = 1` of one resource and scope. */
const writeResource = (
  output: ProtobufWriter,
  points: Uint8Array,
  scopeField: Uint8Array,
  { resource, metrics }: ResourceGroup,
): void => {
  let scopeBytes = scopeField.length;
  for (const group of metrics.values()) if (group.pointBytes > 0) scopeBytes += fieldSize(metricBytes(group));
  begin(output, 0x0a, fieldSize(resource.length) + fieldSize(scopeBytes));
  begin(output, 0x0a, resource.length);
  output.copy(resource);
  begin(output, 0x12, scopeBytes);
  output.copy(scopeField);
  for (const group of metrics.values()) if (group.pointBytes > 0) writeMetric(output, points, group);
};

const writeMetric = (output: ProtobufWriter, points: Uint8Array, group: MetricGroup): void => {
  const { metric, ranges, pointBytes } = group;
  begin(output, 0x12, metricBytes(group));
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

const metricBytes = ({ metric, pointBytes }: MetricGroup): number => metric.head.length + fieldSize(pointBytes);

const begin = (output: ProtobufWriter, tag: number, length: number): void => {
  output.byte(tag);
  output.varint(length);
};

/** Bytes of a field that holds so many. */
const fieldSize = (length: number): number => 1 + varintSize(length) + length;
