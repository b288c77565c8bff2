import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { type DeadLetter, drop, receiveAll, release, retry } from '../../../bin/letters/dead-letters.ts';
import { remedyFor } from '../../../bin/letters/remedies.ts';
import { letterLines, summary } from '../../../bin/letters/report.ts';
import { FAILURE_TYPES } from '../../../lambdas/forwarding/failure-type.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const mock = mockClient(SQSClient);
const sqs = new SQSClient({});
const QUEUE = 'https://sqs/queue';
const DEAD = 'https://sqs/dead';

/** Operations on letters, in order. */
let events: string[] = [];
beforeEach(() => {
  mock.reset();
  events = [];
  mock.on(DeleteMessageBatchCommand).callsFake(({ QueueUrl, Entries }) => {
    for (const { ReceiptHandle } of Entries) events.push(`delete ${ReceiptHandle} from ${QueueUrl}`);
    return {};
  });
});

const letter = (id: string, type = 'undelivered', reason: string | undefined = 'down'): DeadLetter => ({
  id,
  type,
  reason,
  body: `body of ${id}`,
  sentMs: Date.UTC(2026, 0, 31),
  receiptHandle: id,
});
const letters = (count: number): readonly DeadLetter[] =>
  Array.from({ length: count }, (_, n) => letter(`m${n}`));

const queue = (refused = '') => ({
  send: async (url: string, messages: readonly { readonly body: string }[]): Promise<void> => {
    for (const { body } of messages) {
      if (body === refused) throw new Error('the queue did not take 1 of 10 messages');
      events.push(`send ${body} to ${url}`);
    }
  },
  changeVisibility: async () => undefined,
});

const removal = (isStopped = (): boolean => false) => {
  const done: DeadLetter[] = [];
  return {
    sqs,
    deadLetterQueueUrl: DEAD,
    isStopped,
    done,
    onDone: (some: readonly DeadLetter[]) => void done.push(...some),
  };
};

test('all letters of a queue are received, each once, and held meanwhile', async () => {
  const pages = [
    [letterMessage('a', 'undelivered'), letterMessage('b')],
    [letterMessage('a', 'undelivered'), letterMessage('c', 'object_gone')],
    [],
  ];
  let call = 0;
  mock.on(ReceiveMessageCommand).callsFake(() => ({ Messages: pages[call++] }));
  const counts: number[] = [];
  const all = await receiveAll(
    sqs,
    DEAD,
    () => false,
    (count) => counts.push(count),
  );
  expect(all).toEqual([
    { id: 'a', type: 'undelivered', reason: 'because', body: '{}', sentMs: 1000, receiptHandle: 'r-a' },
    { id: 'b', type: 'none', reason: undefined, body: '{}', sentMs: 1000, receiptHandle: 'r-b' },
    { id: 'c', type: 'object_gone', reason: 'because', body: '{}', sentMs: 1000, receiptHandle: 'r-c' },
  ]);
  expect(counts).toEqual([2, 3]);
  for (const { args } of mock.commandCalls(ReceiveMessageCommand))
    expect(args[0].input).toMatchObject({ QueueUrl: DEAD, VisibilityTimeout: 900 });
});

const letterMessage = (id: string, type?: string) => ({
  MessageId: id,
  Body: '{}',
  ReceiptHandle: `r-${id}`,
  Attributes: { SentTimestamp: '1000' },
  ...(type && {
    MessageAttributes: {
      'error.type': { DataType: 'String', StringValue: type },
      'error.message': { DataType: 'String', StringValue: 'because' },
    },
  }),
});

test('a letter is deleted only after it was sent, and its destination is named', async () => {
  const { done, ...options } = removal();
  await retry([letter('a'), letter('b')], queue(), QUEUE, options);
  expect(events).toEqual([
    `send body of a to ${QUEUE}`,
    `send body of b to ${QUEUE}`,
    `delete a from ${DEAD}`,
    `delete b from ${DEAD}`,
  ]);
  expect(done.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('none of a batch that the queue refuses is deleted, and none after it is sent', async () => {
  const { done, ...options } = removal();
  await expect(retry(letters(25), queue('body of m13'), QUEUE, options)).rejects.toThrow('did not take');
  expect(done.map(({ id }) => id)).toEqual(letters(10).map(({ id }) => id));
  expect(events.filter((event) => /^delete m1\d/.test(event))).toEqual([]);
  expect(events.filter((event) => /body of m2/.test(event)).toSorted()).toEqual([
    'send body of m2 to https://sqs/queue',
  ]);
});

test('asked to stop, it ends after the batch in hand', async () => {
  const { done, ...options } = removal();
  await retry(letters(25), queue(), QUEUE, { ...options, isStopped: () => done.length >= 10 });
  expect(done).toHaveLength(10);
  expect(events).toHaveLength(20);
  const dropping = removal();
  await drop(letters(25), { ...dropping, isStopped: () => dropping.done.length >= 20 });
  expect(dropping.done).toHaveLength(20);
});

test('a letter that SQS does not delete is not called done', async () => {
  mock.on(DeleteMessageBatchCommand).resolves({
    Successful: [],
    Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }],
  });
  const { done, ...options } = removal();
  await expect(drop(letters(3), options)).rejects.toThrow('SQS did not delete 1 dead letter (InternalError)');
  expect(done.map(({ id }) => id)).toEqual(['m0', 'm2']);
});

test('released letters can be received again at once', async () => {
  mock.on(ChangeMessageVisibilityBatchCommand).resolves({});
  await release(sqs, DEAD, letters(12));
  const inputs = mock.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input);
  expect(inputs.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);
  for (const { Entries } of inputs)
    for (const entry of Entries ?? []) expect(entry).toMatchObject({ VisibilityTimeout: 0 });
});

test('the list counts letters by type, with an example of the reason and the remedy of the pipeline', () => {
  const now = Date.UTC(2026, 0, 31, 5);
  const some = [
    letter('a', 'wrong_format', 'PAR1'),
    letter('b', 'wrong_format', 'OTLP'),
    { ...letter('c', 'none'), reason: undefined },
  ];
  expect(summary('metrics', some, now)).toMatch(
    /^metrics: 3 dead letters\n {2}none: 1, the oldest sent 5 h ago\n {4}→ the function crashed .*\. Then: npm run letters -- retry --pipeline metrics --type none\n {2}wrong_format: 2, the oldest sent 5 h ago\n {4}PAR1 \(and 1 other reason\)\n {4}→ .*output format to JSON\. Then: npm run letters -- drop --pipeline metrics --type wrong_format$/,
  );
  expect(summary('logs', some, now)).toContain('the prefix holds an object that is not a log');
  expect(summary('logs', [], now)).toBe('logs: no dead letters');
});

test('a letter is shown for people, or as JSON', () => {
  expect(letterLines('logs', letter('a'), false)).toBe(
    'logs  undelivered  2026-01-31T00:00:00.000Z\n  down\n  body of a',
  );
  expect(JSON.parse(letterLines('logs', letter('a'), true))).toEqual({
    pipeline: 'logs',
    type: 'undelivered',
    reason: 'down',
    sent: '2026-01-31T00:00:00.000Z',
    body: 'body of a',
  });
});

test.each([...FAILURE_TYPES, 'none'])(
  'docs/operations.md has the type %s, and the same verb as the command',
  (type) => {
    const [, verb] =
      new RegExp(`^\\| \`${type}\` .*\\| (retry|drop) +\\|$`, 'm').exec(
        readFileSync('docs/operations.md', 'utf8'),
      ) ?? [];
    expect([verb, verb]).toEqual([remedyFor(type, 'metrics').verb, remedyFor(type, 'logs').verb]);
  },
);

test('a type of a later version has a remedy too', () => {
  expect(remedyFor('toString', 'logs')).toEqual({ text: 'error.message says what to fix', verb: 'retry' });
});

test('control characters of a letter do not reach the terminal, and are kept in JSON', () => {
  const letter = {
    id: '1',
    type: 'undelivered',
    reason: 'Scout: \x1b[2J',
    body: '{}\x9b2J',
    sentMs: 0,
    receiptHandle: 'r',
  };
  expect(letterLines('logs', letter, false)).toBe(
    [
      'logs  undelivered  1970-01-01T00:00:00.000Z',
      String.raw`  Scout: \x1b[2J`,
      String.raw`  {}\x9b2J`,
    ].join('\n'),
  );
  expect(JSON.parse(letterLines('logs', letter, true))).toMatchObject({ reason: letter.reason });
  expect(summary('logs', [letter], 0)).toContain(String.raw`Scout: \x1b[2J`);
});
