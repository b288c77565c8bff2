import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataInput,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, expect, test } from 'vitest';
import { readBalancerLines } from '../../../bin/estimate/read-load-balancers.ts';
import type { LogKindName } from '../../../lambdas/function-settings.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const NOW = Date.UTC(2026, 0, 31, 12, 34, 56);
const cloudWatch = mockClient(CloudWatchClient);
const loadBalancing = mockClient(ElasticLoadBalancingV2Client);
beforeEach(() => {
  cloudWatch.reset();
  loadBalancing.reset();
});

const arnOf = (name: string): string =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/${name}`;

const balancer = (resource: string, more: LoadBalancer = {}): LoadBalancer => ({
  LoadBalancerName: resource.split('/')[1],
  LoadBalancerArn: arnOf(resource),
  Type: 'application',
  AvailabilityZones: [{}, {}],
  CreatedTime: new Date('2025-01-01T00:00:00Z'),
  ...more,
});

/** Sums of a week by load balancer and metric. */
const counts = (sums: Readonly<Record<string, Readonly<Record<string, number>>>>): void => {
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetMetricDataInput) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
      const { MetricName = '', Dimensions: [dimension] = [] } = MetricStat?.Metric ?? {};
      const sum = sums[dimension?.Value ?? '']?.[MetricName];
      return { Id, Values: sum === undefined ? [] : [sum - 1, 1] };
    }),
  }));
};

const named = (...values: readonly string[]) =>
  values.map((Value, index) => ({ Name: index === 0 ? 'LoadBalancerName' : 'AvailabilityZone', Value }));

const read = async (kinds: readonly LogKindName[] = ['alb'], arns?: readonly string[]) =>
  readBalancerLines(
    new ElasticLoadBalancingV2Client({ region: 'eu-west-1' }),
    new CloudWatchClient({ region: 'eu-west-1' }),
    kinds,
    arns,
    NOW,
  );

test('a load balancer writes a line per request of the last seven days, whether or not a target responded', async () => {
  loadBalancing
    .on(DescribeLoadBalancersCommand)
    .resolvesOnce({ LoadBalancers: [balancer('app/shop/1')], NextMarker: 'more' })
    .resolvesOnce({ LoadBalancers: [balancer('app/idle/2'), balancer('net/tls/3', { Type: 'network' })] });
  counts({
    'app/shop/1': {
      RequestCount: 168_000,
      HTTP_Redirect_Count: 1_680,
      HTTP_Fixed_Response_Count: 168,
      HTTPCode_ELB_4XX_Count: 336,
      HTTPCode_ELB_5XX_Count: 504,
      HTTPCode_Target_4XX_Count: 672,
      HTTPCode_Target_5XX_Count: 840,
    },
  });

  // A month has 730 hours, a week 168.
  expect(await read()).toEqual([
    {
      name: 'shop',
      kind: 'alb',
      lines: expect.closeTo((1_000 + 10 + 1 + 2) * 730, 6),
      failed: expect.closeTo((2 + 3 + 4 + 5) * 730, 6),
      // Two zones, each with a file every five minutes.
      objects: 2 * 12 * 730,
    },
    { name: 'idle', kind: 'alb', lines: 0, failed: 0, objects: 0 },
  ]);
  const [{ args: [{ input }] } = { args: [{ input: undefined }] }] =
    cloudWatch.commandCalls(GetMetricDataCommand);
  expect(input).toMatchObject({
    StartTime: new Date('2026-01-24T12:00:00Z'),
    EndTime: new Date('2026-01-31T12:00:00Z'),
  });
  expect(input?.MetricDataQueries?.[0]?.MetricStat).toMatchObject({ Stat: 'Sum', Period: 3_600 });
});

test('a load balancer that is younger than a week goes on as since it was created', async () => {
  const CreatedTime = new Date('2026-01-31T02:30:00Z');
  loadBalancing
    .on(DescribeLoadBalancersCommand)
    .resolves({ LoadBalancers: [balancer('app/new/1', { CreatedTime })] });
  counts({ 'app/new/1': { RequestCount: 1_000 } });

  const [log] = await read();
  // Ten hours of which some data is there.
  expect(log?.lines).toBeCloseTo(1_000 * 73, 6);
});

test('only the kinds that are turned on are counted, of the load balancers asked for', async () => {
  loadBalancing
    .on(DescribeLoadBalancersCommand)
    .resolves({ LoadBalancers: [balancer('app/shop/1'), balancer('app/other/2')] });
  counts({
    'app/shop/1': { RequestCount: 168, NewConnectionCount: 336 },
    'app/other/2': { RequestCount: 168 },
  });

  const logs = await read(['alb', 'alb-connection'], [arnOf('app/shop/1')]);
  expect(logs.map(({ name, kind, lines }) => [name, kind, lines])).toEqual([
    ['shop', 'alb', 730],
    ['shop', 'alb-connection', 1_460],
  ]);
});

test('a Network Load Balancer writes a line per new TLS flow, a Classic one per request', async () => {
  loadBalancing
    .on(DescribeLoadBalancersCommand)
    .resolves({ LoadBalancers: [balancer('net/tls/3', { Type: 'network' }), balancer('app/shop/1')] });
  cloudWatch.on(ListMetricsCommand, { Namespace: 'AWS/ELB', MetricName: 'RequestCount' }).resolves({
    Metrics: [{ Dimensions: named('old') }, { Dimensions: named('old', 'eu-west-1a') }, { Dimensions: [] }],
  });
  counts({
    'net/tls/3': { NewFlowCount_TLS: 168, ClientTLSNegotiationErrorCount: 16.8 },
    old: { RequestCount: 336, HTTPCode_Backend_5XX: 168 },
  });

  const logs = await read(['nlb', 'clb'] as unknown as readonly LogKindName[]);
  expect(logs).toMatchObject([
    { name: 'tls', kind: 'nlb', lines: 730, failed: expect.closeTo(73, 6) },
    { name: 'old', kind: 'clb', lines: 1_460, failed: 730 },
  ]);
});
