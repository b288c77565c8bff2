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
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler, type LogSwitchProperties } from '../../lambdas/log-switch.ts';

type Event = CloudFormationCustomResourceEvent<LogSwitchProperties, LogSwitchProperties>;

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';
const PROPERTIES: LogSwitchProperties & { readonly ServiceToken: string } = {
  ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:switch',
  LoadBalancerArn: ARN,
  Log: 'access_logs',
  Bucket: 'ours',
  Prefix: 'alb',
};
const TURNED_ON = `access_logs of ${ARN} to ours/alb, turned on`;
const FOUND_ON = `access_logs of ${ARN} to ours/alb, found on`;

const elb = mockClient(ElasticLoadBalancingV2Client);
let cloudFormation: Server;
let answers: CloudFormationCustomResourceResponse[];
let contentTypes: (string | undefined)[];

beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue();
  cloudFormation = createServer((request, response) => {
    contentTypes.push(request.headers['content-type']);
    void text(request).then((body) => {
      answers.push(JSON.parse(body) as CloudFormationCustomResourceResponse);
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
  answers = [];
  contentTypes = [];
});

/** What the load balancer has now: where its access logs go, if they are on. */
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

/** Sends an event, and gives the answer that CloudFormation got. */
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
  return answers[0];
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
  it('turns on a log that is off, and remembers it', async () => {
    loadBalancerHas(false);
    expect(await send({ RequestType: 'Create' })).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: TURNED_ON,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Switch',
    });
    expect(changes()).toEqual([ON]);
  });

  it('answers without a content type, for which the URL is not signed', async () => {
    loadBalancerHas(false);
    await send({ RequestType: 'Create' });
    expect(contentTypes).toEqual([undefined]);
  });

  it('leaves a log that goes where it should, and remembers that it was on', async () => {
    loadBalancerHas(true, 'ours', 'alb');
    expect(await send({ RequestType: 'Create' })).toMatchObject({ PhysicalResourceId: FOUND_ON });
    expect(changes()).toEqual([]);
  });

  it('fails with a plain sentence where a log goes elsewhere', async () => {
    loadBalancerHas(true, 'theirs', 'logs');
    expect(await send({ RequestType: 'Create' })).toMatchObject({
      Status: 'FAILED',
      Reason: `${ARN} already writes its access_logs to s3://theirs/logs; turn that off first, or take the load balancer out of albArns`,
    });
    expect(changes()).toEqual([]);
  });

  it('fails with what the load balancer says', async () => {
    loadBalancerHas(false);
    elb.on(ModifyLoadBalancerAttributesCommand).rejects(new Error('Access Denied for bucket: ours'));
    expect(await send({ RequestType: 'Create' })).toMatchObject({
      Status: 'FAILED',
      Reason: 'Access Denied for bucket: ours',
    });
  });

  it('turns on connection logs apart from access logs', async () => {
    elb.on(DescribeLoadBalancerAttributesCommand).resolves({
      Attributes: [
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: 'theirs' },
      ],
    });
    const ResourceProperties = { ...PROPERTIES, Log: 'connection_logs' } as const;
    expect(await send({ RequestType: 'Create', ResourceProperties })).toMatchObject({
      Status: 'SUCCESS',
    });
    expect(changes()).toMatchObject([
      { Attributes: [{ Key: 'connection_logs.s3.enabled', Value: 'true' }, {}, {}] },
    ]);
  });

  it('fails the invocation, which Lambda repeats, where CloudFormation does not take the answer', async () => {
    loadBalancerHas(false);
    await expect(send({ RequestType: 'Create' }, '/refuse')).rejects.toThrow('cloudformation answered 403');
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
  });
});

describe('an update', () => {
  const OldResourceProperties = { ...PROPERTIES, Bucket: 'old' };

  it('moves what it turned on, and leaves it to be turned off at the end', async () => {
    loadBalancerHas(true, 'old', 'alb');
    const PhysicalResourceId = TURNED_ON.replace('ours', 'old');
    const answer = await send({
      RequestType: 'Update',
      PhysicalResourceId,
      OldResourceProperties,
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: TURNED_ON });
    expect(changes()).toEqual([ON]);
  });

  it('keeps its id where nothing changed for the load balancer', async () => {
    loadBalancerHas(true, 'ours', 'alb');
    for (const PhysicalResourceId of [TURNED_ON, FOUND_ON]) {
      answers = [];
      const answer = await send({
        RequestType: 'Update',
        PhysicalResourceId,
        OldResourceProperties: PROPERTIES,
      });
      expect(answer).toMatchObject({ PhysicalResourceId });
    }
    expect(changes()).toEqual([]);
  });
});

const destroy = async (PhysicalResourceId: string) => send({ RequestType: 'Delete', PhysicalResourceId });

describe('a destroy', () => {
  it('turns off what the deploy turned on', async () => {
    loadBalancerHas(true, 'ours', 'alb');
    expect(await destroy(TURNED_ON)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: TURNED_ON });
    expect(changes()).toEqual([OFF]);
  });

  it('leaves on what was on before', async () => {
    loadBalancerHas(true, 'ours', 'alb');
    expect(await destroy(FOUND_ON)).toMatchObject({ Status: 'SUCCESS' });
    expect(changes()).toEqual([]);
  });

  it('leaves what someone has pointed elsewhere since', async () => {
    loadBalancerHas(true, 'theirs', 'logs');
    expect(await destroy(TURNED_ON)).toMatchObject({ Status: 'SUCCESS' });
    expect(changes()).toEqual([]);
  });

  it('of a deploy that failed changes nothing', async () => {
    loadBalancerHas(true, 'theirs', 'logs');
    const failed = await send({ RequestType: 'Create' });
    answers = [];
    loadBalancerHas(true, 'ours', 'alb');
    expect(await destroy(failed?.PhysicalResourceId ?? '')).toMatchObject({ Status: 'SUCCESS' });
    expect(changes()).toEqual([]);
  });

  it('has nothing to do where the load balancer is gone', async () => {
    elb
      .on(DescribeLoadBalancerAttributesCommand)
      .rejects(new LoadBalancerNotFoundException({ message: 'gone', $metadata: {} }));
    expect(await destroy(TURNED_ON)).toMatchObject({ Status: 'SUCCESS' });
  });

  it('fails where it may not look, so that nothing stays on unseen', async () => {
    elb.on(DescribeLoadBalancerAttributesCommand).rejects(new Error('not authorized'));
    expect(await destroy(TURNED_ON)).toMatchObject({ Status: 'FAILED', Reason: 'not authorized' });
  });
});
