import type { Pipeline } from '../../../lambdas/function-settings.ts';
import { startLambda } from '../../../bin/local/emulators/lambda.ts';
import { startMessageQueues } from '../../../bin/local/emulators/message-queues.ts';
import { startObjectStore } from '../../../bin/local/emulators/object-store.ts';
import { s3Notification, sqsEvent } from '../../../bin/local/emulators/s3-notification.ts';
import { startScout } from '../../../bin/local/emulators/scout.ts';

/** Result of an object. */
export interface Forwarded {
  /** The lines that the function logged, one per invocation. */
  readonly accounts: readonly Account[];
  /** The files that it kept under the rejected prefix, by key. */
  readonly rejected: Readonly<Record<string, string>>;
}

export interface Account {
  readonly read: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly continued: number;
  readonly requests: number;
  /** Compressed. */
  readonly bytes: number;
}

const MOST_INVOCATIONS = 50;

/**
 * Lets a deployed bundle forward an object to an OTLP endpoint, with a token from a real token endpoint, and then what
 * it puts on its own queue, without any wait, until nothing is left.
 * @throws Error if an invocation fails or there is no end of it
 */
export const forward = async (
  pipeline: Pipeline,
  endpoint: string,
  key: string,
  body: Buffer,
  settings: Readonly<Record<string, string>> = {},
): Promise<Forwarded> => {
  const tokens = await startScout();
  const store = await startObjectStore();
  const queues = await startMessageQueues();
  const accounts: Account[] = [];
  let logged: unknown;
  const lambda = await startLambda(
    `dist/${pipeline}/index.mjs`,
    {
      ...tokens.environment,
      SCOUT_ENDPOINT: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_S3: store.endpoint,
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      QUEUE_URL: queues.url('work'),
      DEAD_LETTER_QUEUE_URL: queues.url('dead-letters'),
      REJECTED_BUCKET: BUCKET,
      OWN_METRICS: 'false',
      ...settings,
    },
    ({ message }) => {
      logged = message;
      if (typeof message === 'object' && message !== null && 'read' in message)
        accounts.push(message as Account);
    },
  );
  try {
    const { size, etag } = store.put(BUCKET, key, body);
    const first = JSON.stringify(s3Notification({ bucket: BUCKET, key, size, etag }));
    for (let next: string | undefined = first, left = MOST_INVOCATIONS; next !== undefined; left--) {
      const { result, error } = await lambda.invoke(sqsEvent(next));
      const { batchItemFailures = [] } = (result ?? {}) as { batchItemFailures?: readonly unknown[] };
      if (error !== undefined || batchItemFailures.length > 0)
        throw new Error(`it failed: ${error ?? JSON.stringify(logged)}`);
      if (left === 0) throw new Error(`it was not done after ${MOST_INVOCATIONS} invocations`);
      next = queues.messages.shift()?.body;
    }
    const rejected = [...store.objects].flatMap(([name, { body }]) =>
      name.startsWith(`${BUCKET}/rejected/`) && Buffer.isBuffer(body)
        ? [[name.slice(BUCKET.length + 1), body.toString()]]
        : [],
    );
    return { accounts, rejected: Object.fromEntries(rejected) };
  } finally {
    for (const { close } of [lambda, queues, store, tokens]) await close();
  }
};

export const BUCKET = 'example-logs';
