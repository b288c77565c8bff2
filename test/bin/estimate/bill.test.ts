import { describe, expect, test } from 'vitest';
import { billOf } from '../../../bin/estimate/bill.ts';
import type { Item } from '../../../bin/estimate/item.ts';
import { PRICES } from '../../../lib/prices.ts';
import { synth } from '../../support/harness/synth.ts';
import { EACH_MINUTE, logUsage, metricUsage, settingsOf, usageOf } from '../../support/factories/usage.ts';

const bill = async (usage: Parameters<typeof usageOf>[0], context: Readonly<Record<string, unknown>> = {}) =>
  billOf(usageOf(usage), settingsOf(context), PRICES);

const itemsOf = async (scope: Item['scope'], ...args: Parameters<typeof bill>): Promise<readonly Item[]> =>
  (await bill(...args)).items.filter((item) => item.scope === scope);

const quantities = ({ charges }: Item): Readonly<Record<string, number>> =>
  Object.fromEntries(charges.map(({ price, quantity }) => [price, quantity]));

const ownMetrics = async (context: Readonly<Record<string, unknown>>) =>
  (await itemsOf('fixed', {}, context)).flatMap((item) => quantities(item)['perOwnMetric'] ?? []);

const fixed = async (context: Readonly<Record<string, unknown>>) => {
  const items = await itemsOf('fixed', {}, context);
  return items.map(({ name, region, dollars }) => [name, region, Number(dollars.toFixed(4))]);
};

const objects = async (updates: number): Promise<number | undefined> => {
  const items = await itemsOf('fixed', { metrics: [metricUsage({ updates })] });
  const stream = items.find(({ name }) => name === 'objects of the stream');
  return stream && quantities(stream)['perMillionS3Gets'];
};

const kinds = (items: readonly Item[]) => items.map(({ kind }) => kind);

const ownPoints = async (context: Readonly<Record<string, unknown>>) => {
  const usage = { metrics: [metricUsage({ updates: 1e9 })], logs: [logUsage()] };
  const items = await itemsOf('fixed', usage, context);
  return items.reduce((sum, item) => sum + (quantities(item)['perMillionScoutMetricPoints'] ?? 0), 0);
};

describe('a namespace', () => {
  test('costs one update and one point per data point, and the bytes on each part of their way', async () => {
    const [item] = await itemsOf('metrics', { metrics: [metricUsage({ metrics: 1_000, updates: 1e6 })] });

    expect(item).toMatchObject({ name: 'AWS/EC2', metrics: 1_000, records: 1e6 });
    expect(quantities(item as Item)).toEqual({
      perThousandMetricUpdates: 1e6,
      perMillionScoutMetricPoints: 1e6,
      // 1e6 × 340, 40 and 30 bytes; 30 days of a month of 30.42 days are in the bucket.
      perFirehoseGb: 340e6,
      perS3GbMonth: expect.closeTo(39_452_055, 0),
      perGbOut: 30e6,
      // 0.34 GB × 13.5 s of a vCPU, which has 1769 MB.
      perLambdaGbSecond: expect.closeTo(0.34 * 13.5 * (1769 / 1024), 3),
    });
    // 1e6 × $0.003 / 1e3, 0.34 × $0.029, 0.0395 × $0.023, 0.03 × $0.09, 7.93 × $0.0000133334
    expect(item?.aws).toBeCloseTo(3 + 0.00986 + 0.00091 + 0.0027 + 0.00011, 4);
    expect(item?.scout).toBeCloseTo(0.1, 10);
  });

  test('costs another update for each five extra statistics, and a point for each that is no percentile', async () => {
    const metrics = ['a', 'b', 'c'].map((name) => metricUsage({ namespace: 'Shop', name, updates: 100 }));
    const metricStatistics = [
      { namespace: 'Shop', metricNames: ['a', 'b'], statistics: ['p50', 'p90', 'p95', 'p99', 'p99.9'] },
      { namespace: 'Shop', metricNames: ['a'], statistics: ['p99', 'tm99', 'IQM'] },
    ];
    const [item] = await itemsOf('metrics', { metrics }, { metricStatistics });

    // a has seven statistics, b five, c none: 300 + 200 + 100.
    expect(quantities(item as Item)).toMatchObject({
      perThousandMetricUpdates: 600,
      perMillionScoutMetricPoints: 500,
    });
  });

  test('costs the percentiles of load balancers by default, unless they are turned off', async () => {
    const usage = {
      metrics: [metricUsage({ namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime' })],
    };
    const [on] = await itemsOf('metrics', usage);
    const [off] = await itemsOf('metrics', usage, { metricStatistics: 'none' });

    expect(quantities(on as Item)).toMatchObject({
      perThousandMetricUpdates: 2 * EACH_MINUTE,
      perMillionScoutMetricPoints: EACH_MINUTE,
    });
    expect(quantities(off as Item)).toMatchObject({ perThousandMetricUpdates: EACH_MINUTE });
  });

  test('is an item of its own for each linked account and each region', async () => {
    const metrics = [
      metricUsage({ account: '111111111111', region: 'eu-west-1' }),
      metricUsage({ account: '222222222222', region: 'eu-west-1', updates: 2 }),
      metricUsage({ account: '111111111111', region: 'eu-central-1', updates: 1 }),
    ];
    const items = await itemsOf('metrics', { metrics }, { regions: 'eu-west-1,eu-central-1' });

    expect(items.map(({ account, region, records }) => [account, region, records])).toEqual([
      ['111111111111', 'eu-west-1', EACH_MINUTE],
      ['222222222222', 'eu-west-1', 2],
      ['111111111111', 'eu-central-1', 1],
    ]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['everything but the namespace of the forwarder by default', {}, ['AWS/EC2', 'AWS/SQS']],
    ['all but what is excluded', { metricExclude: 'AWS/EC2' }, ['AWS/SQS']],
    [
      'all but the metrics that are excluded by name',
      { metricExclude: [{ namespace: 'AWS/EC2', metricNames: ['CPUUtilization'] }] },
      ['AWS/SQS'],
    ],
    ['only what is included', { metricInclude: 'AWS/SQS' }, ['AWS/SQS']],
    ['only the presets', { metricPreset: 'ec2' }, ['AWS/EC2']],
    ['nothing without the metrics pipeline', { metrics: false }, []],
  ])('is billed if the stream carries it: %s', async (_, context, names) => {
    const metrics = ['AWS/EC2', 'AWS/SQS', 'ScoutForwarder'].map((namespace) => metricUsage({ namespace }));
    const items = await itemsOf('metrics', { metrics }, context);

    expect(items.map(({ name }) => name).toSorted()).toEqual(names);
  });
});

describe('a log', () => {
  test('costs a record per line, its bytes out, and requests and seconds per object', async () => {
    const [item] = await itemsOf('logs', { logs: [logUsage()] });

    expect(quantities(item as Item)).toEqual({
      perMillionScoutLogRecords: 1e6,
      perGbOut: 200e6,
      perS3GbMonth: expect.closeTo(98_630_137, 0),
      perMillionS3Puts: 1_000,
      perMillionS3Gets: 1_000,
      perMillionSqsRequests: 3_000,
      perMillionLambdaRequests: 1_000,
      perLogsGb: 2e6,
      // 0.7 GB × 23.7 s, and 1,000 × 0.15 s of waiting, at 1769 MB.
      perLambdaGbSecond: expect.closeTo((0.7 * 23.7 + 150) * (1769 / 1024), 3),
    });
    expect(item?.scout).toBeCloseTo(0.25, 10);
  });

  test('costs no storage where an existing bucket holds it, or objects are deleted', async () => {
    const logs = [logUsage()];
    const [existing] = await itemsOf('logs', { logs }, { albLogBucketName: 'mine' });
    const [deleted] = await itemsOf('logs', { logs }, { deleteProcessedFiles: true });

    expect(quantities(existing as Item)).not.toHaveProperty('perS3GbMonth');
    expect(quantities(existing as Item)).not.toHaveProperty('perMillionS3Puts');
    expect(quantities(deleted as Item)).not.toHaveProperty('perS3GbMonth');
  });

  test('is billed if its kind is turned on', async () => {
    const logs = [logUsage(), logUsage({ kind: 'alb-connection' })];

    expect(kinds(await itemsOf('logs', { logs }))).toEqual(['alb']);
    expect(kinds(await itemsOf('logs', { logs }, { logKinds: 'alb-connection' }))).toEqual([
      'alb-connection',
    ]);
    expect(await itemsOf('logs', { logs }, { albLogs: false })).toEqual([]);
  });
});

describe('the stack', () => {
  test('costs what it has whatever it forwards, in each region', async () => {
    // 9 × $0.30, 12 or 7 × $0.10, 657,000 polls × $0.40 / 1e6; $3 and $0.40.
    const all = [
      ['metrics pipeline', undefined, 4.1628],
      ['logs pipeline', undefined, 3.6628],
      ['secret and dashboard', undefined, 3.4],
    ];
    expect(await fixed({})).toEqual(all);
    expect(await fixed({ albLogs: false, dashboard: false })).toEqual([
      ['metrics pipeline', undefined, 4.1628],
      ['secret', undefined, 0.4],
    ]);
    expect(await fixed({ regions: 'eu-west-1,eu-central-1' })).toHaveLength(6);
  });

  test('writes an object of the stream each minute, or for each 5 MiB', async () => {
    expect(await objects(0)).toBeUndefined();
    expect(await objects(5)).toBe(5);
    expect(await objects(1e6)).toBe(43_800);
    expect(await objects(1e9)).toBeCloseTo((1e9 * 340) / (5 * 2 ** 20), 6);
  });

  test('pays for one more custom metric per pipeline where tags are sent', async () => {
    expect(await ownMetrics({})).toEqual([9, 9]);
    expect(await ownMetrics({ resourceTags: 'team' })).toEqual([10, 10]);
  });

  test.each([
    { albSkipStatus: '404' },
    { albSkipPath: '^/health' },
    { albSkipUserAgent: 'bot' },
    { albSampleRate: 0.5 },
  ])('pays for one more custom metric of the logs with %o, which leaves records out', async (context) => {
    expect(await ownMetrics(context)).toEqual([9, 10]);
  });

  test('sends two points about itself after an object, at most each minute, unless that is turned off', async () => {
    // Two per minute of metrics, and two per each of the log's 1,000 objects.
    expect(await ownPoints({})).toBe(2 * 43_800 + 2_000);
    expect(await ownPoints({ ownMetrics: false })).toBe(0);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['metrics', { albLogs: false }],
    ['some metrics', { albLogs: false, metricPreset: 'sqs' }],
    ['logs', { metrics: false }],
    ['logs whose silence raises an alarm', { metrics: false, logSilenceHours: 24 }],
  ])('pays for as many metrics under alarms as its template has: %s', async (_, context) => {
    const [item] = (await itemsOf('fixed', {}, context)).filter(({ name }) => name.endsWith('pipeline'));
    const alarms = Object.values(synth(context).findResources('AWS::CloudWatch::Alarm'));
    const read = alarms.map(({ Properties }) => {
      const { Metrics } = Properties as { Metrics?: readonly { readonly MetricStat?: object }[] };
      return Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
    });

    expect(read.reduce((sum, count) => sum + count, 0)).toBe(quantities(item as Item)['perAlarmMetric']);
  });
});

test('the bill is the sum of its items, dearest first', async () => {
  const { items, aws, scout, dollars } = await bill({ metrics: [metricUsage()], logs: [logUsage()] });
  const add = (part: 'aws' | 'scout' | 'dollars'): number => items.reduce((sum, item) => sum + item[part], 0);

  expect([aws, scout, dollars]).toEqual([
    expect.closeTo(add('aws'), 10),
    expect.closeTo(add('scout'), 10),
    expect.closeTo(aws + scout, 10),
  ]);
  expect(items.map((item) => item.dollars)).toEqual(
    items.map((item) => item.dollars).toSorted((a, b) => b - a),
  );
});
