import { fromJson, isObject, type Value } from './value-parsers.ts';

/** A CloudWatch namespace: all its metrics, or only those named. */
export interface MetricSelection {
  readonly namespace: string;
  readonly metricNames?: readonly string[];
}

/** Statistics that the metric stream adds to the four it always sends, for the metrics named. */
export interface ExtraStatistics {
  readonly namespace: string;
  readonly metricNames: readonly string[];
  readonly statistics: readonly string[];
}

/** Namespaces parted by commas, or a JSON array of namespaces and `{namespace, metricNames}`. */
export const metricSelections: Value<readonly MetricSelection[]> = {
  expects:
    'namespaces parted by commas, or JSON such as [{"namespace":"AWS/RDS","metricNames":["CPUUtilization"]}]',
  read: (raw) => {
    const value = fromJson(raw);
    const items: readonly unknown[] = Array.isArray(value) ? value : String(value).split(',');
    return everyOne(
      items.map((item) => selection(typeof item === 'string' ? { namespace: item.trim() } : item)),
    );
  },
};

/** A JSON array of `{namespace, metricNames, statistics}`. */
export const extraStatistics: Value<readonly ExtraStatistics[]> = {
  expects:
    'JSON such as [{"namespace":"AWS/ApplicationELB","metricNames":["TargetResponseTime"],"statistics":["p90","p99"]}]',
  read: (raw) => {
    const value = fromJson(raw);
    return Array.isArray(value) ? everyOne(value.map(statistics)) : undefined;
  },
};

/** One selection a namespace: the names of several are joined, and a whole namespace holds them all. */
export const merged = (selections: readonly MetricSelection[]): readonly MetricSelection[] =>
  [...Map.groupBy(selections, ({ namespace }) => namespace)].map(([namespace, same]) =>
    same.some(({ metricNames }) => metricNames === undefined)
      ? { namespace }
      : { namespace, metricNames: [...new Set(same.flatMap(({ metricNames }) => metricNames ?? []))] },
  );

const selection = (item: unknown): MetricSelection | undefined => {
  if (!isObject(item) || !onlyKeys(item, 'namespace', 'metricNames') || !isName(item.namespace))
    return undefined;
  if (item.metricNames === undefined) return { namespace: item.namespace };
  return areNames(item.metricNames)
    ? { namespace: item.namespace, metricNames: item.metricNames }
    : undefined;
};

// The most a configuration may hold: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStreamStatisticsConfiguration.html
const MAX_METRICS = 100;
const MAX_STATISTICS = 20;

const statistics = (item: unknown): ExtraStatistics | undefined => {
  if (!isObject(item) || !onlyKeys(item, 'namespace', 'metricNames', 'statistics')) return undefined;
  const { namespace, metricNames, statistics } = item;
  return isName(namespace) &&
    areNames(metricNames) &&
    metricNames.length <= MAX_METRICS &&
    areNames(statistics) &&
    statistics.length <= MAX_STATISTICS
    ? { namespace, metricNames, statistics }
    : undefined;
};

const everyOne = <T>(items: readonly (T | undefined)[]): readonly T[] | undefined =>
  items.length > 0 && items.every((item) => item !== undefined) ? items : undefined;

const onlyKeys = (item: object, ...keys: readonly string[]): boolean =>
  Object.keys(item).every((key) => keys.includes(key));

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

const areNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isName);
