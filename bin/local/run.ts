import type { Pipeline } from '../../lambdas/function-settings.ts';
import { UsageError } from '../shared/command-line.ts';
import { type Account, enter, openAccount } from './account.ts';
import { type LocalLambda, type LogLine, startLambda } from './emulators/lambda.ts';
import { type MessageQueues, startMessageQueues } from './emulators/message-queues.ts';
import { type ObjectStore, startObjectStore } from './emulators/object-store.ts';
import { s3Notification, sqsEvent } from './emulators/s3-notification.ts';
import type { Input } from './inputs.ts';

/** What became of all inputs. */
export interface Run {
  /** One per input, in their order. */
  readonly accounts: readonly Account[];
  readonly rejected: readonly Rejected[];
}

/** A record that the functions rejected. */
export interface Rejected {
  readonly reason: string;
  /** Of its object. */
  readonly key: string;
  readonly lineNumber?: number;
  readonly line?: string;
}

export interface RunOptions {
  /** Variables of a pipeline's function, the connection included. */
  readonly env: (pipeline: Pipeline) => Readonly<Record<string, string>>;
  /** Path of a pipeline's function; by default its deployed bundle. */
  readonly code?: (pipeline: Pipeline) => string;
  readonly onLog?: (line: LogLine) => void;
  /** An object was dealt with. */
  readonly onObject?: () => void;
  /** Whether to begin no further object. */
  readonly isStopped?: () => boolean;
}

const BUCKET = 'local';
const REJECTED = 'rejected/';
const DEAD_LETTERS = 'dead-letters';

/** After this many failures in a row the rest is not tried. */
const FAILURES_IN_A_ROW = 3;

/** Lines that came back to the queue after a failure are tried this many times. */
const ATTEMPTS = 3;

/**
 * Puts the inputs into a bucket and lets the deployed bundles forward them, as SQS and Lambda would.
 * @throws UsageError if the functions refuse their settings
 */
export const forwardAll = async (inputs: readonly Input[], options: RunOptions): Promise<Run> => {
  const [store, queues] = await Promise.all([startObjectStore(), startMessageQueues()]);
  const accounts = new Map(inputs.map((input) => [input.key, openAccount(input)]));
  try {
    const pipelines = [...new Set(inputs.map(({ pipeline }) => pipeline))];
    await Promise.all(
      pipelines.map(async (pipeline) => forwardPipeline(pipeline, accounts, { store, queues, ...options })),
    );
    enterDeadLetters(accounts, queues);
    return { accounts: [...accounts.values()], rejected: rejectedIn(store) };
  } finally {
    await Promise.all([store.close(), queues.close()]);
  }
};

interface World extends RunOptions {
  readonly store: ObjectStore;
  readonly queues: MessageQueues;
}

/** Sends one event per object, and one for each work item that the function put on its queue. */
const forwardPipeline = async (
  pipeline: Pipeline,
  accounts: ReadonlyMap<string, Account>,
  { store, queues, env, code = bundleOf, onLog, onObject, isStopped }: World,
): Promise<void> => {
  let reason = 'the log does not say why';
  const lambda = await startLambda(
    code(pipeline),
    { ...env(pipeline), ...surroundings(pipeline, store, queues) },
    (line) => {
      onLog?.(line);
      enter(accounts, line);
      reason = reasonIn(line) ?? reason;
    },
  );
  let inARow = 0;
  try {
    for (const account of accounts.values()) {
      const { input } = account;
      if (input.pipeline !== pipeline) continue;
      if (isStopped?.()) account.failure = 'not tried: the run was stopped';
      else if (inARow === FAILURES_IN_A_ROW) account.failure = 'not tried after the failures before it';
      else {
        const { size, etag } = store.put(BUCKET, input.key, input.body);
        account.bytesIn = size;
        const event = JSON.stringify(s3Notification({ bucket: BUCKET, key: input.key, size, etag }));
        const failed = await forwardObject(event, lambda, () => nextItem(queues, pipeline));
        if (failed) account.failure = reason;
        inARow = failed ? inARow + 1 : 0;
        onObject?.();
      }
    }
  } finally {
    await lambda.close();
  }
};

const bundleOf = (pipeline: Pipeline): string => `dist/${pipeline}/index.mjs`;

/** The AWS that the function finds. */
const surroundings = (pipeline: Pipeline, store: ObjectStore, queues: MessageQueues) => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_S3: store.endpoint,
  AWS_ENDPOINT_URL_SQS: queues.endpoint,
  QUEUE_URL: queues.url(pipeline),
  DEAD_LETTER_QUEUE_URL: queues.url(DEAD_LETTERS),
  REJECTED_BUCKET: BUCKET,
  REJECTED_PREFIX: REJECTED,
});

/** Whether an object, or what the function queued of it, failed. */
const forwardObject = async (
  event: string,
  lambda: LocalLambda,
  next: () => string | undefined,
): Promise<boolean> => {
  for (let body: string | undefined = event; body !== undefined; body = next()) {
    const { attempt } = JSON.parse(body) as { readonly attempt?: number };
    if (attempt === ATTEMPTS || (await fails(lambda, body))) return true;
  }
  return false;
};

const fails = async (lambda: LocalLambda, body: string): Promise<boolean> => {
  const { result, error } = await lambda.invoke(sqsEvent(body));
  if (error?.startsWith(INVALID)) throw new UsageError(error.slice('Error: '.length));
  if (error !== undefined) throw new Error(`the function threw ${error}`);
  return ((result as { batchItemFailures?: readonly unknown[] }).batchItemFailures ?? []).length > 0;
};

const INVALID = 'Error: invalid settings';

/** Why lines were not delivered, if the log line says so. */
const reasonIn = ({ message }: LogLine): string | undefined => {
  const line = message as Readonly<Record<string, unknown>> | null;
  return line?.['message'] === 'not delivered' ? String(line['reason']) : undefined;
};

/** Takes the next work item from a pipeline's own queue. */
const nextItem = ({ messages }: MessageQueues, pipeline: Pipeline): string | undefined => {
  const index = messages.findIndex(({ queue }) => queue === pipeline);
  return index < 0 ? undefined : messages.splice(index, 1)[0]?.body;
};

const enterDeadLetters = (accounts: ReadonlyMap<string, Account>, { messages }: MessageQueues): void => {
  for (const { queue, body, attributes } of messages) {
    if (queue !== DEAD_LETTERS) continue;
    const { key = '' } = JSON.parse(body) as { readonly key?: string };
    accounts.get(key)?.deadLetters.push(`${attributes['error.type']}: ${attributes['error.message']}`);
  }
};

const rejectedIn = ({ objects }: ObjectStore): readonly Rejected[] =>
  [...objects].flatMap(([name, { body }]) =>
    name.startsWith(`${BUCKET}/${REJECTED}`) && Buffer.isBuffer(body)
      ? body.toString().trimEnd().split('\n').map(toRejected)
      : [],
  );

const toRejected = (line: string): Rejected => {
  const { object, ...record } = JSON.parse(line) as Omit<Rejected, 'key'> & { readonly object: string };
  return { key: object.replace(`s3://${BUCKET}/`, ''), ...record };
};
