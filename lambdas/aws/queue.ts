import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueMessage {
  readonly body: string;
  /** Seconds until it can be received, at most 900. */
  readonly delaySeconds?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** SQS did not accept all messages; the others are on the queue. */
export class UnsentMessages extends Error {
  readonly unsent: readonly QueueMessage[];
  constructor(
    unsent: readonly QueueMessage[],
    count: number,
    reasons: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`SQS did not accept ${unsent.length} of ${count} messages: ${reasons.join('; ')}`, options);
    this.name = 'UnsentMessages';
    this.unsent = unsent;
  }
}

/** The SQS calls that forwarding needs. */
export interface Queue {
  /** Entries that SQS does not accept are repeated alone. @throws UnsentMessages */
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

/** A call that succeeds as a whole may fail for an entry. */
export const TRIES = 3;

export const sqsQueue = (client: SQSClient): Queue => ({
  send: async (queueUrl, messages, signal) => {
    const unsent: QueueMessage[] = [];
    const reasons: string[] = [];
    let cause: unknown;
    for (let from = 0; from < messages.length; from += ENTRIES_PER_CALL) {
      let entries = messages.slice(from, from + ENTRIES_PER_CALL);
      for (let tries = 1; entries.length > 0; tries++) {
        const failed = await sendEntries(client, queueUrl, entries, signal);
        const lost = failed.filter(({ isFinal }) => isFinal || tries === TRIES);
        unsent.push(...lost.map(({ message }) => message));
        reasons.push(...new Set(lost.map(({ reason }) => reason)));
        cause ??= lost.find(({ error }) => error !== undefined)?.error;
        entries = failed.filter((entry) => !lost.includes(entry)).map(({ message }) => message);
      }
    }
    if (unsent.length > 0) throw new UnsentMessages(unsent, messages.length, reasons, { cause });
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

/** Sends at most ten messages; returns those that were not accepted. */
const sendEntries = async (
  client: SQSClient,
  QueueUrl: string,
  messages: readonly QueueMessage[],
  abortSignal: AbortSignal | undefined,
) => {
  try {
    const command = new SendMessageBatchCommand({ QueueUrl, Entries: messages.map(toEntry) });
    const { Failed = [] } = await client.send(command, { abortSignal });
    return messages.flatMap((message, index) => {
      const entry = Failed.find(({ Id }) => Id === String(index));
      if (entry === undefined) return [];
      const reason = `${entry.Code}: ${entry.Message ?? ''}`;
      return [{ message, reason, isFinal: entry.SenderFault === true, error: undefined }];
    });
  } catch (error) {
    return messages.map((message) => ({ message, reason: String(error), isFinal: true, error }));
  }
};

const toEntry = ({ body, delaySeconds, attributes }: QueueMessage, index: number) => ({
  Id: String(index),
  MessageBody: body,
  DelaySeconds: delaySeconds,
  MessageAttributes: attributes && Object.fromEntries(Object.entries(attributes).map(toAttribute)),
});

const toAttribute = ([name, value]: [string, string]) =>
  [name, { DataType: 'String', StringValue: value }] as const;
