import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsError } from '../../support/harness/examine.ts';
import { examineStack, LOAD_BALANCER, STACK_OUTPUTS, TURN_ON } from '../../support/harness/examine-stack.ts';

const loadBalancing = mockClient(ElasticLoadBalancingV2Client);
beforeEach(() => void loadBalancing.reset());

describe('access logs', () => {
  it('are on, to where the stack reads', async () => {
    for (const prefix of ['logs/alb', 'alb']) {
      loadBalancerHas(to('ours', prefix));
      expect(await logs()).toEqual({
        'access logs of shop': { status: 'ok', found: `on, to s3://ours/${prefix}` },
      });
    }
  });

  it('are off', async () => {
    loadBalancerHas({ 'access_logs.s3.enabled': 'false' });
    expect(await logs()).toMatchObject({
      'access logs of shop': {
        status: 'fail',
        found: 'they are off',
        remedy: TURN_ON.replace('ARN', LOAD_BALANCER),
      },
    });
    const { TurnOnAccessLogs: _, ...outputs } = STACK_OUTPUTS;
    expect(await logs({ albArns: LOAD_BALANCER }, outputs as typeof STACK_OUTPUTS)).toMatchObject({
      'access logs of shop': { remedy: 'name it in albArns, and npx cdk deploy' },
    });
  });

  it.each([
    ['theirs', 'alb'],
    ['ours', ''],
    ['ours', 'albs'],
  ])('go elsewhere: %s %s', async (bucket, prefix) => {
    loadBalancerHas(to(bucket, prefix));
    expect(await logs()).toMatchObject({
      'access logs of shop': {
        status: 'fail',
        found: `they go to s3://${bucket}/${prefix}, the stack reads s3://ours/logs/`,
        remedy: expect.stringContaining('albLogBucketName'),
      },
    });
  });

  it.each([
    ['', undefined],
    ['', 'AWSLogs/123456789012/'],
    ['prod', 'prod'],
    ['prod/eu', 'prod'],
  ])('go to an existing bucket under %j, of which %j is read', async (prefix, albLogPrefix) => {
    loadBalancerHas(to('theirs', prefix));
    expect(await logs({ albLogBucketName: 'theirs', albLogPrefix })).toMatchObject({
      'access logs of shop': { status: 'ok' },
    });
  });

  it('and connection logs too, where they are forwarded', async () => {
    loadBalancerHas(to('ours', 'alb'));
    expect(await logs({ albConnectionLogs: true })).toMatchObject({
      'access logs of shop': { status: 'ok' },
      'connection logs of shop': { status: 'fail', found: 'they are off' },
    });
  });

  it('of another region cannot come here', async () => {
    const far = LOAD_BALANCER.replace('eu-west-1', 'us-east-1');
    expect(await examineStack(/logs of shop/, {}, [far])).toMatchObject({
      'access logs of shop': {
        status: 'fail',
        remedy: 'deploy a stack there too: -c regions=eu-west-1,us-east-1',
      },
    });
  });

  it('of a load balancer that is gone, or may not be looked at', async () => {
    loadBalancing
      .on(DescribeLoadBalancerAttributesCommand)
      .rejects(awsError('LoadBalancerNotFoundException'));
    expect(await logs()).toMatchObject({ 'access logs of shop': { status: 'fail' } });
    loadBalancing.on(DescribeLoadBalancerAttributesCommand).rejects(awsError('AccessDenied'));
    expect(await logs()).toMatchObject({
      'access logs of shop': {
        status: 'warn',
        remedy: expect.stringContaining('elasticloadbalancing:DescribeLoadBalancerAttributes'),
      },
    });
  });

  it('are no matter where the stack has no pipeline for them', async () => {
    expect(await examineStack(/logs of|policy/, {}, [LOAD_BALANCER], { BucketName: 'ours' })).toEqual({});
  });
});

const loadBalancerHas = (values: Readonly<Record<string, string>>): void => {
  loadBalancing.on(DescribeLoadBalancerAttributesCommand, { LoadBalancerArn: LOAD_BALANCER }).resolves({
    Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
  });
};

const to = (bucket: string, prefix: string, log = 'access_logs') => ({
  [`${log}.s3.enabled`]: 'true',
  [`${log}.s3.bucket`]: bucket,
  [`${log}.s3.prefix`]: prefix,
});

const logs = async (keys: Readonly<Record<string, unknown>> = {}, outputs = STACK_OUTPUTS) =>
  examineStack(/logs of shop/, keys, [LOAD_BALANCER], outputs);
