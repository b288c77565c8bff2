import type { TagsOf } from '../format.ts';
import { METRIC_SERVICE_NAME, type MetricSettings, type ResourceSettings } from '../function-settings.ts';
import { encodeResource } from '../otlp/common.ts';
import { encodeMetric, type Metric, type Resource } from '../otlp/metric.ts';
import { resourceAttributes } from '../otlp/resource.ts';
import { newArena } from './arena.ts';
import { type ByteMap, byteMap } from './byte-map.ts';
import { readIdentity } from './identity.ts';
import type { Members } from './json-values.ts';
import { pointAttributes } from './point-attributes.ts';
import { unitIn, unitOfStatistic } from './units.ts';

/** Memory that a cache takes: it holds some 50,000 series of load balancers, instances and functions. */
export const MOST_BYTES = 48 * 1024 * 1024;

/** What all data of a series share, encoded once. */
export interface Series {
  readonly resource: Resource;
  readonly summary: Metric;
  /** Holds a statistic that a summary has no place for. */
  readonly gauge: (statistic: string) => Metric;
  /** The attributes of its data points. */
  readonly attributes: Uint8Array;
  /** The tags of its resource were not read yet. */
  readonly isUntagged: boolean;
}

/**
 * The series seen, by the bytes of a datum before its timestamp and by its unit. A full cache takes no more and makes
 * further series each time: to empty it would cost an account of many series all of them, over and over.
 */
export interface SeriesCache {
  /**
   * `[start, end)`: a datum before `,"timestamp":`, that is, a JSON object but for its closing brace.
   * @throws SyntaxError if it is not, and Error that names the member which is wrong
   */
  readonly find: (bytes: DataView, start: number, end: number, unit: string) => Series;
  /** About how many bytes it takes. */
  readonly size: () => number;
}

/** Of an entry beside its bytes: the objects and the map's slot, by measurement. */
const ENTRY_BYTES = 400;

export const newSeriesCache = (
  {
    metrics: { units, dimensionAttributes },
    resource: resourceSettings,
  }: {
    readonly metrics: MetricSettings;
    readonly resource: ResourceSettings;
  },
  tagsOf: TagsOf = noTags,
): SeriesCache => {
  const seriesByUnit = new Map<string, ByteMap<Series>>();
  const resources = new Map<string, Resource>();
  const metrics = new Map<string, Metric>();
  const arena = newArena();
  let size = 0;
  /** Counts an entry; false if there is no room for it. */
  const hasRoom = (bytes: number): boolean => {
    if (size >= MOST_BYTES) return false;
    size += ENTRY_BYTES + bytes;
    return true;
  };

  const resource = (account: string, region: string, serviceName: string): Resource => {
    const key = JSON.stringify([account, region, serviceName]);
    const known = resources.get(key);
    if (known !== undefined) return known;
    const attributes = resourceAttributes(resourceSettings, { account, region }, serviceName);
    const made = { key, content: encodeResource(attributes) };
    if (hasRoom(key.length + made.content.length)) resources.set(key, made);
    return made;
  };

  const metric = (data: Metric['data'], name: string, unit: string): Metric => {
    const key = JSON.stringify([data, name, unit]);
    const known = metrics.get(key);
    if (known !== undefined) return known;
    const made = encodeMetric(key, data, name, unit);
    if (hasRoom(key.length + made.head.length)) metrics.set(key, made);
    return made;
  };

  const encodeSeries = (prefix: string, unit: string): Series => {
    const identity = readIdentity(JSON.parse(`${prefix}}`) as Members);
    const { account, region, namespace, metricName } = identity;
    const { serviceName = METRIC_SERVICE_NAME } = resourceSettings;
    const name = `amazonaws.com/${namespace}/${metricName}`;
    const { encoded, isUntagged } = pointAttributes(identity, dimensionAttributes, tagsOf);
    return {
      resource: resource(account, region, serviceName === 'namespace' ? namespace : serviceName),
      summary: metric('summary', name, unitIn(units, unit)),
      gauge: (statistic) =>
        metric('gauge', `${name}.statistic`, unitIn(units, unitOfStatistic(statistic, unit))),
      attributes: encoded,
      isUntagged,
    };
  };

  return {
    find: (bytes, start, end, unit) => {
      const ofUnit = seriesByUnit.get(unit) ?? byteMap<Series>(arena);
      const known = ofUnit.get(bytes, start, end);
      if (known !== undefined) return known;
      const prefix = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
      const series = encodeSeries(prefix, unit);
      if (!hasRoom(prefix.length + series.attributes.length)) return series;
      const kept = { ...series, attributes: arena.keep(series.attributes) };
      ofUnit.set(bytes, start, end, kept);
      seriesByUnit.set(unit, ofUnit);
      return kept;
    },
    size: () => size,
  };
};

const noTags: TagsOf = () => ({});
