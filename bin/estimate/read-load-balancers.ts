import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  type ElasticLoadBalancingV2Client,
  type LoadBalancer,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LogKindName } from '../../lambdas/function-settings.ts';
import { HOURS_PER_MONTH } from '../../lib/prices.ts';
import { readMetricData } from './read-metrics.ts';

/** Lines that a load balancer writes per month into one of its logs. */
export interface BalancerLines {
  readonly name: string;
  readonly kind: LogKindName;
  readonly lines: number;
  /** Lines about failed requests, which sampling keeps. */
  readonly failed: number;
  readonly objects: number;
}

interface LineCounter {
  readonly type: 'application' | 'network';
  readonly namespace: string;
  /** Their sums make the lines. */
  readonly lines: readonly string[];
  readonly failed: readonly string[];
}

/**
 * Metrics that count the lines of a log:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html. RequestCount
 * leaves out requests for which no target was chosen: redirects, fixed responses, and those that are refused.
 */
export const LINE_COUNTERS: Readonly<Partial<Record<LogKindName, LineCounter>>> = {
  alb: {
    type: 'application',
    namespace: 'AWS/ApplicationELB',
    lines: ['RequestCount', 'HTTP_Redirect_Count', 'HTTP_Fixed_Response_Count', 'HTTPCode_ELB_4XX_Count'],
    failed: [
      'HTTPCode_ELB_4XX_Count',
      'HTTPCode_ELB_5XX_Count',
      'HTTPCode_Target_4XX_Count',
      'HTTPCode_Target_5XX_Count',
    ],
  },
  'alb-connection': {
    type: 'application',
    namespace: 'AWS/ApplicationELB',
    // Counts connections to targets too.
    lines: ['NewConnectionCount'],
    failed: [],
  },
};

export const DAYS_COUNTED = 7;
const HOUR_MS = 3_600_000;
const PERIOD_SECONDS = 3_600;

/** 500 queries of a week's hours are within the 100,800 data points of one call. */
const QUERIES_PER_CALL = 500;

/** Each node writes a file every five minutes. */
const FILES_PER_HOUR = 12;

/**
 * Lines per month of the load balancers' logs, if requests go on as in the last seven days; for a younger load balancer,
 * as since it was created.
 * @param arns only these; undefined: all of the region
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
  if (asked.length === 0) return [];
  const balancers = (await describe(loadBalancing)).filter(
    ({ LoadBalancerArn = '' }) => arns?.includes(LoadBalancerArn) ?? true,
  );
  const logs = balancers.flatMap((balancer) =>
    asked.filter(({ counter }) => counter.type === balancer.Type).map((log) => ({ ...log, balancer })),
  );
  const queries = logs.flatMap(({ balancer, counter }, log) =>
    [...new Set([...counter.lines, ...counter.failed])].map((name) => ({ log, name, balancer, counter })),
  );
  const sums = new Map<string, number>();
  for (let from = 0; from < queries.length; from += QUERIES_PER_CALL) {
    const some = queries.slice(from, from + QUERIES_PER_CALL);
    const values = await readMetricData(
      cloudWatch,
      some.map(({ name, balancer, counter }, index) => ({
        Id: `q${index}`,
        MetricStat: {
          Metric: {
            Namespace: counter.namespace,
            MetricName: name,
            Dimensions: [{ Name: 'LoadBalancer', Value: dimensionOf(balancer) }],
          },
          Stat: 'Sum',
          Period: PERIOD_SECONDS,
        },
      })),
      new Date(end - DAYS_COUNTED * 24 * HOUR_MS),
      new Date(end),
    );
    for (const [index, { log, name }] of some.entries())
      sums.set(`${log} ${name}`, sum(values.get(`q${index}`) ?? []));
  }
  return logs.map(({ balancer, kind, counter }, log) => {
    const perMonth = HOURS_PER_MONTH / hoursOf(balancer, end);
    const counted = (names: readonly string[]): number =>
      sum(names.map((name) => sums.get(`${log} ${name}`) ?? 0)) * perMonth;
    const lines = counted(counter.lines);
    // At least one node per zone.
    const nodes = Math.max(balancer.AvailabilityZones?.length ?? 0, 1);
    return {
      name: balancer.LoadBalancerName ?? '',
      kind,
      lines,
      failed: Math.min(counted(counter.failed), lines),
      objects: Math.min(lines, nodes * FILES_PER_HOUR * HOURS_PER_MONTH),
    };
  });
};

const describe = async (client: ElasticLoadBalancingV2Client): Promise<readonly LoadBalancer[]> => {
  const found: LoadBalancer[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {}))
    found.push(...LoadBalancers);
  return found;
};

/** `app/shop/0123456789abcdef`, as CloudWatch names it. */
const dimensionOf = ({ LoadBalancerArn = '' }: LoadBalancer): string =>
  LoadBalancerArn.slice(LoadBalancerArn.indexOf('loadbalancer/') + 'loadbalancer/'.length);

/** Hours of which data are there. */
const hoursOf = ({ CreatedTime }: LoadBalancer, end: number): number => {
  const age = CreatedTime === undefined ? Infinity : Math.ceil((end - CreatedTime.getTime()) / HOUR_MS);
  return Math.min(Math.max(age, 1), DAYS_COUNTED * 24);
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
