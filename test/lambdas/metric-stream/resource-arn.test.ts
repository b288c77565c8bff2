import { describe, expect, test } from 'vitest';
import { LOG_KINDS } from '../../../lambdas/log-kinds.ts';
import { sourceOf } from '../../../lambdas/log-lines/log-kind.ts';
import { resourceArn } from '../../../lambdas/metric-stream/resource-arn.ts';
import { datumLine, pointIn } from '../../support/factories/metric-points.ts';

const arnOf = (
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  region = 'eu-west-1',
  account = '123456789012',
) => resourceArn({ namespace, account, region, metricName: 'M', dimensions: Object.entries(dimensions) });

const HERE = 'eu-west-1:123456789012';

describe('the ARN of a metric', () => {
  test.each<readonly [namespace: string, dimensions: Readonly<Record<string, string>>, arn: string]>([
    [
      'AWS/ApplicationELB',
      { AvailabilityZone: 'eu-west-1a', LoadBalancer: 'app/shop/0a1b', TargetGroup: 'targetgroup/web/2c3d' },
      `elasticloadbalancing:${HERE}:loadbalancer/app/shop/0a1b`,
    ],
    [
      'AWS/ApplicationELB',
      { TargetGroup: 'targetgroup/web/2c3d' },
      `elasticloadbalancing:${HERE}:targetgroup/web/2c3d`,
    ],
    [
      'AWS/NetworkELB',
      { LoadBalancer: 'net/tcp/0a1b' },
      `elasticloadbalancing:${HERE}:loadbalancer/net/tcp/0a1b`,
    ],
    [
      'AWS/NetworkELB',
      { TargetGroup: 'targetgroup/tcp/2c3d' },
      `elasticloadbalancing:${HERE}:targetgroup/tcp/2c3d`,
    ],
    [
      'AWS/GatewayELB',
      { LoadBalancer: 'gwy/fw/0a1b' },
      `elasticloadbalancing:${HERE}:loadbalancer/gwy/fw/0a1b`,
    ],
    [
      'AWS/GatewayELB',
      { TargetGroup: 'targetgroup/fw/2c3d' },
      `elasticloadbalancing:${HERE}:targetgroup/fw/2c3d`,
    ],
    ['AWS/ELB', { LoadBalancerName: 'classic' }, `elasticloadbalancing:${HERE}:loadbalancer/classic`],
    ['AWS/EC2', { InstanceId: 'i-0123' }, `ec2:${HERE}:instance/i-0123`],
    ['AWS/EBS', { VolumeId: 'vol-0123' }, `ec2:${HERE}:volume/vol-0123`],
    ['AWS/NATGateway', { NatGatewayId: 'nat-0123' }, `ec2:${HERE}:natgateway/nat-0123`],
    ['AWS/RDS', { DBInstanceIdentifier: 'orders-1' }, `rds:${HERE}:db:orders-1`],
    ['AWS/RDS', { DBClusterIdentifier: 'orders', Role: 'READER' }, `rds:${HERE}:cluster:orders`],
    ['AWS/Lambda', { FunctionName: 'price', Resource: 'price:live' }, `lambda:${HERE}:function:price`],
    ['AWS/SQS', { QueueName: 'orders.fifo' }, `sqs:${HERE}:orders.fifo`],
    ['AWS/SNS', { TopicName: 'orders' }, `sns:${HERE}:orders`],
    ['AWS/DynamoDB', { TableName: 'orders', Operation: 'Query' }, `dynamodb:${HERE}:table/orders`],
    [
      'AWS/ElastiCache',
      { CacheClusterId: 'carts-001', CacheNodeId: '0001' },
      `elasticache:${HERE}:cluster:carts-001`,
    ],
    ['AWS/S3', { BucketName: 'my.bucket', StorageType: 'AllStorageTypes' }, 's3:::my.bucket'],
    ['AWS/ECS', { ClusterName: 'shop', ServiceName: 'web' }, `ecs:${HERE}:service/shop/web`],
    ['AWS/ECS', { ClusterName: 'shop' }, `ecs:${HERE}:cluster/shop`],
    ['AWS/Kinesis', { StreamName: 'clicks' }, `kinesis:${HERE}:stream/clicks`],
    ['AWS/Firehose', { DeliveryStreamName: 'out' }, `firehose:${HERE}:deliverystream/out`],
    ['AWS/EFS', { FileSystemId: 'fs-0123' }, `elasticfilesystem:${HERE}:file-system/fs-0123`],
    ['AWS/ApiGateway', { ApiId: 'a1b2', Stage: '$default' }, 'apigateway:eu-west-1::/apis/a1b2'],
    [
      'AWS/States',
      { StateMachineArn: `arn:aws:states:${HERE}:stateMachine:m` },
      `states:${HERE}:stateMachine:m`,
    ],
    ['AWS/ES', { DomainName: 'logs', ClientId: '123456789012' }, `es:${HERE}:domain/logs`],
  ])('%s %j is %s', (namespace, dimensions, arn) => {
    expect(arnOf(namespace, dimensions)).toBe(`arn:aws:${arn}`);
  });

  test.each<readonly [namespace: string, dimensions: Readonly<Record<string, string>>]>([
    ['AWS/EC2', {}],
    ['AWS/EC2', { AutoScalingGroupName: 'web' }],
    ['AWS/RDS', { EngineName: 'postgres' }],
    ['AWS/ECS', { ServiceName: 'web' }],
    ['AWS/ApplicationELB', { AvailabilityZone: 'eu-west-1a' }],
    ['AWS/AmazonMQ', { Broker: 'orders-1' }],
    ['AWS/ApiGateway', { ApiName: 'shop' }],
    ['AWS/S3', { BucketName: 'fast--euw1-az1--x-s3' }],
    ['AWS/SQS', { QueueName: '' }],
    ['AWS/SQS', { QueueName: 'no "queue"' }],
    ['AWS/SQS', { Account: 'x', Region: 'y' }],
    ['Example/Shop', { InstanceId: 'i-0123' }],
    ['constructor', { InstanceId: 'i-0123' }],
  ])('%s %j is absent', (namespace, dimensions) => {
    expect(arnOf(namespace, dimensions)).toBeUndefined();
  });

  test.each([
    ['AWS/SQS', { QueueName: 'orders' }],
    ['AWS/S3', { BucketName: 'my.bucket' }],
  ])('of %s is absent without an account or a region', (namespace, dimensions) => {
    expect(arnOf(namespace, dimensions, '')).toBeUndefined();
    expect(arnOf(namespace, dimensions, 'eu-west-1', '')).toBeUndefined();
  });

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('has the partition of %s', (region, partition) => {
    expect(arnOf('AWS/SQS', { QueueName: 'q' }, region, '1')).toBe(`arn:${partition}:sqs:${region}:1:q`);
  });

  test.each([
    ['alb', 'AWS/ApplicationELB', { LoadBalancer: 'app/shop/0a1b' }, 'app.shop.0a1b', '.gz'],
    ['nlb', 'AWS/NetworkELB', { LoadBalancer: 'net/tcp/2c3d' }, 'net.tcp.2c3d', '.gz'],
    ['clb', 'AWS/ELB', { LoadBalancerName: 'classic' }, 'classic', ''],
  ] as const)('of a load balancer is the one of its %s logs', (kind, namespace, dimensions, name, suffix) => {
    const key = `AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/02/01/123456789012_elasticloadbalancing_eu-west-1_${name}_20260201T0000Z_192.0.2.1_abc.log${suffix}`;
    const arn = arnOf(namespace, dimensions);
    expect(arn).toMatch(/^arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer\//);
    expect(sourceOf(LOG_KINDS[kind], key).resourceId).toBe(arn);
  });

  test('is an attribute of every data point of a datum', () => {
    const line = datumLine();
    expect(pointIn(line).attributes['cloud.resource_id']).toBe(
      `arn:aws:ec2:${HERE}:instance/i-0123456789abcdef0`,
    );
    expect(pointIn(datumLine({ dimensions: {} })).attributes).not.toHaveProperty('cloud.resource_id');
  });
});
