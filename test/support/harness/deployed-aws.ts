import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  GetMetricStreamCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import {
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { iamAction } from '../../../bin/shared/aws-clients.ts';
import { mockClient } from './mock-client.ts';

export const REGION = 'eu-west-1';
export const LOAD_BALANCER = `arn:aws:elasticloadbalancing:${REGION}:123456789012:loadbalancer/app/shop/0123456789abcdef`;

const QUEUES = `https://sqs.${REGION}.amazonaws.com/123456789012`;

export const notification = (queue: string, prefix: string | undefined, event = 's3:ObjectCreated:*') => ({
  QueueArn: `arn:aws:sqs:${REGION}:123456789012:${queue}`,
  Events: [event],
  ...(prefix !== undefined && { Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: prefix }] } } }),
});

/** A statement that lets a service write under a prefix. */
export const allowed = (service: string, prefix: string) => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action: 's3:PutObject',
  Resource: [`arn:aws:s3:::ours/${prefix}`],
});

export const letter = (type?: string, reason = 'because') => ({
  MessageId: `${type}`,
  Body: '{}',
  ReceiptHandle: 'r',
  ...(type && {
    MessageAttributes: {
      'error.type': { DataType: 'String', StringValue: type },
      'error.message': { DataType: 'String', StringValue: reason },
    },
  }),
});

/** An error as the SDK throws it. */
export const awsError = (name: string, message = name, httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

/** AWS's responses about a healthy stack. A reply that is an error is thrown. */
export const HEALTHY = {
  secret: { SecretString: '{"clientId":"forwarder","clientSecret":"sesame"}' } as object,
  stack: {
    StackStatus: 'CREATE_COMPLETE',
    Outputs: {
      BucketName: 'ours',
      MetricStreamName: 'stream',
      DeliveryStreamName: 'delivery',
      ...Object.fromEntries(
        ['Metrics', 'Logs'].flatMap((name) => [
          [`${name}QueueUrl`, `${QUEUES}/${name}`],
          [`${name}DeadLetterQueueUrl`, `${QUEUES}/${name}-dead`],
          [`${name}FunctionName`, `forward-${name}`],
        ]),
      ),
    } as Readonly<Record<string, string>>,
  } as object,
  stream: { State: 'running', OutputFormat: 'json' } as object,
  delivery: { DeliveryStreamStatus: 'ACTIVE' } as object,
  attributes: {
    'access_logs.s3.enabled': 'true',
    'access_logs.s3.bucket': 'ours',
    'access_logs.s3.prefix': 'logs/alb',
  } as object,
  /** By bucket. */
  notifications: {
    ours: {
      QueueConfigurations: [
        notification('Metrics', 'metrics/'),
        notification('Logs', 'logs/'),
        notification('Logs', 'alb/'),
      ],
    },
  } as Readonly<Record<string, object>>,
  /** Statements of the bucket's policy. */
  policy: [
    { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: ['arn:aws:s3:::ours'] },
    allowed('logdelivery.elasticloadbalancing.amazonaws.com', 'logs/alb/AWSLogs/123456789012/*'),
  ] as readonly object[] | Error,
  /** Keys in the bucket. */
  keys: [] as readonly string[],
  mapping: { UUID: 'u-1', State: 'Enabled', LastProcessingResult: 'OK' } as object | undefined,
  /** Of the queues: visible, received, delayed. */
  depth: [3, 2, 1] as readonly number[],
  letters: [] as readonly object[] | Error,
  lettersInAll: 0,
  /** Keys that resources have. */
  tags: ['team'] as readonly string[] | Error,
  /** Data points by namespace and name: minutes ago, value. CloudWatch gives them in any order. */
  metrics: {
    'AWS/Firehose DeliveryToS3.Records': [
      [2, 0],
      [7, 3],
      [40, 7],
    ],
    'AWS/SQS ApproximateAgeOfOldestMessage': [
      [1, 12],
      [10, 2000],
    ],
    'ScoutForwarder ObjectsForwarded': [
      [4, 0],
      [9, 4],
    ],
  } as Readonly<Record<string, readonly (readonly number[])[]>>,
};

export type Replies = typeof HEALTHY;

const mocks = {
  SecretsManagerClient: mockClient(SecretsManagerClient),
  CloudFormationClient: mockClient(CloudFormationClient),
  CloudWatchClient: mockClient(CloudWatchClient),
  FirehoseClient: mockClient(FirehoseClient),
  LambdaClient: mockClient(LambdaClient),
  ElasticLoadBalancingV2Client: mockClient(ElasticLoadBalancingV2Client),
  S3Client: mockClient(S3Client),
  SQSClient: mockClient(SQSClient),
  ResourceGroupsTaggingAPIClient: mockClient(ResourceGroupsTaggingAPIClient),
};

/** IAM actions of the calls since `awsReplies`. */
export const calledActions = (): readonly string[] => [
  ...new Set(
    Object.entries(mocks).flatMap(([clientName, mock]) =>
      mock
        .calls()
        .map(({ args: [command] }) => iamAction({ clientName, commandName: command.constructor.name })),
    ),
  ),
];

/** Makes every SDK client of the process reply so. */
export const awsReplies = (replies: Replies): void => {
  for (const mock of Object.values(mocks)) mock.reset();
  mocks.SecretsManagerClient.on(GetSecretValueCommand).callsFake(() => orThrow(replies.secret));
  mocks.CloudFormationClient.on(DescribeStacksCommand).callsFake(() => {
    const { Outputs = {}, ...stack } = orThrow(replies.stack) as { Outputs?: object };
    return {
      Stacks: [
        {
          ...stack,
          Outputs: Object.entries(Outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
        },
      ],
    };
  });
  mocks.CloudWatchClient.on(GetMetricStreamCommand).callsFake(() => ({
    $metadata: {},
    Name: 'stream',
    ...orThrow(replies.stream),
  }));
  mocks.CloudWatchClient.on(GetMetricStatisticsCommand).callsFake(
    ({ Namespace, MetricName, StartTime, Statistics: [statistic] }) => ({
      Datapoints: (replies.metrics[`${Namespace} ${MetricName}`] ?? [])
        .map(([minutes = 0, value]) => ({
          Timestamp: new Date(Date.now() - minutes * 60_000),
          [statistic]: value,
        }))
        .filter(({ Timestamp }) => Timestamp >= StartTime),
    }),
  );
  mocks.FirehoseClient.on(DescribeDeliveryStreamCommand).callsFake(() => ({
    DeliveryStreamDescription: orThrow(replies.delivery),
  }));
  mocks.LambdaClient.on(ListEventSourceMappingsCommand).callsFake(({ FunctionName = '' }) => {
    const EventSourceArn = `arn:aws:sqs:${REGION}:123456789012:${FunctionName.replace('forward-', '')}`;
    const other = { EventSourceArn: `${EventSourceArn}-2`, State: 'Disabled' };
    return {
      EventSourceMappings: [other, ...(replies.mapping ? [{ EventSourceArn, ...replies.mapping }] : [])],
    };
  });
  mocks.ElasticLoadBalancingV2Client.on(DescribeLoadBalancerAttributesCommand).callsFake(() => ({
    Attributes: Object.entries(orThrow(replies.attributes)).map(([Key, Value]) => ({ Key, Value })),
  }));
  mocks.S3Client.on(GetBucketNotificationConfigurationCommand).callsFake(({ Bucket }) => ({
    $metadata: {},
    ...orThrow(replies.notifications[Bucket] ?? awsError('NoSuchBucket')),
  }));
  mocks.S3Client.on(GetBucketPolicyCommand).callsFake(() => ({
    Policy: JSON.stringify({ Statement: orThrow(replies.policy) }),
  }));
  mocks.ResourceGroupsTaggingAPIClient.on(GetResourcesCommand).callsFake(({ TagFilters: [{ Key }] }) => ({
    ResourceTagMappingList: orThrow(replies.tags)
      .filter((key) => key === Key)
      .map((key) => ({ ResourceARN: 'arn', Tags: [{ Key: key, Value: 'v' }] })),
  }));
  mocks.S3Client.on(ListObjectsV2Command).callsFake(({ Prefix }) => ({
    KeyCount: replies.keys.filter((key) => key.startsWith(Prefix)).length,
  }));
  mocks.SQSClient.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => {
    const isDeadLetterQueue = QueueUrl.endsWith('-dead');
    const [visible, received, delayed] = isDeadLetterQueue ? [replies.lettersInAll, 0, 0] : replies.depth;
    return {
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(received),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      },
    };
  });
  mocks.SQSClient.on(ReceiveMessageCommand).callsFake(({ VisibilityTimeout }) =>
    // A peek leaves them to others.
    ({ Messages: VisibilityTimeout === 0 ? orThrow(replies.letters) : [] }),
  );
};

const orThrow = <T extends object>(reply: T | Error): T => {
  if (reply instanceof Error) throw reply;
  return reply;
};
