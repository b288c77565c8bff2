import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqsQueue } from '../../../lambdas/aws/queue.ts';

const sqs = mockClient(SQSClient);
const queue = sqsQueue(new SQSClient({ region: 'us-east-1' }));
const URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/work';

beforeEach(() => void sqs.reset());

const sent = () => sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
const bodies = (count: number) => Array.from({ length: count }, (_, index) => ({ body: `body ${index}` }));

describe('send', () => {
  test.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [23, [10, 10, 3]],
  ])('%i messages go in calls of at most ten, in order, each with an id of its own', async (count, calls) => {
    sqs.on(SendMessageBatchCommand).resolves({});
    await queue.send(URL, bodies(count));
    expect(sent().map(({ Entries }) => Entries?.length)).toEqual(calls);
    expect(
      sent().flatMap(({ Entries }) => Entries?.map(({ MessageBody }) => ({ body: MessageBody }))),
    ).toEqual(bodies(count));
    for (const { QueueUrl, Entries = [] } of sent()) {
      expect(QueueUrl).toBe(URL);
      expect(new Set(Entries.map(({ Id }) => Id)).size).toBe(Entries.length);
    }
  });

  test('a message carries its delay and its attributes', async () => {
    sqs.on(SendMessageBatchCommand).resolves({});
    const attributes = { 'error.type': 'object_gone', 'error.message': 'NoSuchKey' };
    await queue.send(URL, [{ body: 'x', delaySeconds: 900, attributes }, { body: 'y' }]);
    expect(sent()[0]?.Entries).toEqual([
      {
        Id: '0',
        MessageBody: 'x',
        DelaySeconds: 900,
        MessageAttributes: {
          'error.type': { DataType: 'String', StringValue: 'object_gone' },
          'error.message': { DataType: 'String', StringValue: 'NoSuchKey' },
        },
      },
      { Id: '1', MessageBody: 'y', DelaySeconds: undefined, MessageAttributes: undefined },
    ]);
  });

  test('a message that is not taken is an error, whatever the answer as a whole', async () => {
    const refusal = { Id: '2', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad character' };
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [refusal] });
    await expect(queue.send(URL, bodies(3))).rejects.toThrow(
      'the queue did not take 1 of 3 messages: InvalidMessageContents: bad character',
    );
  });

  test('a call that fails is an error', async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error('Throttled'));
    await expect(queue.send(URL, bodies(1))).rejects.toThrow('Throttled');
  });
});

test('changeVisibility sets when a message is received again', async () => {
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
  await queue.changeVisibility(URL, 'receipt', 42);
  expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toEqual({
    QueueUrl: URL,
    ReceiptHandle: 'receipt',
    VisibilityTimeout: 42,
  });
});
