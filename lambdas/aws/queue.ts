import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueMessage {
  readonly body: string;
  /** Seconds until it can be received, at most 900. */
  readonly delaySeconds?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** SQS, as far as forwarding needs it. */
export interface Queue {
  /** @throws Error if any of the messages was not taken. */
  readonly send: (queueUrl: string, messages: readonly QueueMessage[]) => Promise<void>;
  readonly changeVisibility: (queueUrl: string, receiptHandle: string, seconds: number) => Promise<void>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const ENTRIES_A_CALL = 10;

export const sqsQueue = (client: SQSClient): Queue => ({
  send: async (queueUrl, messages) => {
    for (let from = 0; from < messages.length; from += ENTRIES_A_CALL) {
      const answer = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: messages.slice(from, from + ENTRIES_A_CALL).map(toEntry),
        }),
      );
      const failed = answer.Failed ?? [];
      if (failed.length > 0) {
        const reasons = failed.map(({ Code, Message }) => `${Code}: ${Message ?? ''}`);
        throw new Error(
          `the queue did not take ${failed.length} of ${messages.length} messages: ${reasons.join('; ')}`,
        );
      }
    }
  },
  changeVisibility: async (queueUrl, receiptHandle, seconds) => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  },
});

const toEntry = ({ body, delaySeconds, attributes }: QueueMessage, index: number) => ({
  Id: String(index),
  MessageBody: body,
  DelaySeconds: delaySeconds,
  MessageAttributes: attributes && Object.fromEntries(Object.entries(attributes).map(toAttribute)),
});

const toAttribute = ([name, value]: [string, string]) =>
  [name, { DataType: 'String', StringValue: value }] as const;
