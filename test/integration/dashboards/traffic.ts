import { gzipSync } from 'node:zlib';
import { random } from '../../../bin/local/samples/random.ts';
import { lineWith } from '../../support/factories/alb-records.ts';

/** Twenty minutes of made-up requests, and what AWS would have written about them: access logs and metrics. */
export interface Traffic {
  /** Milliseconds since the epoch; a multiple of five minutes. */
  readonly start: number;
  readonly end: number;
  readonly requests: readonly Request[];
  readonly logs: readonly TrafficObject[];
  readonly metrics: readonly TrafficObject[];
  readonly data: readonly Datum[];
}

export interface TrafficObject {
  readonly key: string;
  readonly body: Buffer;
}

export interface Request {
  readonly ms: number;
  readonly balancer: string;
  readonly zone: string;
  /** None was chosen for a redirect. */
  readonly group: string | undefined;
  readonly status: string;
  /** `-` where no target gave a response. */
  readonly targetStatus: string;
  /** What the target took; -1 where it gave no response. */
  readonly seconds: number;
  readonly method: string;
  readonly path: string;
  readonly traceId: string;
}

/** A datum of the metric stream. */
export interface Datum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly ms: number;
  readonly value: Readonly<Record<string, number>>;
}

export const BALANCERS: Readonly<Record<string, readonly string[]>> = {
  'app/shop/5d1f0a9c37be2468': ['targetgroup/web/a1f4c2d98b7e6035', 'targetgroup/checkout/0c9e8d7b6a5f4132'],
  'app/api/8c2b7e6f10d93a54': ['targetgroup/orders/d4b8f0127c3e95a6'],
};
/** Hosts of each target group that are healthy. */
export const HOSTS: Readonly<Record<string, number>> = {
  'targetgroup/web/a1f4c2d98b7e6035': 3,
  'targetgroup/checkout/0c9e8d7b6a5f4132': 2,
  'targetgroup/orders/d4b8f0127c3e95a6': 4,
};
/** CPU of two instances of an Aurora cluster. */
export const CPU = [20, 50] as const;
export const BROKEN_LINES = 3;

const ZONES = ['eu-west-1a', 'eu-west-1b'];
const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
export const MINUTE = 60_000;
const PERIOD = 5 * MINUTE;
const PERIODS = 4;
const REQUESTS = 1500;

export const generateTraffic = (start: number): Traffic => {
  const requests = generateRequests(start);
  const data = generateData(start, requests);
  const periods = Array.from({ length: PERIODS }, (_, index) => start + index * PERIOD);
  const within = <T extends { readonly ms: number }>(items: readonly T[], from: number): T[] =>
    items.filter(({ ms }) => ms >= from && ms < from + PERIOD);
  return {
    start,
    end: start + PERIODS * PERIOD,
    requests,
    data,
    logs: periods.flatMap((from) =>
      Object.keys(BALANCERS).map((balancer) => {
        const own = within(requests, from).filter((request) => request.balancer === balancer);
        const broken = balancer.includes('shop') && from === start ? BROKEN_LINES : 0;
        return {
          key: logKey(balancer, from + PERIOD),
          body: text([...own.map(logLine), ...Array.from({ length: broken }, () => 'h2 cut off')]),
        };
      }),
    ),
    metrics: periods.map((from) => ({
      key: `metrics/${from}.gz`,
      body: text(within(data, from).map(metricLine)),
    })),
  };
};

const text = (lines: readonly string[]): Buffer => gzipSync(lines.map((line) => `${line}\n`).join(''));

const generateRequests = (start: number): readonly Request[] => {
  const { below, chance, pick, logNormal, hex } = random(15);
  return Array.from({ length: REQUESTS }, (_, index) => {
    const ms = start + Math.floor((index / REQUESTS) * PERIODS * PERIOD);
    const balancer = pick(Object.keys(BALANCERS));
    const redirected = chance(0.05);
    const status = redirected
      ? '301'
      : chance(0.04)
        ? '504'
        : chance(0.05)
          ? '500'
          : chance(0.1)
            ? '404'
            : '200';
    const reached = !redirected && status !== '504';
    return {
      ms,
      balancer,
      zone: pick(ZONES),
      group: redirected ? undefined : pick(BALANCERS[balancer] ?? []),
      status,
      targetStatus: reached ? status : '-',
      seconds: reached ? Math.round(logNormal(0.05, 1) * 1000) / 1000 : -1,
      method: pick(['GET', 'GET', 'POST']),
      path: pick(['/', '/cart', `/products/${below(3)}`]),
      traceId: `${Math.floor(ms / 1000).toString(16)}${hex(24)}`,
    };
  });
};

const logKey = (balancer: string, end: number): string => {
  const stamp = new Date(end).toISOString();
  const name = `${ACCOUNT}_elasticloadbalancing_${REGION}_${balancer.replaceAll('/', '.')}`;
  const time = `${stamp.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  return `logs/alb/AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/${stamp.slice(0, 10).replaceAll('-', '/')}/${name}_${time}_203.0.113.9_1a2b3c4d.log.gz`;
};

const logLine = (request: Request): string =>
  lineWith({
    time: `${new Date(request.ms).toISOString().slice(0, -1)}000Z`,
    elb: request.balancer,
    target_processing_time: request.seconds < 0 ? '-1' : request.seconds.toFixed(3),
    elb_status_code: request.status,
    target_status_code: request.targetStatus,
    request: `"${request.method} https://shop.example.com:443${request.path}?item=lamp HTTP/2.0"`,
    target_group_arn:
      request.group === undefined
        ? '-'
        : `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:${request.group}`,
    trace_id: `"Root=1-${request.traceId.slice(0, 8)}-${request.traceId.slice(8)}"`,
  });

const generateData = (start: number, requests: readonly Request[]): readonly Datum[] =>
  Array.from({ length: (PERIODS * PERIOD) / MINUTE }, (_, minute) => start + minute * MINUTE).flatMap(
    (ms) => {
      const own = requests.filter((request) => request.ms >= ms && request.ms < ms + MINUTE);
      return [...requestData(ms, own), ...hostData(ms), ...cpuData(ms), ...stackData(ms)];
    },
  );

/** Each request is a sample under every set of dimensions. */
const requestData = (ms: number, requests: readonly Request[]): readonly Datum[] =>
  SETS.flatMap((dimensionsOf) => {
    const chosen = requests.filter(({ group }) => group !== undefined);
    return [...Map.groupBy(chosen, (request) => JSON.stringify(dimensionsOf(request)))].flatMap(
      ([json, own]) => {
        const datum = (name: string, values: readonly number[], percentiles = {}): Datum[] =>
          values.length === 0
            ? []
            : [
                {
                  namespace: 'AWS/ApplicationELB',
                  name,
                  dimensions: JSON.parse(json) as Datum['dimensions'],
                  ms,
                  value: { ...statistics(values), ...percentiles },
                },
              ];
        const seconds = own.map((request) => request.seconds).filter((value) => value >= 0);
        const percentiles = Object.fromEntries(
          [50, 90, 95, 99].map((percent) => [`p${percent}`, percentile(seconds, percent / 100)]),
        );
        return [
          ...datum('RequestCount', ones(own)),
          ...datum('TargetResponseTime', seconds, percentiles),
          ...datum(
            'HTTPCode_Target_5XX_Count',
            ones(own.filter(({ targetStatus }) => targetStatus.startsWith('5'))),
          ),
        ];
      },
    );
  });

const ones = (items: readonly unknown[]): number[] => items.map(() => 1);

const SETS: readonly ((request: Request) => Datum['dimensions'])[] = [
  ({ balancer }) => ({ LoadBalancer: balancer }),
  ({ balancer, zone }) => ({ AvailabilityZone: zone, LoadBalancer: balancer }),
  ({ balancer, group = '' }) => ({ LoadBalancer: balancer, TargetGroup: group }),
  ({ balancer, zone, group = '' }) => ({
    AvailabilityZone: zone,
    LoadBalancer: balancer,
    TargetGroup: group,
  }),
];

const statistics = (values: readonly number[]) => ({
  max: Math.max(...values),
  min: Math.min(...values),
  sum: values.reduce((sum, value) => sum + value, 0),
  count: values.length,
});

/** The value that this share of the values does not exceed, by nearest rank. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;

/** Two nodes of a load balancer report twice a minute, in all zones together and in each. */
const hostData = (ms: number): readonly Datum[] =>
  Object.entries(BALANCERS).flatMap(([balancer, groups]) =>
    groups.flatMap((group) =>
      [{}, ...ZONES.map((zone) => ({ AvailabilityZone: zone }))].map((zone) => ({
        namespace: 'AWS/ApplicationELB',
        name: 'HealthyHostCount',
        dimensions: { LoadBalancer: balancer, TargetGroup: group, ...zone },
        ms,
        value: statistics(Array.from({ length: 4 }, () => HOSTS[group] ?? 0)),
      })),
    ),
  );

const cpuData = (ms: number): readonly Datum[] => {
  const datum = (dimensions: Datum['dimensions'], values: readonly number[]): Datum => ({
    namespace: 'AWS/RDS',
    name: 'CPUUtilization',
    dimensions,
    ms,
    value: statistics(values),
  });
  return [
    datum({ DBClusterIdentifier: 'orders' }, CPU),
    datum({ DBClusterIdentifier: 'orders', Role: 'WRITER' }, CPU.slice(0, 1)),
    ...CPU.map((cpu, index) => datum({ DBInstanceIdentifier: `orders-${index}` }, [cpu])),
  ];
};

/** The age of the oldest message in the queue of a stack; another queue is no part of it. */
const stackData = (ms: number): readonly Datum[] =>
  ['ScoutForwarder-logs', 'orders'].map((queue, index) => ({
    namespace: 'AWS/SQS',
    name: 'ApproximateAgeOfOldestMessage',
    dimensions: { QueueName: queue },
    ms,
    value: statistics([7 + index]),
  }));

const metricLine = ({ namespace, name, dimensions, ms, value }: Datum): string =>
  JSON.stringify({
    metric_stream_name: 'to-scout',
    account_id: ACCOUNT,
    region: REGION,
    namespace,
    metric_name: name,
    dimensions,
    timestamp: ms,
    value,
    unit: 'Count',
  });

export const balancerArn = (balancer: string): string =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:loadbalancer/${balancer}`;
