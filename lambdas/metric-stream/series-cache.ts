import { encodeAttribute, encodeKey, encodeResource } from '../otlp/common.ts';
import { POINT_ATTRIBUTE } from '../otlp/data-points.ts';
import { encodeMetric, type Metric } from '../otlp/metrics.ts';
import { resourceAttributes } from '../otlp/resource.ts';
import type { MetricSettings, ResourceSettings } from '../function-settings.ts';
import { parseSource } from './datum.ts';
import { unitIn, unitOfStatistic } from './units.ts';

/** Encodes what many data share once. */
export interface Catalog {
  /** `source` is a datum's. */
  readonly series: (unit: string, source: string) => Series;
  /** The key of the attribute that a dimension is. */
  readonly dimensionKey: (name: string) => Uint8Array;
  /** Characters of the names it keeps; what it takes is some times as much. */
  readonly size: () => number;
}

export interface Series {
  readonly resource: Uint8Array;
  readonly summary: Metric;
  /** Holds a statistic that a summary has no place for. */
  readonly gauge: (statistic: string) => Metric;
  /** The point attributes `Namespace` and `MetricName`. */
  readonly attributes: Uint8Array;
}

export const newCatalog = (settings: {
  readonly metrics: MetricSettings;
  readonly resource: ResourceSettings;
}): Catalog => {
  const { units } = settings.metrics;
  let size = 0;

  const memo = <T>(make: (name: string) => T): ((name: string) => T) => {
    const made = new Map<string, T>();
    return (name) => {
      let value = made.get(name);
      if (value === undefined) {
        value = make(name);
        // A copy: a part of a text keeps all of it in memory.
        made.set(JSON.parse(JSON.stringify(name)) as string, value);
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
  const series = memo((unit) =>
    memo((source): Series => {
      const { account_id: account, region, namespace, metric_name: metricName } = parseSource(source);
      const { serviceName } = settings.resource;
      const name = `amazonaws.com/${namespace}/${metricName}`;
      return {
        resource: resource(account)(region)(serviceName === 'namespace' ? namespace : serviceName),
        summary: summary(name)(unitIn(units, unit)),
        gauge: (statistic) => gauge(`${name}.statistic`)(unitIn(units, unitOfStatistic(statistic, unit))),
        attributes: Buffer.concat([
          encodeAttribute(POINT_ATTRIBUTE, 'Namespace', namespace),
          encodeAttribute(POINT_ATTRIBUTE, 'MetricName', metricName),
        ]),
      };
    }),
  );
  return {
    series: (unit, source) => series(unit)(source),
    dimensionKey: memo((name) => encodeKey(`Dimensions.${name}`)),
    size: () => size,
  };
};
