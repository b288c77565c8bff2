import { S3Client } from '@aws-sdk/client-s3';
import type { SQSBatchResponse } from 'aws-lambda';
import { vi } from 'vitest';
import { albFormat } from '../factories/log-formats.ts';
import { s3Objects } from '../../../lambdas/aws/objects.ts';
import { type QueueMessage, UnsentMessages } from '../../../lambdas/aws/queue.ts';
import type { Dependencies } from '../../../lambdas/forwarding/dependencies.ts';
import type { FormatOf } from '../../../lambdas/format.ts';
import { createHandler } from '../../../lambdas/forwarding/handler.ts';
import type { ResourceTags } from '../../../lambdas/forwarding/resource-tags.ts';
import type { WorkItem } from '../../../lambdas/forwarding/event/work-item.ts';
import { createScout } from '../../../lambdas/scout/scout.ts';
import type { ClientCredentials } from '../../../lambdas/scout/token-endpoint.ts';
import { readFunctionSettings, type FunctionSettings } from '../../../lambdas/function-settings.ts';
import type { ObjectStore } from '../../../bin/local/emulators/object-store.ts';
import { s3Notification, sqsEvent } from '../../../bin/local/emulators/s3-notification.ts';

export const BUCKET = 'logs';
export const QUEUE = 'https://sqs.test/work';
export const DEAD_LETTERS = 'https://sqs.test/dead-letters';

export interface ForwarderOptions {
  readonly store: ObjectStore;
  /** Of a Scout: its `environment`. Other settings come last. Requests are in gzip by default, so that each is one. */
  readonly environment: Readonly<Record<string, string>>;
  /** ALB logs whatever the key, without it. */
  readonly formats?: (settings: FunctionSettings) => FormatOf;
  /** Read at each minting; those of the environment, without it. */
  readonly readCredentials?: () => Promise<ClientCredentials>;
  /** None are sent, without them. */
  readonly tags?: ResourceTags;
}

/** An item on a queue: what to do, when, and for a dead letter why. */
export interface Queued extends Partial<WorkItem> {
  readonly delaySeconds?: number | undefined;
  /** The body, where it is no JSON. */
  readonly text?: string;
  readonly error?: { readonly type: string | undefined; readonly message: string | undefined };
}

/**
 * A function with the real clients of S3 and Scout, in a time of its own in which waits take no time, and with a queue
 * that only remembers.
 */
export const createForwarder = ({ store, environment, formats, readCredentials, tags }: ForwarderOptions) => {
  const clock = { now: Date.parse('2026-01-01T00:10:00Z') };
  const queued: Queued[] = [];
  const deadLetters: Queued[] = [];
  const visibility: number[] = [];
  const printed: Record<string, number>[] = [];
  const faults = {
    send: (_queueUrl: string, _messages: readonly QueueMessage[]): Error | undefined => undefined,
  };
  const settings = readFunctionSettings({
    SCOUT_COMPRESSION: 'gzip',
    QUEUE_URL: QUEUE,
    DEAD_LETTER_QUEUE_URL: DEAD_LETTERS,
    REJECTED_BUCKET: BUCKET,
    OWN_METRICS: 'false',
    ...environment,
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new S3Client({
    endpoint: store.endpoint,
    region: 'us-east-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const time = {
    now: () => clock.now,
    monotonicNow: () => clock.now,
    random: () => 0.5,
    sleep: async (ms: number) => {
      clock.now += ms;
    },
  };
  const { clientId = '', clientSecret = '' } = settings.scout;
  const dependencies: Dependencies = {
    ...time,
    settings,
    objects: s3Objects(client),
    tags,
    queue: {
      send: async (queueUrl, messages) => {
        const fault = faults.send(queueUrl, messages);
        const unsent = fault instanceof UnsentMessages ? fault.unsent : fault && messages;
        const accepted = messages.filter((message) => !unsent?.includes(message));
        (queueUrl === QUEUE ? queued : deadLetters).push(...accepted.map(toQueued));
        if (fault !== undefined) throw fault;
      },
      changeVisibility: async (_queueUrl, _receiptHandle, seconds) => void visibility.push(seconds),
    },
    scout: createScout('logs', settings.scout, {
      ...time,
      readCredentials: readCredentials ?? (async () => ({ clientId, clientSecret })),
    }),
    print: (line) => void printed.push(JSON.parse(line) as Record<string, number>),
  };
  const handler = createHandler(
    'logs',
    () => dependencies,
    formats ?? ((settings) => () => albFormat(settings)),
  );
  const logged: Readonly<Record<string, unknown>>[] = [];
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: object) => void logged.push({ level, ...line }));

  /** Invokes the function; `limitMs`: how long it may run. */
  const invoke = async (event: unknown, limitMs = 300_000): Promise<unknown> => {
    const end = clock.now + limitMs;
    return handler(event, {
      getRemainingTimeInMillis: () => end - clock.now,
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:210987654321:function:forwarder',
    });
  };

  return {
    clock,
    settings,
    queued,
    deadLetters,
    /** Seconds that failed messages were made to wait. */
    visibility,
    /** Log lines, each one object, with their level. */
    logged,
    /** The line that was logged last of an object. */
    account: () =>
      logged.findLast((line) => 'read' in line && line['message'] !== 'ledger does not balance') ?? {},
    /** The metrics that the last invocation reported. */
    report: () => printed.at(-1) ?? {},
    /** Faults of the queues. */
    faults,
    invoke,
    /** Has an SQS message processed at the given receive count; returns whether it is done. */
    receive: async (body: unknown, { receives = 1, limitMs = 300_000 } = {}): Promise<boolean> => {
      const event = sqsEvent(typeof body === 'string' ? body : JSON.stringify(body));
      for (const { attributes } of event.Records) attributes.ApproximateReceiveCount = String(receives);
      const { batchItemFailures } = (await invoke(event, limitMs)) as SQSBatchResponse;
      return batchItemFailures.length === 0;
    },
    /** Stores an object; returns S3's notification of it. */
    put: (key: string, body: string | Buffer) => {
      const { size, etag } = store.put(BUCKET, key, body);
      return s3Notification({ bucket: BUCKET, key, size, etag });
    },
    /** The entries of all kept files, by key. */
    kept: (): Record<string, readonly Readonly<Record<string, unknown>>[]> =>
      Object.fromEntries(
        [...store.objects]
          .filter(([name]) => name.startsWith(`${BUCKET}/rejected/`))
          .map(([name, { body }]) => [name.slice(BUCKET.length + 1), ndjson(body as Buffer)]),
      ),
    close: () => client.destroy(),
  };
};

const toQueued = ({ body, delaySeconds, attributes }: QueueMessage): Queued => ({
  ...parsed(body),
  ...(delaySeconds !== undefined && { delaySeconds }),
  ...(attributes && { error: { type: attributes['error.type'], message: attributes['error.message'] } }),
});

const parsed = (body: string): Queued => {
  try {
    return JSON.parse(body) as Partial<WorkItem>;
  } catch {
    return { text: body };
  }
};

const ndjson = (body: Buffer): Record<string, unknown>[] =>
  body
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
