import { describe, expect, test } from 'vitest';
import { billOf } from '../../../bin/estimate/bill.ts';
import { type Lever, leversOf } from '../../../bin/estimate/levers.ts';
import { PRICES } from '../../../lib/prices.ts';
import { EACH_MINUTE, logUsage, metricUsage, settingsOf, usageOf } from '../../support/factories/usage.ts';

const levers = async (
  usage: Parameters<typeof usageOf>[0],
  context: Readonly<Record<string, unknown>> = {},
): Promise<readonly Lever[]> => {
  const settings = settingsOf(context);
  const whole = usageOf(usage);
  return leversOf(whole, settings, PRICES, await billOf(whole, settings, PRICES));
};
const settingsIn = (found: readonly Lever[]) => found.map(({ setting }) => setting);
const namespaces = (...names: readonly string[]) =>
  names.map((namespace, index) => metricUsage({ namespace, updates: (names.length - index) * 1e6 }));

describe('levers', () => {
  test('name the three dearest namespaces, and save all that these cost', async () => {
    const found = await levers({ metrics: namespaces('A', 'B', 'C', 'D') });

    expect(settingsIn(found)).toEqual(['-c metricExclude=A', '-c metricExclude=B', '-c metricExclude=C']);
    // 4e6 updates and points, 4e6 × 340 bytes into Firehose, 4e6 × 30 bytes out; the rest is cents.
    expect(found[0]?.saves).toBeCloseTo(12 + 0.4 + 0.03944 + 0.0108, 1);
  });

  test('leave a namespace out of those that are included', async () => {
    const usage = { metrics: namespaces('AWS/EC2', 'AWS/SQS') };
    const [one, other] = await levers(usage, { metricInclude: 'AWS/EC2', metricPreset: 'sqs' });

    expect(one?.setting).toBe('AWS/EC2 left out of metricInclude and metricPreset');
    expect(one?.saves).toBeGreaterThan(6.2);
    expect(other?.saves).toBeGreaterThan(3.1);
    const [only] = await levers({ metrics: namespaces('AWS/EC2') }, { metricInclude: 'AWS/EC2' });
    expect(only?.saves).toBeGreaterThan(3.1);
  });

  test('sample successful requests, and send no body', async () => {
    const found = await levers({ logs: [logUsage(), logUsage()] });

    // Of each log 810,000 of 1e6 records less, of 200 bytes each; 70 bytes less of each; $0.30 for the metric that counts them.
    expect(found).toEqual([
      { setting: '-c albSampleRate=0.1', saves: expect.closeTo(2 * (0.81 * 0.25 + 0.162 * 0.09) - 0.3, 6) },
      { setting: '-c albBody=none', saves: expect.closeTo(2 * 0.07 * 0.09, 6) },
    ]);
    expect(settingsIn(await levers({ logs: [logUsage()] }))).toEqual([]);
    const more = await levers({
      logs: [
        logUsage({ sent: async ({ albBody }) => ({ records: 1e6, bytes: albBody === 'none' ? 0 : 1e9 }) }),
      ],
    });
    expect(more).toEqual([{ setting: '-c albBody=none', saves: expect.closeTo(0.09, 6) }]);
  });

  test('turn extra statistics off', async () => {
    const metrics = [metricUsage({ namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime' })];
    const found = await levers({ metrics });

    expect(found.find(({ setting }) => setting === '-c metricStatistics=none')?.saves).toBeCloseTo(
      (EACH_MINUTE * 0.003) / 1000,
      6,
    );
  });

  test('skip a frequent path, quoted for the shell and for the expression', async () => {
    const logs = [
      logUsage({
        sent: async ({ albSkipPath }) => ({ records: albSkipPath?.test('/health(z)') ? 0 : 2e6, bytes: 0 }),
      }),
    ];
    const found = await levers({ logs, frequentPath: '/health(z)' });
    expect(found).toEqual([
      { setting: String.raw`-c albSkipPath='^/health\(z\)$'`, saves: expect.closeTo(0.5 - 0.3, 6) },
    ]);
    expect(settingsIn(await levers({ logs, frequentPath: '/x' }, { albSkipPath: '^/y' }))).toEqual([]);
  });

  test('that are pulled already are not named', async () => {
    expect(
      await levers({ logs: [logUsage()] }, { albSampleRate: 0.1, albBody: 'none', metricStatistics: 'none' }),
    ).toEqual([]);
  });
});
