import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import { balancerUsage, usageOfAccount } from '../../../bin/estimate/usage-of-account.ts';
import type { LogKindName } from '../../../lambdas/function-settings.ts';
import { settingsOf } from '../../support/factories/usage.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const SLOW = 'The slow requests that albSampleSlowerThan keeps are not added; --from-files does.';

mockClient(CloudWatchClient).on(ListMetricsCommand).resolves({});
mockClient(ElasticLoadBalancingV2Client).on(DescribeLoadBalancersCommand).resolves({});

const assumptions = async (context: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
  const settings = settingsOf({ regions: 'eu-west-1', ...context });
  const status = { show: () => undefined, clear: () => undefined };
  return (await usageOfAccount(settings, 10, Date.UTC(2026, 0, 31), status)).assumptions;
};

test.each<LogKindName>(['alb', 'alb-connection', 'nlb', 'clb'])(
  'sampling keeps the failed requests of %s, and a share of the others',
  async (kind) => {
    const log = { name: 'shop', kind, lines: 1_000, failed: 100, objects: 10 };
    const { sent } = await balancerUsage(log, undefined, settingsOf());
    expect((await sent(settingsOf({ albSampleRate: 0.5 }))).records).toBe(100 + 450);
  },
);

test('the estimate says that it does not count the slow requests that sampling keeps', async () => {
  expect(await assumptions({ albSampleRate: 0.1, albSampleSlowerThan: 1 })).toContain(SLOW);
  expect(await assumptions({ albSampleRate: 0.1 })).not.toContain(SLOW);
});
