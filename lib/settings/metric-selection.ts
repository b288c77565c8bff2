import { parseJson } from '../../lambdas/parse-json.ts';
import { all, type Parser } from '../../lambdas/setting-parsers.ts';

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

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStreamFilter.html
/** Names in a filter of a metric stream. */
export const MAX_NAMES = 1000;
const METRIC_NAME = /^(?=.*\S)[ -~]{1,255}$/;
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
const NAMESPACE = /^(?!:)(?=.*\S)[\w./#: -]{1,255}$/;

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStreamStatisticsConfiguration.html
const MAX_CONFIGURATIONS = 100;
const MAX_METRICS = 100;
const MAX_STATISTICS = 20;
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
const STATISTIC = new RegExp(
  [
    String.raw`^(?:p|tm|wm|tc|ts)(?:100|\d{1,2}(?:\.\d{1,10})?)$`,
    String.raw`^(?:TM|WM|TC|TS)\((?!:\))(?:PERCENT?:PERCENT?|NUMBER?:NUMBER?)\)$`,
    String.raw`^PR\((?!:\))NUMBER?:NUMBER?\)$`,
    '^IQM$',
  ]
    .join('|')
    .replaceAll('PERCENT', String.raw`(?:(?:100|\d{1,2}(?:\.\d{1,10})?)%)`)
    .replaceAll('NUMBER', String.raw`(?:\d+(?:\.\d{1,10})?)`),
);

/**
 * Scout's query builder opens a summary with its p99, and takes a percentile that was not streamed for 0. CloudWatch
 * bills these four as one more update of the metric, and only where the stream carries it:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-statistics.html
 */
export const DEFAULT_STATISTICS: readonly ExtraStatistics[] = [
  {
    namespace: 'AWS/ApplicationELB',
    metricNames: ['TargetResponseTime'],
    statistics: ['p50', 'p90', 'p95', 'p99'],
  },
];

/** Namespaces separated by commas, or a JSON array of namespaces and of `{namespace, metricNames}`. */
export const metricSelections: Parser<readonly MetricSelection[]> = {
  expected: `namespaces separated by commas, or JSON such as [{"namespace":"AWS/RDS","metricNames":["CPUUtilization"]}], of ${MAX_NAMES} names at most`,
  parse: (text) => {
    const json = parseJson(text);
    const items: readonly unknown[] = Array.isArray(json) ? json : text.split(',');
    const selections = all(items.map(selection));
    return selections && countNames(selections) <= MAX_NAMES ? selections : undefined;
  },
};

/** `none`, or a JSON array of `{namespace, metricNames, statistics}`. */
export const extraStatistics: Parser<readonly ExtraStatistics[]> = {
  expected:
    'JSON such as [{"namespace":"AWS/ApplicationELB","metricNames":["TargetResponseTime"],"statistics":["p90","TM(10%:90%)"]}]; statistics are p99, tm99, wm99, tc99, ts99, TM(…), WM(…), TC(…), TS(…), PR(…) or IQM; or none',
  parse: (text) => {
    if (text === 'none') return [];
    const json = parseJson(text);
    return Array.isArray(json) && json.length <= MAX_CONFIGURATIONS ? all(json.map(statistics)) : undefined;
  },
};

/** One selection per namespace: the names of several are joined, and a whole namespace holds them all. */
export const merged = (selections: readonly MetricSelection[]): readonly MetricSelection[] =>
  [...Map.groupBy(selections, ({ namespace }) => namespace)].map(([namespace, same]) =>
    same.some(({ metricNames }) => metricNames === undefined)
      ? { namespace }
      : { namespace, metricNames: [...new Set(same.flatMap(({ metricNames }) => metricNames ?? []))] },
  );

/** Names in a filter, as AWS counts them: those of namespaces and those of metrics. */
export const countNames = (selections: readonly MetricSelection[]): number =>
  merged(selections).reduce((sum, { metricNames = [] }) => sum + 1 + metricNames.length, 0);

const selection = (item: unknown): MetricSelection | undefined => {
  if (typeof item === 'string') return selection({ namespace: item.trim() });
  if (!isObject(item) || !onlyKeys(item, 'namespace', 'metricNames')) return undefined;
  const { namespace, metricNames } = item;
  if (!isNamespace(namespace)) return undefined;
  if (metricNames === undefined) return { namespace };
  return areTexts(metricNames, METRIC_NAME) ? { namespace, metricNames } : undefined;
};

const statistics = (item: unknown): ExtraStatistics | undefined => {
  if (!isObject(item) || !onlyKeys(item, 'namespace', 'metricNames', 'statistics')) return undefined;
  const { namespace, metricNames, statistics } = item;
  return isNamespace(namespace) &&
    areTexts(metricNames, METRIC_NAME) &&
    metricNames.length <= MAX_METRICS &&
    areTexts(statistics, STATISTIC) &&
    statistics.length <= MAX_STATISTICS
    ? { namespace, metricNames, statistics }
    : undefined;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const onlyKeys = (item: object, ...keys: readonly string[]): boolean =>
  Object.keys(item).every((key) => keys.includes(key));

const isNamespace = (value: unknown): value is string => typeof value === 'string' && NAMESPACE.test(value);

const areTexts = (value: unknown, pattern: RegExp): value is readonly string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === 'string' && pattern.test(one));
