import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { CommandError } from '../shared/command-line.ts';
import { counted } from '../shared/counted.ts';
import type { Queue } from '../../lambdas/aws/queue.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MESSAGES_PER_CALL = 10;

/** Time during which no other consumer receives the letters: longer than the command takes for ten thousand of them. */
const HOLD_SECONDS = 900;

/** Long polling asks all of SQS's servers; an empty response after it means that no letter is left. */
const WAIT_SECONDS = 2;

export interface DeadLetter {
  readonly id: string;
  /** `error.type`; `none` for a message that the function did not send. */
  readonly type: string;
  /** `error.message`. */
  readonly reason: string | undefined;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly sentMs: number;
  readonly receiptHandle: string;
}

/** The first messages of a dead-letter queue. They stay, and can be received again at once. */
export const peek = async (sqs: SQSClient, queueUrl: string): Promise<readonly DeadLetter[]> =>
  receive(sqs, queueUrl, 0);

/**
 * Receives every letter of a queue, each once. Others cannot receive them until `release`, or for 15 minutes.
 * @param onLetters called after each call, with how many there are so far
 */
export const receiveAll = async (
  sqs: SQSClient,
  queueUrl: string,
  isStopped: () => boolean,
  onLetters: (count: number) => void,
): Promise<readonly DeadLetter[]> => {
  const letters = new Map<string, DeadLetter>();
  while (!isStopped()) {
    const received = await receive(sqs, queueUrl, HOLD_SECONDS);
    if (received.length === 0) break;
    for (const letter of received) letters.set(letter.id, letter);
    onLetters(letters.size);
  }
  return [...letters.values()];
};

/** Lets others receive the letters again. */
export const release = async (
  sqs: SQSClient,
  queueUrl: string,
  letters: readonly DeadLetter[],
): Promise<void> => {
  for (const some of batches(letters)) {
    const Entries = some.map(({ receiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
};

export interface Removal {
  readonly sqs: SQSClient;
  readonly deadLetterQueueUrl: string;
  readonly isStopped: () => boolean;
  /** Called with the letters that are done. */
  readonly onDone: (letters: readonly DeadLetter[]) => void;
}

/**
 * Sends letters to the queue, a few at a time, and deletes from the dead-letter queue what was sent. Whatever stops it,
 * a letter is in one queue at least.
 * @throws Error where SQS does not accept some; those and all after them are still dead letters
 */
export const retry = async (
  letters: readonly DeadLetter[],
  queue: Queue,
  queueUrl: string,
  removal: Removal,
): Promise<void> => {
  for (const some of batches(letters)) {
    if (removal.isStopped()) return;
    await queue.send(
      queueUrl,
      some.map(({ body }) => ({ body })),
    );
    await deleteLetters(some, removal);
  }
};

/** Deletes letters. @throws Error where SQS does not delete some */
export const drop = async (letters: readonly DeadLetter[], removal: Removal): Promise<void> => {
  for (const some of batches(letters)) {
    if (removal.isStopped()) return;
    await deleteLetters(some, removal);
  }
};

const deleteLetters = async (
  letters: readonly DeadLetter[],
  { sqs, deadLetterQueueUrl, onDone }: Removal,
): Promise<void> => {
  const Entries = letters.map(({ receiptHandle }, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
  }));
  const { Failed = [] } = await sqs.send(
    new DeleteMessageBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }),
  );
  onDone(letters.filter((_, index) => !Failed.some(({ Id }) => Id === String(index))));
  if (Failed.length > 0)
    throw new CommandError(
      `SQS did not delete ${counted(Failed.length, 'dead letter')} (${Failed[0]?.Code}): if they were sent, a retry sends them twice`,
    );
};

const receive = async (
  sqs: SQSClient,
  queueUrl: string,
  visibilityTimeout: number,
): Promise<readonly DeadLetter[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      VisibilityTimeout: visibilityTimeout,
      MaxNumberOfMessages: MESSAGES_PER_CALL,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageAttributeNames: ['error.type', 'error.message'],
      MessageSystemAttributeNames: ['SentTimestamp'],
    }),
  );
  return Messages.map(toLetter);
};

const toLetter = ({
  MessageId = '',
  MessageAttributes = {},
  Attributes = {},
  Body = '',
  ReceiptHandle = '',
}: Message): DeadLetter => ({
  id: MessageId,
  type: MessageAttributes['error.type']?.StringValue ?? 'none',
  reason: MessageAttributes['error.message']?.StringValue,
  body: Body,
  sentMs: Number(Attributes.SentTimestamp ?? 0),
  receiptHandle: ReceiptHandle,
});

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += MESSAGES_PER_CALL)
    yield items.slice(from, from + MESSAGES_PER_CALL);
}
