import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueMessage {
  readonly body: string;
  /** Seconds until it can be received, at most 900. */
  readonly delaySeconds?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** SQS, as far as forwarding needs it. */
export interface Queue {
  /** Entries that SQS does not take are repeated alone. @throws Error if any of the messages was not taken. */
  readonly send: (queueUrl: string, messages: readonly QueueMessage[], signal?: AbortSignal) => Promise<void>;
  readonly changeVisibility: (
    queueUrl: string,
    receiptHandle: string,
    seconds: number,
    signal?: AbortSignal,
  ) => Promise<void>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const ENTRIES_PER_CALL = 10;

/** An entry may fail by itself, as a service's fault, in a call that succeeds. */
const TRIES = 3;

export const sqsQueue = (client: SQSClient): Queue => ({
  send: async (queueUrl, messages, signal) => {
    const reasons: string[] = [];
    for (let from = 0; from < messages.length; from += ENTRIES_PER_CALL) {
      let entries = messages.slice(from, from + ENTRIES_PER_CALL).map(toEntry);
      for (let tries = 1; entries.length > 0; tries++) {
        const response = await client.send(
          new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
          { abortSignal: signal },
        );
        const failed = new Map((response.Failed ?? []).map((entry) => [entry.Id, entry]));
        const lost = [...failed.values()].filter(
          ({ SenderFault }) => SenderFault === true || tries === TRIES,
        );
        reasons.push(...lost.map(({ Code, Message }) => `${Code}: ${Message ?? ''}`));
        entries = entries.filter(({ Id }) => failed.has(Id) && !lost.some((entry) => entry.Id === Id));
      }
    }
    if (reasons.length === 0) return;
    throw new Error(
      `the queue did not take ${reasons.length} of ${messages.length} messages: ${reasons.join('; ')}`,
    );
  },
  changeVisibility: async (queueUrl, receiptHandle, seconds, signal) => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
      { abortSignal: signal },
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
