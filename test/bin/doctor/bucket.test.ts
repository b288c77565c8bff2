import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetBucketNotificationConfigurationCommand,
  type GetBucketNotificationConfigurationCommandOutput,
  GetBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { stackChecks } from '../../../bin/doctor/stack.ts';
import { awsError, contextOf, examine } from './examine.ts';

const s3 = mockClient(S3Client);
const loadBalancing = mockClient(ElasticLoadBalancingV2Client);

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef';
const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/123456789012';
const TURN_ON = 'aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes …';
const OUTPUTS = {
  BucketName: 'ours',
  TurnOnAccessLogs: TURN_ON,
  ...Object.fromEntries(
    ['Metrics', 'AlbLogs'].flatMap((name) => [
      [`${name}QueueUrl`, `${QUEUES}/${name}`],
      [`${name}DeadLetterQueueUrl`, `${QUEUES}/${name}-dead`],
      [`${name}FunctionName`, `forward-${name}`],
    ]),
  ),
};

beforeEach(() => {
  s3.reset();
  loadBalancing.reset();
});

/** The findings of the checks of a deployed stack whose names match. */
const doctor = async (
  pattern: RegExp,
  keys: Readonly<Record<string, unknown>> = {},
  loadBalancers: readonly string[] = [ARN],
  outputs: Readonly<Record<string, string>> = OUTPUTS,
) => {
  const context = await contextOf(keys);
  const checks = stackChecks(context.settings, outputs, loadBalancers);
  return examine(
    checks.filter(({ name }) => pattern.test(name)),
    context,
  );
};

describe('notifications', () => {
  const EventBridgeConfiguration = {};
  const bucketTells = (
    Bucket: string,
    answer: Partial<GetBucketNotificationConfigurationCommandOutput>,
  ): void => {
    s3.on(GetBucketNotificationConfigurationCommand, { Bucket }).resolves(answer);
  };
  const tells = (queue: string, prefix: string | undefined, Name: 'prefix' | 'Prefix' = 'Prefix') => ({
    QueueArn: `arn:aws:sqs:eu-west-1:123456789012:${queue}`,
    Events: ['s3:ObjectCreated:*' as const],
    ...(prefix !== undefined && {
      Filter: { Key: { FilterRules: [{ Name: Name as 'prefix', Value: prefix }] } },
    }),
  });

  it('of both prefixes go to their queues', async () => {
    bucketTells('ours', {
      QueueConfigurations: [tells('Metrics', 'metrics/'), tells('AlbLogs', 'alb/', 'prefix')],
    });
    expect(await doctor(/notifications/)).toEqual({
      'metrics: notifications': {
        status: 'ok',
        found: 'the queue is told of new objects in s3://ours/metrics/',
      },
      'alb-logs: notifications': {
        status: 'ok',
        found: 'the queue is told of new objects in s3://ours/alb/',
      },
    });
  });

  it('of another prefix, to another queue or of other events are none', async () => {
    const removed = { ...tells('AlbLogs', 'alb/'), Events: ['s3:ObjectRemoved:*' as const] };
    bucketTells('ours', {
      QueueConfigurations: [tells('Metrics', 'alb/'), tells('Other-Metrics', 'metrics/'), removed],
      EventBridgeConfiguration,
    });
    const finding = { status: 'fail', remedy: 'put the notification back: npx cdk deploy' };
    expect(await doctor(/notifications/)).toMatchObject({
      'metrics: notifications': finding,
      'alb-logs: notifications': finding,
    });
  });

  it('of an existing bucket are looked for there', async () => {
    bucketTells('ours', { QueueConfigurations: [tells('Metrics', 'metrics/')] });
    bucketTells('theirs', { QueueConfigurations: [tells('AlbLogs', undefined)] });
    expect(await doctor(/notifications/, { albLogBucketName: 'theirs' })).toMatchObject({
      'metrics: notifications': { status: 'ok' },
      'alb-logs: notifications': { status: 'ok' },
    });
    expect(await doctor(/notifications/, { albLogBucketName: 'theirs', albLogPrefix: 'prod' })).toMatchObject(
      {
        'alb-logs: notifications': { status: 'fail', found: expect.stringContaining('s3://theirs/prod/') },
      },
    );
  });

  it('of an existing bucket by EventBridge must have been turned on by its owner', async () => {
    const keys = { albLogBucketName: 'theirs', albLogSource: 'eventbridge' };
    bucketTells('theirs', {});
    expect(await doctor(/alb-logs: notifications/, keys)).toMatchObject({
      'alb-logs: notifications': {
        status: 'fail',
        remedy: 'whoever owns theirs must turn on Amazon EventBridge among its event notifications',
      },
    });
    bucketTells('theirs', { EventBridgeConfiguration });
    expect(await doctor(/alb-logs: notifications/, keys)).toMatchObject({
      'alb-logs: notifications': { status: 'ok' },
    });
  });
});

describe('access logs', () => {
  const loadBalancerHas = (values: Readonly<Record<string, string>>): void => {
    loadBalancing.on(DescribeLoadBalancerAttributesCommand, { LoadBalancerArn: ARN }).resolves({
      Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
    });
  };
  const to = (bucket: string, prefix: string, log = 'access_logs') => ({
    [`${log}.s3.enabled`]: 'true',
    [`${log}.s3.bucket`]: bucket,
    [`${log}.s3.prefix`]: prefix,
  });
  const logs = async (keys: Readonly<Record<string, unknown>> = {}, outputs = OUTPUTS) =>
    doctor(/logs of shop/, keys, [ARN], outputs);

  it('are on, to where the stack reads', async () => {
    loadBalancerHas(to('ours', 'alb'));
    expect(await logs()).toEqual({ 'access logs of shop': { status: 'ok', found: 'on, to s3://ours/alb' } });
  });

  it('are off', async () => {
    loadBalancerHas({ 'access_logs.s3.enabled': 'false' });
    expect(await logs()).toMatchObject({
      'access logs of shop': { status: 'fail', found: 'they are off', remedy: TURN_ON.replace('ARN', ARN) },
    });
    const { TurnOnAccessLogs: _, ...outputs } = OUTPUTS;
    expect(await logs({ albArns: ARN }, outputs as typeof OUTPUTS)).toMatchObject({
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
        found: `they go to s3://${bucket}/${prefix}, the stack reads s3://ours/alb/`,
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
    const far = ARN.replace('eu-west-1', 'us-east-1');
    expect(await doctor(/logs of shop/, {}, [far])).toMatchObject({
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
    expect(await doctor(/logs of|policy/, {}, [ARN], { BucketName: 'ours' })).toEqual({});
  });
});

describe('the log delivery policy', () => {
  const statement = (Resource: string | readonly string[], changes: object = {}) => ({
    Effect: 'Allow',
    Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
    Action: 's3:PutObject',
    Resource,
    ...changes,
  });
  const object = (account: string): string => `arn:aws:s3:::ours/alb/AWSLogs/${account}/*`;
  const OWN = object('123456789012');
  const policy = async (Statement: unknown, keys = {}, loadBalancers: readonly string[] = []) => {
    s3.on(GetBucketPolicyCommand, { Bucket: 'ours' }).resolves({ Policy: JSON.stringify({ Statement }) });
    return (await doctor(/policy/, keys, loadBalancers))['log delivery policy'];
  };

  it.each([
    [[{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }, statement(OWN)]],
    [statement([object('210987654321'), OWN])],
    [statement(OWN, { Action: ['s3:GetObject', 's3:PutObject'] })],
    [statement('arn:aws:s3:::ours/*')],
  ])('lets load balancers write: %j', async (statements) => {
    expect(await policy(statements)).toMatchObject({ status: 'ok' });
  });

  it.each([
    [[]],
    [statement('arn:aws:s3:::ours/alb/AWSLogs/210987654321/*')],
    [statement('arn:aws:s3:::oursXalb/AWSLogs/123456789012/*')],
    [statement(OWN, { Effect: 'Deny' })],
    [statement(OWN, { Action: 's3:GetObject' })],
    [statement(OWN, { Principal: { Service: 'delivery.logs.amazonaws.com' } })],
  ])('does not: %j', async (statements) => {
    expect(await policy(statements)).toMatchObject({
      status: 'fail',
      found: 'load balancers of 123456789012 may not write to ours/alb/',
    });
  });

  it('must name each account: those of the settings, and those of the load balancers', async () => {
    const other = ARN.replace('123456789012', '210987654321');
    expect(await policy(statement(OWN), {}, [other])).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('-c albLogAccounts=210987654321'),
    });
    expect(await policy(statement(OWN), { albLogAccounts: '111122223333' })).toMatchObject({
      status: 'fail',
    });
    const both = [OWN, object('210987654321')];
    expect(await policy(statement(both), { albLogAccounts: '210987654321' }, [other])).toMatchObject({
      status: 'ok',
    });
  });

  it('is gone altogether', async () => {
    s3.on(GetBucketPolicyCommand).rejects(
      awsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404),
    );
    expect(await doctor(/policy/)).toMatchObject({ 'log delivery policy': { status: 'fail' } });
  });

  it("of an existing bucket is its owner's business", async () => {
    expect(await doctor(/policy/, { albLogBucketName: 'theirs' })).toEqual({});
  });
});
