import type { Row } from './scout-database.ts';
import {
  BALANCERS,
  balancerArn,
  CPU,
  HOSTS,
  MINUTE,
  percentile,
  type Request,
  type Traffic,
} from './traffic.ts';

/** The rows that each panel must show, from the requests themselves; columns that are not named are not compared. */
export const expectedRows = (
  traffic: Traffic,
): Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>> => ({
  'alb-logs': albLogs(traffic),
  'cloudwatch-metrics': cloudwatchMetrics(traffic),
  forwarder: forwarder(traffic),
});

const albLogs = ({ requests }: Traffic) => {
  const chosen = requests.filter(({ group }) => group !== undefined);
  const timed = requests.filter(({ seconds }) => seconds >= 0);
  return {
    'Requests by load balancer': series(requests, balancerOf, perSecond),
    'Requests by status': series(requests, ({ status }) => `${status[0]}xx`, perSecond),
    'Failed requests by target group': series(chosen, targetGroupName, (own) =>
      percent(own.filter(failed), own),
    ),
    'p99 of the targets': series(timed, targetGroupName, (own) => percentile(seconds(own), 0.99)),
    'Duration by target group': grouped(timed, targetGroupName, (own, target_group) => ({
      target_group,
      requests: own.length,
      p50: percentile(seconds(own), 0.5),
      p90: percentile(seconds(own), 0.9),
      p99: percentile(seconds(own), 0.99),
      slowest: Math.max(...seconds(own)),
    })),
    Paths: grouped(
      requests,
      ({ method, path }) => `${method} ${path}`,
      (own, name) => ({
        method: name.split(' ')[0],
        url_path: name.split(' ')[1],
        requests: own.length,
        percent_5xx: percent(own.filter(failed), own),
        p90: percentile(seconds(own.filter((request) => request.seconds >= 0)), 0.9),
      }),
    ),
    Errors: grouped(
      requests.filter(failed),
      ({ balancer, group, status }) => [balancer, nameOf(group ?? ''), status].join(' '),
      (own, name) => {
        const [load_balancer, target_group, status] = name.split(' ');
        const given_by = status === '504' ? 'load balancer' : 'target';
        return { load_balancer, target_group, status, given_by, errors: own.length };
      },
    ),
    'Slowest requests': seconds(timed)
      .toSorted((a, b) => b - a)
      .slice(0, 50)
      .map((seconds) => ({ seconds })),
  };
};

const cloudwatchMetrics = (traffic: Traffic) => {
  const chosen = traffic.requests.filter(({ group }) => group !== undefined);
  const timed = chosen.filter(({ seconds }) => seconds >= 0);
  return {
    'Requests by load balancer': series(chosen, balancerOf, perSecond),
    'Failed requests by load balancer': series(chosen, balancerOf, (own) =>
      percent(
        own.filter(({ targetStatus }) => targetStatus.startsWith('5')),
        own,
      ),
    ),
    'Mean response time by load balancer': series(
      timed,
      balancerOf,
      (own) => seconds(own).reduce((sum, value) => sum + value, 0) / own.length,
    ),
    'p99 of the response time by target group': series(
      timed,
      ({ group = '' }) => group,
      (own) => percentile(seconds(own), 0.99),
    ),
    'Healthy hosts by load balancer': minutes(traffic).flatMap((t) =>
      Object.entries(BALANCERS).map(([balancer, groups]) => ({
        t,
        series: balancer,
        value: groups.reduce((sum, group) => sum + (HOSTS[group] ?? 0), 0),
      })),
    ),
    'CPU by Aurora cluster': minutes(traffic).map((t) => ({
      t,
      series: 'orders',
      value: CPU.reduce((sum, cpu) => sum + cpu, 0) / CPU.length,
    })),
  };
};

const forwarder = (traffic: Traffic) => {
  const { requests, data, end } = traffic;
  const chosen = requests.filter(({ group }) => group !== undefined);
  const newest = (own: readonly Request[]): number =>
    Math.floor((end - 1) / 1000) - Math.floor((own.at(-1)?.ms ?? 0) / 1000);
  return {
    'Age of the newest record': [
      { source: 'metrics', seconds: MINUTE / 1000 - 1 },
      ...Object.keys(BALANCERS).map((balancer) => ({
        source: sourceName(balancer),
        seconds: newest(requests.filter((one) => one.balancer === balancer)),
      })),
    ],
    // The time of the forwarder's own gauges is when they were sent, which is after the requests.
    'Lag by pipeline': [],
    'Delivered records by pipeline': [],
    'Metric points by namespace': minutes(traffic).flatMap((t) =>
      [...Map.groupBy(data, ({ namespace }) => namespace)].map(([namespace, own]) => ({
        t,
        series: namespace,
        value: own.filter(({ ms }) => ms === t).length,
      })),
    ),
    'Log objects by source': minutes(traffic)
      .filter((t) => t % (5 * MINUTE) === 0)
      .flatMap((t) =>
        Object.keys(BALANCERS).map((balancer) => ({ t, series: sourceName(balancer), value: 1 })),
      ),
    'Access log records against RequestCount': grouped(chosen, balancerOf, (own, load_balancer) => ({
      load_balancer,
      requests: own.length,
      records: own.length,
      percent: 100,
    })),
    // Such a record's time is when the function read it, which is after the requests.
    'Unparsable lines': [],
    'Records that came twice': [{ log_records: 0, metric_points: 0 }],
    'Queues, functions and Firehose': minutes(traffic).map((t) => ({
      t,
      series: 'ApproximateAgeOfOldestMessage ScoutForwarder-logs',
      value: 7,
    })),
  };
};

const minutes = ({ start, end }: Traffic): readonly number[] =>
  Array.from({ length: (end - start) / MINUTE }, (_, index) => start + index * MINUTE);

const series = (
  requests: readonly Request[],
  seriesOf: (request: Request) => string,
  valueOf: (own: readonly Request[]) => number,
): readonly Row[] =>
  grouped(
    requests,
    (request) => `${Math.floor(request.ms / MINUTE) * MINUTE} ${seriesOf(request)}`,
    (own, name) => ({
      t: Number(name.split(' ')[0]),
      series: name.split(' ')[1],
      value: valueOf(own),
    }),
  );

const grouped = (
  requests: readonly Request[],
  nameOf: (request: Request) => string,
  rowOf: (own: readonly Request[], name: string) => Row,
): readonly Row[] => [...Map.groupBy(requests, nameOf)].map(([name, own]) => rowOf(own, name));

const perSecond = (own: readonly Request[]): number => own.length / 60;
const percent = (part: readonly unknown[], whole: readonly unknown[]): number =>
  (100 * part.length) / whole.length;
const failed = ({ status }: Request): boolean => status.startsWith('5');
const seconds = (own: readonly Request[]): number[] => own.map((request) => request.seconds);
const nameOf = (group: string): string => group.split('/')[1] ?? '';
const targetGroupName = ({ group = '' }: Request): string => nameOf(group);
const balancerOf = ({ balancer }: Request): string => balancer;
const sourceName = (balancer: string): string => `alb ${balancerArn(balancer)}`;
