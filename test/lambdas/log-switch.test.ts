import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../lambdas/log-switch.ts';
import type { LogSwitchProperties } from '../../lambdas/log-switch-properties.ts';
import { mockClient } from '../support/harness/mock-client.ts';

type Event = CloudFormationCustomResourceEvent<LogSwitchProperties, LogSwitchProperties>;

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';
const PROPERTIES: LogSwitchProperties & { readonly ServiceToken: string } = {
  ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:switch',
  LoadBalancerArn: ARN,
  Log: 'access_logs',
  Bucket: 'ours',
  Prefix: 'alb',
};
const ID = `access_logs of ${ARN} to ours/alb`;

/** Waits between calls, which end at once here. */
const waits: number[] = [];
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    waits.push(ms);
    await Promise.resolve();
  },
}));

const elb = mockClient(ElasticLoadBalancingV2Client);
let cloudFormation: Server;
let responses: CloudFormationCustomResourceResponse[];
let contentTypes: (string | undefined)[];

beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue();
  cloudFormation = createServer((request, response) => {
    contentTypes.push(request.headers['content-type']);
    void text(request).then((body) => {
      responses.push(JSON.parse(body) as CloudFormationCustomResourceResponse);
      response.writeHead(request.url === '/refuse' ? 403 : 200).end();
    });
  });
  await new Promise<void>((done) => cloudFormation.listen(0, '127.0.0.1', done));
});

afterAll(() => {
  cloudFormation.close();
  vi.restoreAllMocks();
});

beforeEach(() => {
  elb.reset();
  elb.on(ModifyLoadBalancerAttributesCommand).resolves({});
  responses = [];
  waits.length = 0;
  contentTypes = [];
});

/** Sets the load balancer's attributes: where its access logs go, and whether they are on. */
const loadBalancerHas = (enabled: boolean, bucket = '', prefix = ''): void => {
  elb.on(DescribeLoadBalancerAttributesCommand, { LoadBalancerArn: ARN }).resolves({
    Attributes: [
      { Key: 'deletion_protection.enabled', Value: 'true' },
      { Key: 'connection_logs.s3.enabled', Value: 'true' },
      { Key: 'connection_logs.s3.bucket', Value: 'elsewhere' },
      { Key: 'access_logs.s3.enabled', Value: String(enabled) },
      { Key: 'access_logs.s3.bucket', Value: bucket },
      { Key: 'access_logs.s3.prefix', Value: prefix },
    ],
  });
};

/** Sends an event, and returns the response that CloudFormation received. */
const send = async (
  event: Partial<Event>,
  path = '/',
): Promise<CloudFormationCustomResourceResponse | undefined> => {
  const { port } = cloudFormation.address() as AddressInfo;
  await handler({
    ServiceToken: PROPERTIES.ServiceToken,
    ResponseURL: `http://127.0.0.1:${port}${path}`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Switch',
    ResourceType: 'Custom::AlbLogSwitch',
    ResourceProperties: PROPERTIES,
    ...event,
  } as Event);
  return responses[0];
};

const changes = (): unknown[] =>
  elb.commandCalls(ModifyLoadBalancerAttributesCommand).map(({ args }) => args[0].input);

const ON = {
  LoadBalancerArn: ARN,
  Attributes: [
    { Key: 'access_logs.s3.enabled', Value: 'true' },
    { Key: 'access_logs.s3.bucket', Value: 'ours' },
    { Key: 'access_logs.s3.prefix', Value: 'alb' },
  ],
};
const OFF = { LoadBalancerArn: ARN, Attributes: [{ Key: 'access_logs.s3.enabled', Value: 'false' }] };

describe('a deploy', () => {
  test('turns on a log that is off', async () => {
    loadBalancerHas(false);
    expect(await send({ RequestType: 'Create' })).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: ID,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Switch',
    });
    expect(changes()).toEqual([ON]);
  });

  test('responds without a content type, for which the URL is not signed', async () => {
    loadBalancerHas(false);
    await send({ RequestType: 'Create' });
    expect(contentTypes).toEqual([undefined]);
  });

  test('leaves a log that already goes to the bucket and prefix', async () => {
    loadBalancerHas(true, 'ours', 'alb');
    expect(await send({ RequestType: 'Create' })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: ID,
    });
    expect(changes()).toEqual([]);
  });

  test('fails with one sentence where a log goes elsewhere', async () => {
    loadBalancerHas(true, 'theirs', 'logs');
    expect(await send({ RequestType: 'Create' })).toMatchObject({
      Status: 'FAILED',
      Reason: `${ARN} already writes its access_logs to s3://theirs/logs; turn that off first, or remove the load balancer from the stack's list`,
    });
    expect(changes()).toEqual([]);
  });

  test("fails with Elastic Load Balancing's own message", async () => {
    loadBalancerHas(false);
    elb.on(ModifyLoadBalancerAttributesCommand).rejects(new Error('not this kind of load balancer'));
    expect(await send({ RequestType: 'Create' })).toMatchObject({
      Status: 'FAILED',
      Reason: 'not this kind of load balancer',
    });
    expect(waits).toEqual([]);
  });

  test('turns on connection logs independently of access logs', async () => {
    elb.on(DescribeLoadBalancerAttributesCommand).resolves({
      Attributes: [
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: 'theirs' },
      ],
    });
    const ResourceProperties = { ...PROPERTIES, Log: 'connection_logs' } as const;
    expect(await send({ RequestType: 'Create', ResourceProperties })).toMatchObject({ Status: 'SUCCESS' });
    expect(changes()).toMatchObject([
      { Attributes: [{ Key: 'connection_logs.s3.enabled', Value: 'true' }, {}, {}] },
    ]);
  });

  test('fails the invocation, which Lambda repeats, where the response is refused', async () => {
    loadBalancerHas(false);
    await expect(send({ RequestType: 'Create' }, '/refuse')).rejects.toThrow('returned 403');
    expect(responses).toMatchObject([{ Status: 'SUCCESS' }]);
  });
});

/** An error of the SDK by its name. */
const sdkError = (name: string): Error => Object.assign(new Error(`${name} in full`), { name });

describe('permissions that are not in force yet', () => {
  test.each(['AccessDenied', 'AccessDeniedException', 'InvalidConfigurationRequestException'])(
    '%s is retried until the load balancer accepts the bucket',
    async (name) => {
      loadBalancerHas(false);
      elb
        .on(ModifyLoadBalancerAttributesCommand)
        .rejectsOnce(sdkError(name))
        .rejectsOnce(sdkError(name))
        .resolves({});
      expect(await send({ RequestType: 'Create' })).toMatchObject({ Status: 'SUCCESS' });
      expect(waits).toEqual([5000, 5000]);
    },
  );

  test('a denied description is retried too', async () => {
    elb
      .on(DescribeLoadBalancerAttributesCommand)
      .rejectsOnce(sdkError('AccessDenied'))
      .resolves({ Attributes: [] });
    expect(await send({ RequestType: 'Create' })).toMatchObject({ Status: 'SUCCESS' });
  });

  test('fail the deploy after a minute', async () => {
    loadBalancerHas(false);
    elb.on(ModifyLoadBalancerAttributesCommand).rejects(sdkError('AccessDenied'));
    expect(await send({ RequestType: 'Create' })).toMatchObject({
      Status: 'FAILED',
      Reason: 'AccessDenied in full',
    });
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
  });
});

describe('an update', () => {
  test('moves a log from the old bucket, and the old resource has nothing to turn off', async () => {
    const old = { ...PROPERTIES, Bucket: 'old' };
    loadBalancerHas(true, 'old', 'alb');
    const update = {
      RequestType: 'Update',
      PhysicalResourceId: 'old id',
      OldResourceProperties: old,
    } as const;
    expect(await send(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ID });
    expect(changes()).toEqual([ON]);
    loadBalancerHas(true, 'ours', 'alb');
    await send({ RequestType: 'Delete', PhysicalResourceId: 'old id', ResourceProperties: old });
    expect(changes()).toEqual([ON]);
  });

  test('keeps the id of a resource that it could not update', async () => {
    loadBalancerHas(true, 'theirs', 'logs');
    const OldResourceProperties = { ...PROPERTIES, Bucket: 'old' };
    const update = { RequestType: 'Update', PhysicalResourceId: 'old id', OldResourceProperties } as const;
    expect(await send(update)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'old id' });
  });
});

const destroy = async () => send({ RequestType: 'Delete', PhysicalResourceId: ID });

describe('a destroy', () => {
  // Also a log that was turned on by hand before the deploy: the bucket goes, and its name is free for any account.
  test('turns off a log that goes to the bucket and prefix', async () => {
    loadBalancerHas(true, 'ours', 'alb');
    expect(await destroy()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ID });
    expect(changes()).toEqual([OFF]);
  });

  test.each([
    ['another bucket', true, 'theirs', 'alb'],
    ['another prefix', true, 'ours', 'other'],
    ['nowhere', false, 'ours', 'alb'],
  ])('leaves a log that goes to %s', async (_, enabled, bucket, prefix) => {
    loadBalancerHas(enabled, bucket, prefix);
    expect(await destroy()).toMatchObject({ Status: 'SUCCESS' });
    expect(changes()).toEqual([]);
  });

  test('has nothing to do where the load balancer is gone', async () => {
    elb
      .on(DescribeLoadBalancerAttributesCommand)
      .rejects(new LoadBalancerNotFoundException({ message: 'gone', $metadata: {} }));
    expect(await destroy()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('fails where it cannot read the attributes, so that no log stays on unseen', async () => {
    elb.on(DescribeLoadBalancerAttributesCommand).rejects(new Error('not authorized'));
    expect(await destroy()).toMatchObject({ Status: 'FAILED', Reason: 'not authorized' });
  });
});

test('the client retries throttling ten times, at an adaptive rate', async () => {
  loadBalancerHas(false);
  await send({ RequestType: 'Create' });
  const [call] = elb.commandCalls(DescribeLoadBalancerAttributesCommand);
  const client: unknown = call?.thisValue;
  if (!(client instanceof ElasticLoadBalancingV2Client)) throw new Error('no client');
  expect(await client.config.maxAttempts()).toBe(10);
  expect(client.config.retryMode).toBe('adaptive');
});
