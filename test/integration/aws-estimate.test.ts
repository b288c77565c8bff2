import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, runCommand } from './support/command.ts';
import { clientOptions, type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';
import { deployStack } from './support/stack.ts';

const motoServer = program('MOTO_SERVER');

const SCRIPT = 'bin/estimate.ts';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.skipIf(motoServer === undefined)('npm run estimate', () => {
  let moto: Moto;
  let cloudWatch: CloudWatchClient;
  const now = Date.now();
  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    cloudWatch = new CloudWatchClient(clientOptions(moto));
  });
  afterAll(() => moto?.stop());

  const put = async (
    namespace: string,
    MetricName: string,
    dimension: readonly [string, string],
    points: readonly (readonly [time: number, value: number])[],
  ): Promise<void> => {
    const [Name, Value] = dimension;
    for (let from = 0; from < points.length; from += 100) {
      await cloudWatch.send(
        new PutMetricDataCommand({
          Namespace: namespace,
          MetricData: points.slice(from, from + 100).map(([time, value]) => ({
            MetricName,
            Dimensions: [{ Name, Value }],
            Timestamp: new Date(time),
            Value: value,
          })),
        }),
      );
    }
  };
  /** One value every so many minutes, from four hours ago to now. */
  const every = (minutes: number): readonly (readonly [number, number])[] =>
    Array.from({ length: 240 / minutes }, (_, index) => [
      Math.floor(now / MINUTE - index * minutes) * MINUTE,
      1,
    ]);
  const estimate = async (...args: readonly string[]): Promise<Ran> =>
    runCommand(SCRIPT, args, moto.environment);

  test('prices what an account emits and a load balancer writes, as worked out by hand', async () => {
    await put('Shop', 'Orders', ['Till', 'a'], every(1));
    await put('Shop', 'Orders', ['Till', 'b'], every(1));
    await put('Shop', 'Returns', ['Till', 'a'], every(5));
    await put('AWS/ApplicationELB', 'TargetResponseTime', ['LoadBalancer', 'app/x/1'], every(1));
    const { loadBalancerArn } = await deployStack('Shop', moto);
    const dimension = ['LoadBalancer', loadBalancerArn.split('loadbalancer/')[1] ?? ''] as const;
    await put('AWS/ApplicationELB', 'RequestCount', dimension, [
      [now - 30 * HOUR, 400],
      [now - 100 * HOUR, 500],
      // Longer ago than a week.
      [now - 200 * HOUR, 1e6],
    ]);
    await put('AWS/ApplicationELB', 'HTTPCode_Target_5XX_Count', dimension, [[now - 30 * HOUR, 100]]);
    const settings = ['-c', 'albSampleRate=0.5'];

    const { code, stdout, stderr } = await estimate('--json', ...settings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const bill = JSON.parse(stdout) as Bill;
    const item = (name: string) => bill.items.find((one) => one.name === name);
    // Each minute of a month, 43,800, and each fifth.
    const orders = 2 * 43_800 + 8_760;
    expect(item('Shop')).toMatchObject({ scope: 'metrics', metrics: 3, records: orders });
    expect(dollarsOf(item('Shop'))).toMatchObject({
      perThousandMetricUpdates: expect.closeTo((orders * 0.003) / 1e3, 9),
      perMillionScoutMetricPoints: expect.closeTo((orders * 0.1) / 1e6, 9),
    });
    // The four percentiles that are streamed by default are one more update.
    expect(dollarsOf(item('AWS/ApplicationELB'))).toMatchObject({
      perThousandMetricUpdates: expect.closeTo((2 * 43_800 * 0.003) / 1e3, 9),
      perMillionScoutMetricPoints: expect.closeTo((43_800 * 0.1) / 1e6, 9),
    });
    // 900 requests in the first hour of a load balancer that was just made: × 730. Half of the 800 that went well.
    expect(item('shop')).toMatchObject({ scope: 'logs', kind: 'alb', records: 500 * 730 });
    expect(dollarsOf(item('shop'))).toMatchObject({
      perMillionScoutLogRecords: expect.closeTo((500 * 730 * 0.25) / 1e6, 9),
      // Two zones, twelve files an hour.
      perMillionS3Puts: expect.closeTo((2 * 12 * 730 * 5) / 1e6, 9),
    });
    expect(bill.dollars).toBeCloseTo(
      bill.items.reduce((sum, { dollars }) => sum + dollars, 0),
      9,
    );
    expect(bill.levers.map(({ setting }) => setting)).toEqual(
      expect.arrayContaining(['-c metricExclude=Shop', '-c metricStatistics=none', '-c albSampleRate=0.1']),
    );

    const text = await estimate(...settings);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^About \$\d+\.\d\d a month: \$\d+\.\d\d to AWS and \$0\.1\d to Scout\.\n/);
    expect(Math.max(...text.stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test('prices what the settings leave, at the prices of a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'estimate-'));
    const prices = join(folder, 'prices.json');
    writeFileSync(prices, '{"perThousandMetricUpdates": 3}');
    const { stdout } = await estimate(
      '--json',
      '--prices',
      prices,
      '-c',
      'metricInclude=Shop',
      '-c',
      'albLogs=false',
    );
    rmSync(folder, { recursive: true });

    const { items } = JSON.parse(stdout) as Bill;
    expect(items.map(({ scope, name }) => `${scope} ${name}`)).toEqual([
      'metrics Shop',
      'fixed metrics pipeline',
      'fixed secret and dashboard',
      'fixed objects of the stream',
    ]);
    expect(dollarsOf(items[0])['perThousandMetricUpdates']).toBeCloseTo((2 * 43_800 + 8_760) * 0.003, 6);
  });
});

interface Bill {
  readonly dollars: number;
  readonly items: readonly Item[];
  readonly levers: readonly { readonly setting: string }[];
}

interface Item {
  readonly scope: string;
  readonly name: string;
  readonly dollars: number;
  readonly charges: readonly { readonly price: string; readonly dollars: number }[];
}

const dollarsOf = (item: Item | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries((item?.charges ?? []).map(({ price, dollars }) => [price, dollars]));
