import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { Invoked, LocalLambda } from '../../../bin/local/emulators/lambda.ts';

/** One round of the event source: what was received, what the function made of it, and what was not deleted. */
export interface Round {
  readonly received: readonly Message[];
  readonly invoked: Invoked;
  readonly failed: readonly Message[];
}

export interface EventSource {
  /** Receives messages, invokes the function with them and deletes those that it did not fail; undefined if there are none. */
  readonly poll: (batchSize?: number) => Promise<Round | undefined>;
  /** Polls until no message is visible. @throws Error if it does not end */
  readonly drain: (batchSize?: number) => Promise<readonly Round[]>;
}

const MOST_ROUNDS = 500;

/**
 * Does what Lambda does between a queue and a function, with ReportBatchItemFailures
 * (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
 */
export const eventSource = (
  sqs: SQSClient,
  queue: { readonly url: string; readonly arn: string },
  lambda: LocalLambda,
): EventSource => {
  const poll = async (batchSize = 1): Promise<Round | undefined> => {
    const { Messages: received = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: batchSize,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (received.length === 0) return undefined;
    const invoked = await lambda.invoke({ Records: received.map((message) => toRecord(message, queue.arn)) });
    const failures = (invoked.result as SQSBatchResponse | undefined)?.batchItemFailures ?? [];
    const failedIds = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
    const isFailed = ({ MessageId = '' }: Message): boolean =>
      invoked.error !== undefined || failedIds.has(MessageId);
    const done = received.filter((message) => !isFailed(message));
    if (done.length > 0) {
      const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    }
    return { received, invoked, failed: received.filter(isFailed) };
  };
  return {
    poll,
    drain: async (batchSize) => {
      const rounds: Round[] = [];
      for (;;) {
        const round = await poll(batchSize);
        if (round === undefined) return rounds;
        rounds.push(round);
        if (rounds.length > MOST_ROUNDS)
          throw new Error(`the queue was not empty after ${MOST_ROUNDS} rounds`);
      }
    },
  };
};

const toRecord = (message: Message, eventSourceARN: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes as unknown as SQSRecord['attributes'],
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, DataType }]) => [
      name,
      {
        stringValue: StringValue ?? '',
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType ?? '',
      },
    ]),
  ),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion: 'us-east-1',
});
