import { field } from './common.ts';
import {
  addPoint,
  FRAME,
  type Metric,
  metricGroup,
  type Point,
  type Resource,
  type ResourceGroup,
  writeResourceMetrics,
} from './metric.ts';
import { ProtobufWriter } from './protobuf.ts';

/**
 * Collects data points in any order and writes them by resource and metric as an `ExportMetricsServiceRequest`
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto).
 * A point's own fields are encoded once, into `points`; `finish` copies them and the attributes that it shares with others.
 */
export interface MetricsRequest {
  /** Where to write a point's own fields, without its tag and length, before `stage`. */
  readonly points: ProtobufWriter;
  /** Makes a point of the fields written since the last call and, after them, of those encoded in `shared`. */
  readonly stage: (resource: Resource, metric: Metric, shared: Uint8Array) => void;
  /** Bytes of the points staged. */
  readonly stagedBytes: () => number;
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
  const resources = new Map<string, ResourceGroup>();
  let staged: Point[] = [];
  let stagedBytes = 0;
  let lastGroup: ResourceGroup | undefined;
  /** Of the points kept: how many, where the last ends, and an upper bound of their request's size. */
  let records = 0;
  let keptEnd = 0;
  let size = 0;

  const resourceGroup = (resource: Resource): ResourceGroup => {
    if (lastGroup?.resource.key === resource.key) return lastGroup;
    let group = resources.get(resource.key);
    if (group === undefined)
      resources.set(resource.key, (group = { resource, metrics: new Map(), hasPoints: false }));
    return (lastGroup = group);
  };
  /** What the points staged add to the request, at most. */
  const room = (): number => {
    let bytes = stagedBytes;
    for (const { group } of staged) {
      const { of, metric, pointBytes } = group;
      bytes += FRAME;
      if (pointBytes === 0) bytes += 2 * FRAME + metric.head.length;
      if (!of.hasPoints) bytes += 3 * FRAME + of.resource.content.length + scopeField.length;
    }
    return bytes;
  };

  return {
    points,
    stage: (resource, metric, shared) => {
      const start = staged.at(-1)?.end ?? keptEnd;
      const group = metricGroup(resourceGroup(resource), metric);
      staged.push({ group, start, end: points.length, shared });
      stagedBytes += points.length - start + shared.length;
    },
    stagedBytes: () => stagedBytes,
    commit: (limits) => {
      const grown = size + room();
      const fits = records === 0 || (records + staged.length <= limits.records && grown <= limits.bytes);
      if (fits) {
        staged.forEach(addPoint);
        records += staged.length;
        size = grown;
        keptEnd = points.length;
      }
      points.length = keptEnd;
      staged = [];
      stagedBytes = 0;
      return fits;
    },
    finish: () => {
      const finished = records;
      output.length = 0;
      output.reserve(size);
      for (const group of resources.values()) writeResourceMetrics(output, points.view, scopeField, group);
      resources.clear();
      lastGroup = undefined;
      records = keptEnd = size = points.length = 0;
      return { request: output.written(), records: finished };
    },
  };
};
