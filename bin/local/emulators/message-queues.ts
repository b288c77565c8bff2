import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listenOnLoopback } from '../loopback.ts';

/** A message that was sent to a queue. */
export interface SentMessage {
  readonly queue: string;
  readonly body: string;
  readonly delaySeconds: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface MessageQueues {
  /** For `AWS_ENDPOINT_URL_SQS`. */
  readonly endpoint: string;
  /** The URL of a queue; any name will do. */
  readonly url: (queue: string) => string;
  /** Messages sent and not yet received, of all queues, in order. */
  readonly messages: SentMessage[];
  readonly close: () => Promise<void>;
}

/**
 * Starts queues on loopback that take messages by SQS's JSON protocol and keep them
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html).
 * They are read from `messages`; changes of visibility are accepted and have no effect.
 */
export const startMessageQueues = async (): Promise<MessageQueues> => {
  const messages: SentMessage[] = [];
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    void json(request).then((input) => {
      const result = ACTIONS[action]?.(input as Input, messages);
      response.writeHead(result === undefined ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify(result ?? { __type: 'InvalidAction', message: `unknown action ${action}` }),
      );
    });
  });
  const { host, close } = await listenOnLoopback(server);
  const endpoint = `http://${host}`;
  return { endpoint, url: (queue) => `${endpoint}/123456789012/${queue}`, messages, close };
};

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string }>>;
}

interface Input {
  readonly QueueUrl: string;
  readonly Entries?: readonly Entry[];
}

const ACTIONS: Readonly<Record<string, (input: Input, messages: SentMessage[]) => unknown>> = {
  SendMessageBatch: ({ QueueUrl, Entries = [] }, messages) => ({
    Successful: Entries.map((entry) => ({ Id: entry.Id, ...take(QueueUrl, entry, messages) })),
    Failed: [],
  }),
  ChangeMessageVisibility: () => ({}),
};

const take = (queueUrl: string, entry: Entry, messages: SentMessage[]) => {
  messages.push({
    queue: queueUrl.slice(queueUrl.lastIndexOf('/') + 1),
    body: entry.MessageBody,
    delaySeconds: entry.DelaySeconds ?? 0,
    attributes: Object.fromEntries(
      Object.entries(entry.MessageAttributes ?? {}).map(([name, { StringValue = '' }]) => [
        name,
        StringValue,
      ]),
    ),
  });
  return {
    MessageId: randomUUID(),
    MD5OfMessageBody: createHash('md5').update(entry.MessageBody).digest('hex'),
  };
};
