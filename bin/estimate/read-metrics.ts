import {
  type CloudWatchClient,
  type Metric,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { HOURS_PER_MONTH } from '../../lib/prices.ts';
import type { MetricUsage } from './usage.ts';

/** A metric that reported lately, and the account that it is of where that is a linked one. */
export interface ListedMetric {
  readonly account: string | undefined;
  readonly metric: Metric;
}

/** How far back data points are counted: ListMetrics knows no longer time. */
export const HOURS_COUNTED = 3;
const HOUR_MS = 3_600_000;
const PERIOD_SECONDS = 60;

/** Services write some data points minutes late. */
const SETTLING_MS = 300_000;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: a week's hours of so many are
 * within the 100,800 data points of one call.
 */
const QUERIES_PER_CALL = 500;

/** Every metric that reported in the last three hours. */
export const listMetrics = async (
  client: CloudWatchClient,
  includesLinked: boolean,
  onListed: (count: number) => void,
): Promise<readonly ListedMetric[]> => {
  const listed: ListedMetric[] = [];
  const pages = paginateListMetrics(
    { client },
    { RecentlyActive: `PT${HOURS_COUNTED}H`, ...(includesLinked && { IncludeLinkedAccounts: true }) },
  );
  for await (const { Metrics = [], OwningAccounts = [] } of pages) {
    listed.push(...Metrics.map((metric, index) => ({ account: OwningAccounts[index], metric })));
    onListed(listed.length);
  }
  return listed;
};

/**
 * Updates per month of metrics, by namespace and name, if they go on as in the last three hours.
 * @param most metrics whose data points are counted; the others are taken to report as often as those of the same
 * name, else as those of the same namespace
 */
export const readUpdates = async (
  client: CloudWatchClient,
  listed: readonly ListedMetric[],
  {
    most,
    now,
    onRead,
  }: { readonly most: number; readonly now: number; readonly onRead: (count: number) => void },
): Promise<readonly MetricUsage[]> => {
  const sorted = listed.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  // Evenly spread over the sorted names, so that each name has its share.
  const step = Math.max(1, sorted.length / Math.max(most, 1));
  const counted = Array.from({ length: Math.ceil(sorted.length / step) }, (_, index) => ({
    ...(sorted[Math.floor(index * step)] as ListedMetric),
    perHour: 0,
  }));
  const EndTime = new Date(Math.floor((now - SETTLING_MS) / 60_000) * 60_000);
  const StartTime = new Date(EndTime.getTime() - HOURS_COUNTED * HOUR_MS);
  const queries = counted.map(({ metric, account }) => ({
    MetricStat: { Metric: metric, Stat: 'SampleCount', Period: PERIOD_SECONDS },
    ...(account !== undefined && { AccountId: account }),
  }));
  const points = await readMetricData(client, queries, StartTime, EndTime, onRead);
  for (const [index, one] of counted.entries()) one.perHour = (points[index]?.length ?? 0) / HOURS_COUNTED;
  const byName = Map.groupBy(counted, nameOf);
  const byNamespace = Map.groupBy(counted, namespaceOf);
  return [...Map.groupBy(sorted, nameOf).values()].map((same) => {
    const [{ account, metric }] = same as [ListedMetric];
    const sample =
      byName.get(nameOf({ account, metric })) ?? byNamespace.get(namespaceOf({ account, metric }));
    return {
      account,
      namespace: metric.Namespace ?? '',
      name: metric.MetricName ?? '',
      metrics: same.length,
      updates: same.length * (sample === undefined ? 60 : mean(sample)) * HOURS_PER_MONTH,
    };
  });
};

/** The values of each query, in their order. @param onRead called after each call, with how many are read */
export const readMetricData = async (
  client: CloudWatchClient,
  queries: readonly Omit<MetricDataQuery, 'Id'>[],
  StartTime: Date,
  EndTime: Date,
  onRead?: (count: number) => void,
): Promise<readonly (readonly number[])[]> => {
  const values = queries.map((): number[] => []);
  const identified = queries.map((query, index) => ({ ...query, Id: `q${index}` }));
  for (let from = 0; from < queries.length; from += QUERIES_PER_CALL) {
    const MetricDataQueries = identified.slice(from, from + QUERIES_PER_CALL);
    const input = { MetricDataQueries, StartTime, EndTime };
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input))
      for (const { Id = '', Values = [] } of MetricDataResults) values[Number(Id.slice(1))]?.push(...Values);
    onRead?.(from + MetricDataQueries.length);
  }
  return values;
};

const namespaceOf = ({ account = '', metric }: ListedMetric): string => `${account} ${metric.Namespace}`;
const nameOf = (listed: ListedMetric): string => `${namespaceOf(listed)} ${listed.metric.MetricName}`;

const mean = (counted: readonly { readonly perHour: number }[]): number =>
  counted.reduce((sum, { perHour }) => sum + perHour, 0) / counted.length;
