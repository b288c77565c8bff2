import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LogKindName } from '../../lambdas/function-settings.ts';
import { HOURS_PER_MONTH } from '../../lib/prices.ts';
import { type Balancer, describeBalancers, listClassic } from './balancers.ts';
import { LINE_COUNTERS, type LineCounter } from './line-counters.ts';
import { readMetricData } from './read-metrics.ts';
import { sumBy } from './sum-by.ts';

/** Lines that a load balancer writes per month into one of its logs. */
export interface BalancerLines {
  readonly name: string;
  readonly kind: LogKindName;
  readonly lines: number;
  /** Lines about failed requests, which sampling keeps. */
  readonly failed: number;
  readonly objects: number;
}

export const DAYS_COUNTED = 7;
const HOUR_MS = 3_600_000;
const PERIOD_SECONDS = 3_600;

/** Each node writes a file every five minutes. */
const FILES_PER_HOUR = 12;

/**
 * Lines per month of the load balancers' logs, if requests go on as in the last seven days; for a younger load balancer,
 * as since it was created.
 * @param arns only these of the Application and Network Load Balancers; undefined: all of the region
 */
export const readBalancerLines = async (
  loadBalancing: ElasticLoadBalancingV2Client,
  cloudWatch: CloudWatchClient,
  kinds: readonly LogKindName[],
  arns: readonly string[] | undefined,
  now: number,
): Promise<readonly BalancerLines[]> => {
  const end = Math.floor(now / HOUR_MS) * HOUR_MS;
  const asked = kinds.flatMap((kind) => {
    const counter = LINE_COUNTERS[kind];
    return counter === undefined ? [] : [{ kind, counter }];
  });
  const isAsked = (types: readonly string[]): boolean =>
    asked.some(({ counter }) => types.includes(counter.type));
  const balancers = [
    ...(isAsked(['application', 'network']) ? await describeBalancers(loadBalancing, arns) : []),
    ...(isAsked(['classic']) ? await listClassic(cloudWatch) : []),
  ];
  const logs = balancers.flatMap((balancer) =>
    asked.filter(({ counter }) => counter.type === balancer.type).map((log) => ({ ...log, balancer })),
  );
  const sums = await readSums(cloudWatch, logs, end);
  return logs.map(({ balancer, kind, counter }, log) => {
    const perMonth = HOURS_PER_MONTH / hoursOf(balancer, end);
    const counted = (names: readonly string[]): number =>
      sumBy(names, (name) => sums.get(`${log} ${name}`) ?? 0) * perMonth;
    const lines = counted(counter.lines);
    return {
      name: balancer.name,
      kind,
      lines,
      failed: Math.min(counted(counter.failed), lines),
      // At least one node per zone.
      objects: Math.min(lines, balancer.zones * FILES_PER_HOUR * HOURS_PER_MONTH),
    };
  });
};

/** Sums of a week by the log's index and the metric's name. */
const readSums = async (
  client: CloudWatchClient,
  logs: readonly { readonly balancer: Balancer; readonly counter: LineCounter }[],
  end: number,
): Promise<ReadonlyMap<string, number>> => {
  const queries = logs.flatMap(({ balancer: { dimension }, counter: { namespace, lines, failed } }, log) =>
    [...new Set([...lines, ...failed])].map((name) => ({
      key: `${log} ${name}`,
      name,
      namespace,
      dimension,
    })),
  );
  const values = await readMetricData(
    client,
    queries.map(({ name, namespace, dimension }) => ({
      MetricStat: {
        Metric: { Namespace: namespace, MetricName: name, Dimensions: [dimension] },
        Stat: 'Sum',
        Period: PERIOD_SECONDS,
      },
    })),
    new Date(end - DAYS_COUNTED * 24 * HOUR_MS),
    new Date(end),
  );
  return new Map(queries.map(({ key }, index) => [key, sumBy(values[index] ?? [], (value) => value)]));
};

/** Hours of which data are there. */
const hoursOf = ({ created }: Balancer, end: number): number => {
  const age = created === undefined ? Infinity : Math.ceil((end - created.getTime()) / HOUR_MS);
  return Math.min(Math.max(age, 1), DAYS_COUNTED * 24);
};
