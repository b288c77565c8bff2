import { field } from './common.ts';
import {
  addPoint,
  FRAME,
  type MetricGroup,
  metricGroup,
  type ResourceGroup,
  writeResourceMetrics,
} from './metric.ts';
import { ProtobufWriter } from './protobuf.ts';

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
  /** Bytes written that are not kept yet. */
  readonly pending: () => number;
  /** Keeps the points staged if they fit beside those kept before (the first always do), else forgets them. */
  readonly commit: (limits: { readonly records: number; readonly bytes: number }) => boolean;
  /** The request of the points kept, which it then forgets: a view that is good until the next `finish`. */
  readonly finish: () => { readonly request: Uint8Array<ArrayBuffer>; readonly records: number };
}

const FIRST_CAPACITY = 64 * 1024;

/** `scope`: an encoded `InstrumentationScope`, without tag and length. */
export const metricsRequest = (scope: Uint8Array): MetricsRequest => {
  const scopeField = field(0x0a, scope);
  const points = new ProtobufWriter(FIRST_CAPACITY);
  const output = new ProtobufWriter(FIRST_CAPACITY);
  const resources = new Map<Uint8Array, ResourceGroup>();
  /** The groups of the points staged, and where each of these ends. */
  const staged: MetricGroup[] = [];
  const ends: number[] = [];
  let lastGroup: ResourceGroup | undefined;
  /** Of the points kept: how many, where the last ends, and an upper bound of their request's size. */
  let records = 0;
  let keptEnd = 0;
  let size = 0;

  const resourceGroup = (resource: Uint8Array): ResourceGroup => {
    if (lastGroup?.resource === resource) return lastGroup;
    let group = resources.get(resource);
    if (group === undefined)
      resources.set(resource, (group = { resource, metrics: new Map(), pointBytes: 0 }));
    return (lastGroup = group);
  };
  /** What the points staged add to the request, at most. */
  const room = (): number => {
    let bytes = points.length - keptEnd;
    for (const { of, metric, pointBytes } of staged) {
      bytes += FRAME;
      if (pointBytes === 0) bytes += 2 * FRAME + metric.head.length;
      if (of.pointBytes === 0) bytes += 3 * FRAME + of.resource.length + scopeField.length;
    }
    return bytes;
  };
  const keep = (): void => {
    for (let i = 0; i < staged.length; i++) {
      const end = ends[i] as number;
      addPoint(staged[i] as MetricGroup, keptEnd, end);
      keptEnd = end;
    }
  };

  return {
    points,
    stage: (resource, metric) => {
      staged.push(metricGroup(resourceGroup(resource), metric));
      ends.push(points.length);
    },
    pending: () => points.length - keptEnd,
    commit: (limits) => {
      const grown = size + room();
      const fits = records === 0 || (records + staged.length <= limits.records && grown <= limits.bytes);
      if (fits) {
        keep();
        records += staged.length;
        size = grown;
      }
      points.length = keptEnd;
      staged.length = ends.length = 0;
      return fits;
    },
    finish: () => {
      const finished = records;
      output.length = 0;
      output.reserve(size);
      for (const group of resources.values()) writeResourceMetrics(output, points.bytes, scopeField, group);
      resources.clear();
      lastGroup = undefined;
      records = keptEnd = size = points.length = 0;
      return { request: output.written(), records: finished };
    },
  };
};
