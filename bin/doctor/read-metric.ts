import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { type Finding, ok, warn } from './check.ts';

export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
  /** How far back, from now. */
  readonly minutes: number;
}

export interface DataPoint {
  readonly time: Date;
  readonly value: number;
}

/** Of each data point, as CloudWatch's own services write them. */
const PERIOD_SECONDS = 300;

/** The data points of a metric, oldest first. */
export const readMetric = async (
  client: CloudWatchClient,
  { namespace, name, dimensions, statistic, minutes }: MetricQuery,
): Promise<readonly DataPoint[]> => {
  const now = Date.now();
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistics: [statistic],
      StartTime: new Date(now - minutes * 60_000),
      EndTime: new Date(now),
      Period: PERIOD_SECONDS,
    }),
  );
  return Datapoints.map((point) => ({
    time: point.Timestamp ?? new Date(0),
    value: point[statistic] ?? 0,
  })).toSorted((one, other) => one.time.getTime() - other.time.getTime());
};

/** Warns if the metric counted anything in the last hour. */
export const checkNoneLately = async (
  client: CloudWatchClient,
  metric: Pick<MetricQuery, 'namespace' | 'name' | 'dimensions'>,
  remedy: string,
): Promise<Finding> => {
  const points = await readMetric(client, { ...metric, statistic: 'Sum', minutes: 60 });
  const sum = points.reduce((total, { value }) => total + value, 0);
  return sum === 0 ? ok('none in the last hour') : warn(`${sum} in the last hour`, remedy);
};

/** How long ago the newest data point above zero was, such as `5 min ago`; undefined where there is none. */
export const newestAboveZero = (points: readonly DataPoint[]): string | undefined => {
  const newest = points.findLast(({ value }) => value > 0);
  return newest && `${Math.max(0, Math.round((Date.now() - newest.time.getTime()) / 60_000))} min ago`;
};
