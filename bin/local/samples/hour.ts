import { LAYOUTS, albLine, malformedLine } from './alb-lines.ts';
import { ACCOUNT, LOAD_BALANCERS, type LoadBalancer, REGION } from './alb-traffic.ts';
import { kindLogs } from './kinds.ts';
import { balancerFolder, gzipLog, stamp } from './kinds/sample-log.ts';
import { brokenLine, metricLine } from './metric-lines.ts';
import { accountSeries } from './metric-series.ts';
import { type Random, random as seeded } from './random.ts';

/** An object as AWS would have written it to the bucket. */
export interface SampleObject {
  readonly key: string;
  readonly body: Buffer;
}

const MINUTE = 60_000;

/**
 * What CloudWatch and four load balancers write in an hour: 60 metric-stream objects, 48 access logs, a log of
 * each other kind, and a test file. `start` is in milliseconds since the epoch. About one line in 400 is malformed.
 */
export const sampleHour = (start: number, seed = 1): readonly SampleObject[] => [
  ...metricObjects(seeded(seed), start),
  ...albObjects(seeded(seed + 1), start),
  ...kindLogs(seed + 2, start),
  TEST_FILE,
];

const metricObjects = (random: Random, start: number): readonly SampleObject[] => {
  const series = accountSeries(random);
  return Array.from({ length: 60 }, (_, minute) => {
    const time = start + minute * MINUTE;
    const lines = shuffled(random, series).map((one) => metricLine(random, one, time));
    const broken = random.chance(0.2) ? [brokenLine(random, lines[0] ?? '')] : [];
    return gzipLog(metricKey(random, time + MINUTE), [...lines, ...broken]);
  });
};

const albObjects = (random: Random, start: number): readonly SampleObject[] =>
  Array.from({ length: 12 }, (_, period) => start + period * 5 * MINUTE).flatMap((from) =>
    LOAD_BALANCERS.map((balancer) => {
      const count = Math.round(random.logNormal(balancer.targetGroups.length * 450, 0.3));
      const lines = albPeriod(random, balancer, from, count);
      return gzipLog(albKey(random, balancer, from + 5 * MINUTE), lines);
    }),
  );

/** Lines of five minutes in the order of their time; the back office's log mixes every layout. */
const albPeriod = (random: Random, balancer: LoadBalancer, from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const time = (from + (index / count) * 5 * MINUTE) * 1000 + random.below(50_000);
    const layout = balancer.name === 'back-office' ? random.pick(LAYOUTS) : balancer.layout;
    const line = albLine(random, balancer, Math.floor(time), layout);
    return random.chance(1 / 400) ? malformedLine(random, line) : line;
  });

/** What AWS writes under the same prefix besides logs: its test file. */
const TEST_FILE: SampleObject = {
  key: `alb/AWSLogs/${ACCOUNT}/ELBAccessLogTestFile`,
  body: Buffer.from('Enable AccessLog for ELB: shop-web in the example account\n'),
};

/** As Data Firehose names its objects: UTC hour folders, then stream, version, time and a random id. */
export const metricKey = (random: Random, time: number): string => {
  const stamp = new Date(time).toISOString();
  const id = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`;
  return `metrics/${stamp.slice(0, 13).replace(/[-T]/g, '/')}/to-scout-1-${stamp.slice(0, 19).replace(/[T:]/g, '-')}-${id}.gz`;
};

/** As Elastic Load Balancing names its objects; `end` is when the five minutes end. */
export const albKey = (random: Random, { name, id }: LoadBalancer, end: number): string => {
  const address = `203.0.113.${1 + random.below(254)}`;
  return `${balancerFolder('alb', end)}/${ACCOUNT}_elasticloadbalancing_${REGION}_app.${name}.${id}_${stamp(end)}_${address}_${random.hex(8)}.log.gz`;
};

const shuffled = <T>(random: Random, items: readonly T[]): readonly T[] => {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
};
