import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { deadLetters, delivered, queue } from '../../../bin/doctor/queue.ts';
import { awsError, contextOf, examine, metricsAre, PIPELINE } from '../../support/harness/examine.ts';

const cloudWatch = mockClient(CloudWatchClient);
const sqs = mockClient(SQSClient);
beforeEach(() => {
  cloudWatch.reset();
  sqs.reset();
  metricsAre(cloudWatch, {});
});

describe('the queue', () => {
  beforeEach(() => depthIs(PIPELINE.queueUrl, 3, 2, 1));

  it('is short and young', async () => {
    metricsAre(cloudWatch, {
      'AWS/SQS ApproximateAgeOfOldestMessage': [
        [10, 2000],
        [1, 12],
      ],
    });
    expect(await queueFinding()).toEqual({
      status: 'ok',
      found: '3 waiting, 2 received, 1 delayed; the oldest is 12 s old',
    });
  });

  it.each(['AWS/SQS ApproximateAgeOfOldestMessage', 'ScoutForwarder DeliveryLag'])(
    'is late by %s',
    async (name) => {
      metricsAre(cloudWatch, { [name]: [[1, 900]] });
      expect(await queueFinding()).toMatchObject({
        status: 'fail',
        remedy: expect.stringContaining('the log of forward-metrics'),
      });
    },
  );

  it('told of a delivery to Scout, or of none', async () => {
    expect(await last()).toMatchObject({
      status: 'warn',
      found: 'no object was forwarded in the last 3 hours',
    });
    metricsAre(cloudWatch, {
      'ScoutForwarder ObjectsForwarded': [
        [9, 4],
        [4, 0],
      ],
    });
    expect(await last()).toEqual({ status: 'ok', found: 'an object was forwarded 9 min ago' });
  });
});

describe('the dead-letter queue', () => {
  it('is empty, and nobody receives from it', async () => {
    depthIs(PIPELINE.deadLetterQueueUrl, 0, 0, 0);
    expect(await deadLettersFinding()).toEqual({ status: 'ok', found: 'none' });
    expect(sqs.commandCalls(ReceiveMessageCommand)).toEqual([]);
  });

  it('says why its first messages are there, each reason once, and leaves them', async () => {
    depthIs(PIPELINE.deadLetterQueueUrl, 12, 0, 0);
    sqs.on(ReceiveMessageCommand).resolves({
      Messages: [letter('corrupt_gzip'), letter('corrupt_gzip'), letter(), letter('new_kind', 'odd')],
    });
    expect(await deadLettersFinding()).toEqual({
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
    expect(await deadLettersFinding()).toMatchObject({
      status: 'warn',
      remedy: 'allow the IAM action sqs:ReceiveMessage to whoever runs this',
    });
  });
});

const queueFinding = async () => (await examine([queue(PIPELINE)], await contextOf()))['metrics: queue'];

const last = async () => (await examine([delivered(PIPELINE)], await contextOf()))['metrics: last delivery'];

const deadLettersFinding = async () =>
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

const depthIs = (QueueUrl: string, waiting: number, received: number, delayed: number): void => {
  sqs.on(GetQueueAttributesCommand, { QueueUrl }).resolves({
    Attributes: {
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: String(received),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    },
  });
};
