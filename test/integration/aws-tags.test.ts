import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { AddTagsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Scout } from '../../bin/local/emulators/scout.ts';
import { attributesOf } from '../../bin/local/emulators/scout/otlp.ts';
import { lineWith } from '../support/factories/alb-records.ts';
import { datumLine } from '../support/factories/metric-points.ts';
import { deploy } from './support/deployment.ts';
import { clientOptions, type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';

const motoServer = program('MOTO_SERVER');
const RESOURCE_TAGS = { RESOURCE_TAGS: 'team,env' };

/** A load balancer, and the network that it needs. */
const TEMPLATE = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    SubnetA: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
    SubnetB: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24' } },
    Web: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: { Name: 'web', Subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }] },
    },
  },
  Outputs: { Web: { Value: { Ref: 'Web' } } },
};

describe.skipIf(motoServer === undefined)('tags of resources, from the tagging API of moto', () => {
  let moto: Moto;
  let balancer: string;
  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    const cloudFormation = new CloudFormationClient(clientOptions(moto));
    const StackName = 'Web';
    await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(TEMPLATE) }));
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    balancer = Stacks[0]?.Outputs?.[0]?.OutputValue ?? '';
    // Moto's CloudFormation gives it none.
    const loadBalancing = new ElasticLoadBalancingV2Client(clientOptions(moto));
    const tags = { team: 'web', owner: 'someone@example.com' };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await loadBalancing.send(new AddTagsCommand({ ResourceArns: [balancer], Tags }));
    for (const client of [cloudFormation, loadBalancing]) client.destroy();
  });
  afterAll(() => moto?.stop());

  const deployed = async () => {
    const deployment = await deploy(moto);
    onTestFinished(deployment.close);
    return deployment;
  };

  /** An access log of the load balancer. */
  const logKey = (): string =>
    `logs/alb/AWSLogs/123456789012/123456789012_elasticloadbalancing_us-east-1_${balancer
      .replace(/^.*:loadbalancer\//, '')
      .replaceAll('/', '.')}_20260131T2359Z_203.0.113.9_1a2b3c4d.log.gz`;

  test('are on the logs of a load balancer and on its metrics, but for keys that are not listed', async () => {
    const { scout, put, start } = await deployed();
    const [logs, metrics] = [await start('logs', RESOURCE_TAGS), await start('metrics', RESOURCE_TAGS)];
    await put(logKey(), gzipSync(`${lineWith()}\n`));
    const dimensions = { LoadBalancer: balancer.replace(/^.*:loadbalancer\//, '') };
    const datum = {
      namespace: 'AWS/ApplicationELB',
      metric_name: 'RequestCount',
      region: 'us-east-1',
      dimensions,
    };
    await put('metrics/1.gz', gzipSync(`${datumLine(datum)}\n`));
    await logs.drain();
    await metrics.drain();

    const [record] = scout.logs();
    const point = firstPoint(scout);
    for (const attributes of [record?.resource ?? {}, point]) {
      expect(attributes).toMatchObject({ 'cloud.resource_id': balancer, 'aws.tag.team': 'web' });
      expect(Object.keys(attributes).filter((name) => name.startsWith('aws.tag.'))).toEqual(['aws.tag.team']);
    }
  });

  test('are on the metrics of a queue, whose ARN names no type', async () => {
    const { scout, sqs, put, start } = await deployed();
    await sqs.send(new CreateQueueCommand({ QueueName: 'orders', tags: { team: 'shop', env: 'test' } }));
    const metrics = await start('metrics', RESOURCE_TAGS);
    const datum = { namespace: 'AWS/SQS', region: 'us-east-1', dimensions: { QueueName: 'orders' } };
    await put('metrics/1.gz', gzipSync(`${datumLine(datum)}\n`));
    await metrics.drain();

    expect(firstPoint(scout)).toMatchObject({
      'cloud.resource_id': 'arn:aws:sqs:us-east-1:123456789012:orders',
      'aws.tag.team': 'shop',
      'aws.tag.env': 'test',
    });
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['hangs', () => undefined],
    ['throttles', (response) => refuse(response, 'ThrottledException')],
    ['denies', (response) => refuse(response, 'AccessDeniedException')],
  ])('are left out, and counted, where the API %s, and the delivery does not fail', async (_, respond) => {
    const server = createServer((_request, response) => respond(response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { scout, put, start } = await deployed();
    const { port } = server.address() as AddressInfo;
    const metrics = await start('metrics', {
      ...RESOURCE_TAGS,
      AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: `http://127.0.0.1:${port}`,
    });
    const datum = { namespace: 'AWS/SQS', region: 'us-east-1', dimensions: { QueueName: 'orders' } };
    await put('metrics/1.gz', gzipSync(`${datumLine(datum)}\n`));
    const begun = performance.now();
    const rounds = await metrics.drain();

    expect(rounds.flatMap(({ failed }) => failed)).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(5000);
    const point = firstPoint(scout);
    expect(point['cloud.resource_id']).toMatch(/:orders$/);
    expect(Object.keys(point).filter((name) => name.startsWith('aws.tag.'))).toEqual([]);
    expect(metrics.logs.map(({ message }) => message)).toContainEqual(
      expect.objectContaining({ message: 'forwarded', delivered: 1, untagged: 1 }),
    );
  });
});

/** Attributes of the first data point. */
const firstPoint = (scout: Scout) =>
  attributesOf(scout.metrics()[0]?.metric.summary?.dataPoints?.[0]?.attributes);

const refuse = (response: ServerResponse, type: string): void => {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ __type: type, message: 'no' }));
};
