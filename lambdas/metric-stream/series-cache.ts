import { encodeAttribute, encodeResource } from '../otlp/common.ts';
import { POINT_ATTRIBUTE } from '../otlp/data-points.ts';
import { encodeMetric, type Metric } from '../otlp/metrics.ts';
import { resourceAttributes } from '../otlp/resource.ts';
import type { MetricSettings, ResourceSettings } from '../function-settings.ts';
import { parseSource, type Source } from './datum.ts';
import { resourceArn } from './resource-arn.ts';
import { unitIn, unitOfStatistic } from './units.ts';

/** Characters of names and bytes of attributes that a catalog keeps: those of some 12,000 load-balancer series, in 22 MB. */
export const MOST_NAMES = 8 * 1024 * 1024;

/** Encodes what many data share once. */
export interface Catalog {
  /** `source` is a datum's. */
  readonly series: (unit: string, source: string) => Series;
  /** Characters of the names and bytes of the attributes it keeps; what it takes is some times as much. */
  readonly size: () => number;
}

export interface Series {
  readonly resource: Uint8Array;
  readonly summary: Metric;
  /** Holds a statistic that a summary has no place for. */
  readonly gauge: (statistic: string) => Metric;
  /** The point attributes of a datum with these dimensions. */
  readonly attributes: (dimensions: string) => Uint8Array;
}

export const newCatalog = (settings: {
  readonly metrics: MetricSettings;
  readonly resource: ResourceSettings;
}): Catalog => {
  const { units, dimensionAttributes } = settings.metrics;
  let size = 0;

  const memo = <T>(make: (name: string) => T): ((name: string) => T) => {
    const made = new Map<string, T>();
    return (name) => {
      let value = made.get(name);
      if (value === undefined) {
        value = make(name);
        made.set(copyOf(name), value);
        size += name.length;
      }
      return value;
    };
  };

  // Attributes need no identity, so a full catalog encodes further ones each time.
  const attributesOf = (source: Source): Series['attributes'] => {
    const made = new Map<string, Uint8Array>();
    return (dimensions) => {
      let attributes = made.get(dimensions);
      if (attributes === undefined) {
        attributes = encodePointAttributes(source, dimensions, dimensionAttributes);
        if (size <= MOST_NAMES) {
          made.set(copyOf(dimensions), attributes);
          size += dimensions.length + attributes.length;
        }
      }
      return attributes;
    };
  };

  const resource = memo((account) =>
    memo((region) =>
      memo((serviceName) =>
        encodeResource(resourceAttributes({ ...settings.resource, serviceName }, { account, region })),
      ),
    ),
  );
  // By its whole name: `A/B` and `C` share one with `A` and `B/C`.
  const summary = memo((name) => memo((unit) => encodeMetric('summary', name, unit)));
  const gauge = memo((name) => memo((unit) => encodeMetric('gauge', name, unit)));
  const series = memo((unit) =>
    memo((source): Series => {
      const parsed = parseSource(source);
      const { account_id: account, region, namespace, metric_name: metricName } = parsed;
      const { serviceName } = settings.resource;
      const name = `amazonaws.com/${namespace}/${metricName}`;
      return {
        resource: resource(account)(region)(serviceName === 'namespace' ? namespace : serviceName),
        summary: summary(name)(unitIn(units, unit)),
        gauge: (statistic) => gauge(`${name}.statistic`)(unitIn(units, unitOfStatistic(statistic, unit))),
        attributes: attributesOf(parsed),
      };
    }),
  );
  return {
    series: (unit, source) => series(unit)(source),
    size: () => size,
  };
};

/** A part of a text keeps all of it in memory; a copy does not. */
const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

const encodePointAttributes = (source: Source, dimensions: string, each: boolean): Uint8Array => {
  const entries = Object.entries<string>(JSON.parse(dimensions)).sort(([a], [b]) => (a < b ? -1 : 1));
  const arn = resourceArn(source, new Map(entries));
  const attributes: (readonly [name: string, value: string])[] = [
    ['Namespace', source.namespace],
    ['MetricName', source.metric_name],
    ['Dimensions', dimensions],
  ];
  if (arn !== undefined) attributes.push(['cloud.resource_id', arn]);
  if (each) {
    attributes.push(['DimensionNames', entries.map(([name]) => name).join(',')]);
    for (const [name, value] of entries) attributes.push([`Dimensions.${name}`, value]);
  }
  return Buffer.concat(attributes.map(([name, value]) => encodeAttribute(POINT_ATTRIBUTE, name, value)));
};
