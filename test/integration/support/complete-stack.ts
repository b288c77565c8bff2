import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { clientOptions, type Moto } from './moto.ts';
import type { DeployedStack } from './stack.ts';

/** Adds what the real stack's deploy does beside CloudFormation of moto, and counts some traffic. */
export const completeStack = async (
  { outputs, loadBalancerArn }: DeployedStack,
  moto: Moto,
): Promise<void> => {
  const options = clientOptions(moto);
  const output = (name: string): string => outputs[name] ?? '';
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const Bucket = output('BucketName');
  const notify = (name: string, prefix: string) => ({
    QueueArn: `arn:aws:sqs:us-east-1:123456789012:${output(`${name}QueueUrl`).split('/').at(-1)}`,
    Events: ['s3:ObjectCreated:*' as const],
    Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: prefix }] } },
  });
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [notify('Metrics', 'metrics/'), notify('Logs', 'logs/'), notify('Logs', 'alb/')],
      },
    }),
  );
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${Bucket}/logs/alb/AWSLogs/123456789012/*`,
  };
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    }),
  );
  const values = { enabled: 'true', bucket: Bucket, prefix: 'logs/alb' };
  await new ElasticLoadBalancingV2Client(options).send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: loadBalancerArn,
      Attributes: Object.entries(values).map(([name, Value]) => ({
        Key: `access_logs.s3.${name}`,
        Value,
      })),
    }),
  );
  await new FirehoseClient(options).send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: output('DeliveryStreamName'),
      ExtendedS3DestinationConfiguration: {
        BucketARN: `arn:aws:s3:::${Bucket}`,
        RoleARN: 'arn:aws:iam::123456789012:role/delivery',
      },
    }),
  );
  await count(options, 'AWS/Firehose', 'DeliveryToS3.Records', {
    DeliveryStreamName: output('DeliveryStreamName'),
  });
  await count(options, 'ScoutForwarder', 'ObjectsForwarded', { Pipeline: 'metrics' });
  await count(options, 'ScoutForwarder', 'ObjectsForwarded', { Pipeline: 'logs' });
};

/** Turns a function's event source off; returns its id. */
export const disableEventSource = async (FunctionName: string, moto: Moto): Promise<string> => {
  const lambda = new LambdaClient(clientOptions(moto));
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  const UUID = EventSourceMappings?.[0]?.UUID ?? '';
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  return UUID;
};

const count = async (
  options: ReturnType<typeof clientOptions>,
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
): Promise<void> => {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Timestamp = new Date(Date.now() - 5 * 60_000);
  await new CloudWatchClient(options).send(
    new PutMetricDataCommand({
      Namespace,
      MetricData: [{ MetricName, Dimensions, Timestamp, Value: 3 }],
    }),
  );
};
