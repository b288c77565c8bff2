import { encodeAttribute, encodeKey, encodeResource } from '../otlp/common.ts';
import { POINT_ATTRIBUTE } from '../otlp/data-points.ts';
import { encodeMetric, type Metric } from '../otlp/metrics.ts';
import { resourceAttributes } from '../otlp/resource.ts';
import type { MetricSettings, ResourceSettings } from '../settings.ts';
import { unitIn, unitOfStatistic } from './units.ts';

/** Encodes what many data share once. */
export interface Catalog {
  readonly resource: (accountId: string, region: string, namespace: string) => Uint8Array;
  readonly series: (namespace: string, unit: string, metricName: string) => Series;
  /** The key of the attribute that a dimension is. */
  readonly dimensionKey: (name: string) => Uint8Array;
  /** Characters of the names it keeps; what it takes is some times as much. */
  readonly size: () => number;
}

export interface Series {
  /** The point attributes `Namespace` and `MetricName`. */
  readonly attributes: Uint8Array;
  readonly summary: Metric;
  /** Holds a statistic that a summary has no place for. */
  readonly gauge: (statistic: string) => Metric;
}

export const newCatalog = (settings: {
  readonly metrics: MetricSettings;
  readonly resource: ResourceSettings;
}): Catalog => {
  const { serviceName } = settings.resource;
  const { units } = settings.metrics;
  let size = 0;

  const memo = <T>(make: (name: string) => T): ((name: string) => T) => {
    const made = new Map<string, T>();
    return (name) => {
      let value = made.get(name);
      if (value === undefined) {
        made.set(name, (value = make(name)));
        size += name.length;
      }
      return value;
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
  // Names come last: the maps of the others are few, and stay in the processor's cache.
  const series = memo((namespace) =>
    memo((unit) =>
      memo((metricName): Series => {
        const name = `amazonaws.com/${namespace}/${metricName}`;
        return {
          attributes: Buffer.concat([
            encodeAttribute(POINT_ATTRIBUTE, 'Namespace', namespace),
            encodeAttribute(POINT_ATTRIBUTE, 'MetricName', metricName),
          ]),
          summary: summary(name)(unitIn(units, unit)),
          gauge: (statistic) => gauge(`${name}.statistic`)(unitIn(units, unitOfStatistic(statistic, unit))),
        };
      }),
    ),
  );
  return {
    resource: (accountId, region, namespace) =>
      resource(accountId)(region)(serviceName === 'namespace' ? namespace : serviceName),
    series: (namespace, unit, metricName) => series(namespace)(unit)(metricName),
    dimensionKey: memo((name) => encodeKey(`Dimensions.${name}`)),
    size: () => size,
  };
};
