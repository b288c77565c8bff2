import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqsQueue, UnsentMessages } from '../../../lambdas/aws/queue.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const sqs = mockClient(SQSClient);
const queue = sqsQueue(new SQSClient({ region: 'us-east-1' }));
const URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/work';

beforeEach(() => void sqs.reset());

const sent = () => sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
const bodies = (count: number) => Array.from({ length: count }, (_, index) => ({ body: `body ${index}` }));
const failed = (Id: string) => ({ Failed: [{ Id, SenderFault: false, Code: 'InternalError' }] });

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

  test('a message that is not accepted is an error, though the call succeeds', async () => {
    const refusal = { Id: '2', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad character' };
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [refusal] });
    await expect(queue.send(URL, bodies(3))).rejects.toThrow(
      'SQS did not accept 1 of 3 messages: InvalidMessageContents: bad character',
    );
  });

  test('only the entries that a call did not accept are repeated, and none that was accepted', async () => {
    sqs.on(SendMessageBatchCommand).resolvesOnce(failed('1')).resolvesOnce(failed('0')).resolves({});
    await queue.send(URL, bodies(12));
    const calls = sent().map(({ Entries }) => Entries?.map(({ MessageBody }) => MessageBody));
    expect(calls.slice(1)).toEqual([['body 1'], ['body 1'], ['body 10', 'body 11']]);
  });

  test('an entry that is not accepted in three tries is an error, after all others were sent', async () => {
    sqs
      .on(SendMessageBatchCommand)
      .resolves({})
      .on(SendMessageBatchCommand, { QueueUrl: URL })
      .callsFake(({ Entries }: { Entries: { Id: string; MessageBody: string }[] }) => ({
        Failed: Entries.filter(({ MessageBody }) => MessageBody === 'body 0').map(({ Id }) => ({
          Id,
          SenderFault: false,
          Code: 'InternalError',
        })),
      }));
    await expect(queue.send(URL, bodies(12))).rejects.toThrow(
      'SQS did not accept 1 of 12 messages: InternalError',
    );
    expect(sent().map(({ Entries }) => Entries?.length)).toEqual([10, 1, 1, 2]);
  });

  test('a call that fails is an error', async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error('Throttled'));
    await expect(queue.send(URL, bodies(1))).rejects.toThrow('Throttled');
  });

  test('the error holds the messages that were not accepted, also when a later call fails', async () => {
    const messages = bodies(12);
    const refusal = { Id: '3', SenderFault: true, Code: 'InvalidMessageContents' };
    sqs
      .on(SendMessageBatchCommand)
      .resolvesOnce({ Failed: [refusal] })
      .rejectsOnce(new Error('Throttled'));
    const error = await queue.send(URL, messages).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnsentMessages);
    expect(error).toMatchObject({ unsent: [messages[3], messages[10], messages[11]] });
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
