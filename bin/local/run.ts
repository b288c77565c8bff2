import type { Pipeline } from '../../lambdas/function-settings.ts';
import type { LocalLambda, LogLine } from './emulators/lambda.ts';
import { startLambda } from './emulators/lambda.ts';
import type { MessageQueues } from './emulators/message-queues.ts';
import { startMessageQueues } from './emulators/message-queues.ts';
import type { ObjectStore } from './emulators/object-store.ts';
import { startObjectStore } from './emulators/object-store.ts';
import { s3Notification, sqsEvent } from './emulators/s3-notification.ts';
import type { Account } from './totals.ts';
import { enter, openAccount } from './totals.ts';
import type { Input } from './inputs.ts';

/** What became of all inputs. */
export interface Run {
  readonly accounts: Readonly<Record<Pipeline, Account>>;
  /** Objects that the functions gave to the dead-letter queue, with the reason they gave. */
  readonly deadLetters: readonly Fault[];
  /** Objects, or parts of them, that were not delivered. */
  readonly failures: readonly Fault[];
  /** What was kept under the rejected prefix. */
  readonly rejected: readonly Rejected[];
}

export interface Fault {
  readonly key: string;
  readonly reason: string;
}

export interface Rejected {
  readonly reason: string;
  readonly object: string;
  readonly lineNumber?: number;
  readonly line?: string;
}

export interface Watch {
  readonly onLog: (line: LogLine) => void;
  /** An object was dealt with. */
  readonly onObject: () => void;
}

const BUCKET = 'local';
const REJECTED = 'rejected/';
const WORK = 'work';
const DEAD_LETTERS = 'dead-letters';

/** With so many failures one after another the rest is not tried. */
const FAILURES_IN_A_ROW = 3;

/** Lines that came back to the queue after a failure are tried so often. */
const ATTEMPTS = 3;

/** Puts the inputs into a bucket and lets the deployed bundles forward them, as SQS and Lambda would. */
export const forwardAll = async (
  inputs: readonly Input[],
  scout: Readonly<Record<string, string>>,
  watch: Watch,
): Promise<Run> => {
  const [store, queues] = await Promise.all([startObjectStore(), startMessageQueues()]);
  const env = {
    ...userSettings(),
    ...scout,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_S3: store.endpoint,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    QUEUE_URL: queues.url(WORK),
    DEAD_LETTER_QUEUE_URL: queues.url(DEAD_LETTERS),
    REJECTED_BUCKET: BUCKET,
    REJECTED_PREFIX: REJECTED,
  };
  const accounts = { metrics: openAccount(), logs: openAccount() };
  const failures: Fault[] = [];
  for (const [pipeline, account] of Object.entries(accounts)) {
    const own = inputs.filter((input) => input.pipeline === pipeline);
    if (own.length === 0) continue;
    const world = { store, queues, env, account, watch };
    failures.push(...(await forwardPipeline(`dist/${pipeline}/index.mjs`, own, world)));
  }
  const run = { accounts, failures, deadLetters: deadLettersIn(queues), rejected: rejectedIn(store) };
  await Promise.all([store.close(), queues.close()]);
  return run;
};

interface World {
  readonly store: ObjectStore;
  readonly queues: MessageQueues;
  readonly env: Readonly<Record<string, string>>;
  readonly account: Account;
  readonly watch: Watch;
}

/** Sends one event an object, and one for each piece of work that the function put on its queue; answers what failed. */
const forwardPipeline = async (
  bundle: string,
  inputs: readonly Input[],
  { store, queues, env, account, watch }: World,
): Promise<readonly Fault[]> => {
  const failures: Fault[] = [];
  let reason = 'the log does not say why';
  const lambda = await startLambda(bundle, env, (line) => {
    watch.onLog(line);
    enter(account, line);
    reason = reasonIn(line) ?? reason;
  });
  let inARow = 0;
  for (const { key, body } of inputs) {
    if (inARow === FAILURES_IN_A_ROW) {
      failures.push({ key, reason: 'not tried after the failures before' });
      continue;
    }
    const { size, etag } = store.put(BUCKET, key, body);
    account.objects++;
    account.bytesIn += size;
    let failed = await fails(lambda, JSON.stringify(s3Notification({ bucket: BUCKET, key, size, etag })));
    for (let item = nextItem(queues); item !== undefined && !failed; item = nextItem(queues)) {
      const { attempt } = JSON.parse(item) as { readonly attempt?: number };
      failed = attempt === ATTEMPTS || (await fails(lambda, item));
    }
    if (failed) failures.push({ key, reason });
    inARow = failed ? inARow + 1 : 0;
    watch.onObject();
  }
  await lambda.close();
  return failures;
};

/** The settings that the user has put in the environment, but for those that would reach for an AWS account. */
const userSettings = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      /^AWS_|^SCOUT_SECRET_NAME$/.test(name) || value === undefined ? [] : [[name, value]],
    ),
  );

const fails = async (lambda: LocalLambda, body: string): Promise<boolean> => {
  const { result, error } = await lambda.invoke(sqsEvent(body));
  if (error !== undefined) throw new Error(`the handler threw ${error}`);
  return ((result as { batchItemFailures?: readonly unknown[] }).batchItemFailures ?? []).length > 0;
};

/** Why lines are missing, if the log line says so. */
const reasonIn = ({ message }: LogLine): string | undefined =>
  (message as { missing?: readonly { reason: string }[] } | null)?.missing?.[0]?.reason;

/** Takes the next piece of work that the function put on its own queue. */
const nextItem = ({ messages }: MessageQueues): string | undefined => {
  const index = messages.findIndex(({ queue }) => queue === WORK);
  return index < 0 ? undefined : messages.splice(index, 1)[0]?.body;
};

const deadLettersIn = ({ messages }: MessageQueues): readonly Fault[] =>
  messages
    .filter(({ queue }) => queue === DEAD_LETTERS)
    .map(({ body, attributes }) => ({
      key: (JSON.parse(body) as { readonly key?: string }).key ?? body,
      reason: `${attributes['error.type']}: ${attributes['error.message']}`,
    }));

const rejectedIn = ({ objects }: ObjectStore): readonly Rejected[] =>
  [...objects].flatMap(([name, { body }]) =>
    name.startsWith(`${BUCKET}/${REJECTED}`) && Buffer.isBuffer(body) ? parseNdjson(body.toString()) : [],
  );

const parseNdjson = (text: string): readonly Rejected[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Rejected);
