import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  GetMetricStreamCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../bin/doctor/check.ts';
import { eventSource, functionErrors } from '../../../bin/doctor/function.ts';
import { metricStreamChecks } from '../../../bin/doctor/metric-stream.ts';
import type { DeployedPipeline } from '../../../bin/doctor/pipelines.ts';
import { deadLetters, delivered, queue } from '../../../bin/doctor/queue.ts';
import { STACK_CHECK } from '../../../bin/doctor/stack.ts';
import { awsError, contextOf, examine } from './examine.ts';

const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
const firehose = mockClient(FirehoseClient);
const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);

beforeEach(() => {
  for (const client of [cloudFormation, cloudWatch, firehose, lambda, sqs]) client.reset();
  metricsAre({});
});

const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/123456789012';
const PIPELINE: DeployedPipeline = {
  name: 'metrics',
  queueUrl: `${QUEUES}/metrics-queue`,
  deadLetterQueueUrl: `${QUEUES}/metrics-dead`,
  functionName: 'forward-metrics',
  source: { bucket: 'ours', prefix: 'metrics/', kind: 'notifications' },
};

describe('the stack', () => {
  const stack = async (): Promise<Finding | undefined> =>
    (await examine([STACK_CHECK], await contextOf()))['stack'];
  const stackHas = (...Outputs: { OutputKey: string; OutputValue: string }[]): void => {
    const StackStatus = 'CREATE_COMPLETE';
    cloudFormation
      .on(DescribeStacksCommand)
      .resolves({ Stacks: [{ StackName: 's', CreationTime: new Date(), StackStatus, Outputs }] });
  };

  it('may be missing yet', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(new Error('Stack with id ScoutForwarder does not exist'));
    expect(await stack()).toMatchObject({
      status: 'skip',
      found: expect.stringContaining('there is no ScoutForwarder in eu-west-1 yet'),
    });
  });

  it('is there, or half there', async () => {
    stackHas({ OutputKey: 'BucketName', OutputValue: 'ours' });
    expect(await stack()).toEqual({ status: 'ok', found: 'ScoutForwarder is deployed' });
    stackHas();
    expect(await stack()).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('npx cdk deploy'),
    });
  });

  it.each([
    [awsError('AccessDenied', 'no'), 'warn', 'allow the IAM action cloudformation:DescribeStacks'],
    [awsError('Other', 'no', 403), 'warn', 'allow the IAM action cloudformation:DescribeStacks'],
    [awsError('ExpiredToken', 'old', 403), 'fail', 'sign in to AWS'],
    [awsError('CredentialsProviderError', 'none'), 'fail', 'sign in to AWS'],
    [new Error('Region is missing'), 'fail', 'set AWS_REGION'],
    [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'fail', "AWS's endpoint is not in reach"],
    [new Error('odd'), 'fail', 'mend what it says'],
  ])('is told about, where it cannot be looked at: %s', async (error, status, remedy) => {
    cloudFormation.on(DescribeStacksCommand).rejects(error);
    expect(await stack()).toMatchObject({ status, remedy: expect.stringContaining(remedy) });
  });
});

describe('from CloudWatch to the bucket', () => {
  const checks = metricStreamChecks({ MetricStreamName: 'stream', DeliveryStreamName: 'delivery' });
  const doctor = async () => examine(checks, await contextOf());
  const streams = (State: string, OutputFormat: 'json' | 'opentelemetry1.0', status: string): void => {
    cloudWatch.on(GetMetricStreamCommand, { Name: 'stream' }).resolves({ State, OutputFormat });
    firehose.on(DescribeDeliveryStreamCommand, { DeliveryStreamName: 'delivery' }).resolves({
      DeliveryStreamDescription: { DeliveryStreamStatus: status } as never,
    });
  };

  it('all runs, and something was delivered', async () => {
    streams('running', 'json', 'ACTIVE');
    metricsAre({
      'AWS/Firehose DeliveryToS3.Records': [
        [40, 7],
        [7, 3],
        [2, 0],
      ],
    });
    expect(await doctor()).toEqual({
      'metric stream': { status: 'ok', found: 'running' },
      'delivery stream': { status: 'ok', found: 'ACTIVE' },
      'last delivery to S3': { status: 'ok', found: '7 min ago' },
    });
  });

  it('nothing runs, and nothing was delivered', async () => {
    streams('stopped', 'json', 'CREATING_FAILED');
    expect(await doctor()).toMatchObject({
      'metric stream': { status: 'fail', remedy: 'aws cloudwatch start-metric-streams --names stream' },
      'delivery stream': { status: 'fail', found: 'CREATING_FAILED' },
      'last delivery to S3': { status: 'warn', found: 'none in the last 3 hours' },
    });
  });

  it('the format is one that the function does not read', async () => {
    streams('running', 'opentelemetry1.0', 'ACTIVE');
    expect(await doctor()).toMatchObject({
      'metric stream': { status: 'fail', found: 'its output format is opentelemetry1.0' },
    });
  });

  it('one is gone, one may not be looked at, and the last is still looked at', async () => {
    cloudWatch.on(GetMetricStreamCommand).rejects(awsError('ResourceNotFoundException', 'gone', 404));
    firehose.on(DescribeDeliveryStreamCommand).rejects(awsError('AccessDeniedException', 'no'));
    metricsAre({ 'AWS/Firehose DeliveryToS3.Records': [[1, 1]] });
    expect(await doctor()).toMatchObject({
      'metric stream': { status: 'fail', remedy: expect.stringContaining('put it back with npx cdk deploy') },
      'delivery stream': {
        status: 'warn',
        remedy: expect.stringContaining('firehose:DescribeDeliveryStream'),
      },
      'last delivery to S3': { status: 'ok' },
    });
  });

  it('is no matter where the stack has no metrics', () => {
    expect(metricStreamChecks({ BucketName: 'ours' })).toEqual([]);
  });
});

describe('the function', () => {
  const source = async (mapping?: object) => {
    const EventSourceArn = 'arn:aws:sqs:eu-west-1:123456789012:metrics-queue';
    lambda.on(ListEventSourceMappingsCommand, { FunctionName: 'forward-metrics' }).resolves({
      EventSourceMappings: [
        { EventSourceArn: `${EventSourceArn}-2`, State: 'Disabled' },
        ...(mapping ? [{ EventSourceArn, UUID: 'u-1', ...mapping }] : []),
      ],
    });
    return (await examine([eventSource(PIPELINE)], await contextOf()))['metrics: event source'];
  };

  it.each([
    [{ State: 'Enabled', LastProcessingResult: 'OK' }, { status: 'ok' }],
    [
      { State: 'Enabled', LastProcessingResult: 'PROBLEM: no right' },
      { status: 'warn', found: 'Enabled, PROBLEM: no right' },
    ],
    [
      { State: 'Disabled' },
      { status: 'fail', remedy: 'aws lambda update-event-source-mapping --enabled --uuid u-1' },
    ],
    [undefined, { status: 'fail', found: 'Lambda does not poll the queue' }],
  ])('polls its queue: %j', async (mapping, finding) => {
    expect(await source(mapping)).toMatchObject(finding);
  });

  it('failed as a whole lately, or did not', async () => {
    const errors = async () =>
      (await examine([functionErrors(PIPELINE)], await contextOf()))['metrics: function errors'];
    expect(await errors()).toEqual({ status: 'ok', found: 'none in the last hour' });
    metricsAre({
      'AWS/Lambda Errors': [
        [30, 2],
        [5, 1],
      ],
    });
    expect(await errors()).toMatchObject({ status: 'warn', found: '3 in the last hour' });
  });
});

describe('the queue', () => {
  const doctor = async () => (await examine([queue(PIPELINE)], await contextOf()))['metrics: queue'];
  beforeEach(() => depthIs(PIPELINE.queueUrl, 3, 2, 1));

  it('is short and young', async () => {
    metricsAre({
      'AWS/SQS ApproximateAgeOfOldestMessage': [
        [10, 2000],
        [1, 12],
      ],
    });
    expect(await doctor()).toEqual({
      status: 'ok',
      found: '3 waiting, 2 received, 1 delayed; the oldest is 12 s old',
    });
  });

  it.each(['AWS/SQS ApproximateAgeOfOldestMessage', 'ScoutForwarder DeliveryLag'])(
    'is late by %s',
    async (name) => {
      metricsAre({ [name]: [[1, 900]] });
      expect(await doctor()).toMatchObject({
        status: 'fail',
        remedy: expect.stringContaining('the log of forward-metrics'),
      });
    },
  );

  it('told of a delivery to Scout, or of none', async () => {
    const last = async () =>
      (await examine([delivered(PIPELINE)], await contextOf()))['metrics: last delivery'];
    expect(await last()).toMatchObject({
      status: 'warn',
      found: 'no object was forwarded in the last 3 hours',
    });
    metricsAre({
      'ScoutForwarder ObjectsForwarded': [
        [9, 4],
        [4, 0],
      ],
    });
    expect(await last()).toEqual({ status: 'ok', found: 'an object was forwarded 9 min ago' });
  });
});

describe('the dead-letter queue', () => {
  const doctor = async () =>
    (await examine([deadLetters(PIPELINE)], await contextOf()))['metrics: dead letters'];
  const letter = (type?: string, reason = 'because') => ({
    Body: '{}',
    ...(type && {
      MessageAttributes: {
        'error.type': { DataType: 'String', StringValue: type },
        'error.message': { DataType: 'String', StringValue: reason },
      },
    }),
  });

  it('is empty, and nobody receives from it', async () => {
    depthIs(PIPELINE.deadLetterQueueUrl, 0, 0, 0);
    expect(await doctor()).toEqual({ status: 'ok', found: 'none' });
    expect(sqs.commandCalls(ReceiveMessageCommand)).toEqual([]);
  });

  it('says why its first messages are there, each reason once, and leaves them', async () => {
    depthIs(PIPELINE.deadLetterQueueUrl, 12, 0, 0);
    sqs.on(ReceiveMessageCommand).resolves({
      Messages: [letter('corrupt_gzip'), letter('corrupt_gzip'), letter(), letter('new_kind', 'odd')],
    });
    expect(await doctor()).toEqual({
      status: 'fail',
      found: '12: corrupt_gzip (because); moved by SQS; new_kind (odd)',
      remedy:
        'corrupt_gzip: what came before the fault was sent; replace the object. ' +
        'moved by SQS: the function crashed or ran out of time on it every time; its log says where. ' +
        'new_kind: the reason, or else the log of forward-metrics, says what to mend. ' +
        'Then send them to the queue again, as docs/operations.md says',
    });
    expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).toMatchObject({
      QueueUrl: PIPELINE.deadLetterQueueUrl,
      VisibilityTimeout: 0,
    });
  });

  it('is counted where its messages may not be received', async () => {
    depthIs(PIPELINE.deadLetterQueueUrl, 1, 0, 0);
    sqs
      .on(ReceiveMessageCommand)
      .rejects(
        awsError('AccessDenied', 'User: x is not authorized to perform: sqs:ReceiveMessage on it', 403),
      );
    expect(await doctor()).toMatchObject({
      status: 'warn',
      remedy: 'allow the IAM action sqs:ReceiveMessage to whoever runs this',
    });
  });
});

/** Data points of metrics, by namespace and name: minutes ago and value. */
const metricsAre = (metrics: Readonly<Record<string, readonly (readonly [number, number])[]>>): void => {
  cloudWatch
    .on(GetMetricStatisticsCommand)
    .callsFake(({ Namespace, MetricName, Statistics: [statistic] }) => ({
      // CloudWatch gives them in any order.
      Datapoints: (metrics[`${Namespace} ${MetricName}`] ?? []).toReversed().map(([minutes, value]) => ({
        Timestamp: new Date(Date.now() - minutes * 60_000),
        [statistic]: value,
      })),
    }));
};

const depthIs = (QueueUrl: string, waiting: number, received: number, delayed: number): void => {
  sqs.on(GetQueueAttributesCommand, { QueueUrl }).resolves({
    Attributes: {
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: String(received),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    },
  });
};
