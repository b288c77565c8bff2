import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Presets, SingleBar } from 'cli-progress';
import { type Command, readCommand, USAGE } from './backfill/command.ts';
import { fill } from './backfill/enqueue.ts';
import { estimate, type Plan, planOf } from './backfill/plan.ts';
import { findTarget, type Target } from './backfill/target.ts';
import { type FoundObject, walk, type Walk } from './backfill/list-objects.ts';
import { run, UsageError } from './shared/command-line.ts';

/** More than this is asked about first. */
const LARGE = { objects: 1_000, bytes: 1e9 };

/** Queues objects of the past, as work items, for the functions to forward. */
const main = async (): Promise<void> => {
  const command = readCommand();
  const target = await findTarget(command);
  const s3 = new S3Client({
    ...(target.region && { region: target.region }),
    forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined,
  });
  const within: Walk = { ...command, bucket: target.bucket, layout: target.layout };

  const plan = await planOf(walk(s3, within), target.isOurs);
  console.log(describe(plan, command, target));
  if (command.isDryRun || plan.objects === 0) return;
  console.log(
    'What was delivered before is sent again; log records keep their log.record.uid, data points their series and time.',
  );
  const isLarge = plan.objects > LARGE.objects || plan.bytes > LARGE.bytes;
  if (isLarge && !command.isAgreed && !(await agrees()))
    throw new UsageError('nothing was queued; --yes agrees beforehand');
  await queue(only(walk(s3, within), target.isOurs), plan, command, target);
};

const describe = ({ objects, bytes, skipped }: Plan, { prefix }: Command, target: Target): string => {
  const { minutes, dollars } = estimate({ objects, bytes, skipped }, target.concurrency);
  const others = skipped > 0 ? ` (and ${skipped} that are no such logs)` : '';
  return `${objects} objects, ${(bytes / 1e6).toFixed(1)} MB in s3://${target.bucket}/${prefix}${others}: about ${minutes} min and $${dollars.toFixed(2)}`;
};

/** Fills the queue, with a progress bar; whatever stops it, says how to go on. */
const queue = async (
  objects: AsyncIterable<FoundObject>,
  plan: Plan,
  command: Command,
  { queueUrl, bucket, concurrency, region }: Target,
): Promise<void> => {
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} objects, {eta_formatted} left' },
    Presets.shades_classic,
  );
  let queued = 0;
  let last = command.startAfter;
  const stop = (why: string): never => {
    bar.stop();
    const on = last === undefined ? '' : ` and --start-after ${quoted(last)}`;
    console.error(`${why} after ${queued} objects; go on with the same command${on}`);
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop('stopped'));
  bar.start(plan.objects, 0);
  try {
    await fill(objects, {
      sqs: new SQSClient({ ...(region && { region }) }),
      queueUrl,
      bucket,
      mostWaiting: command.mostWaiting ?? ROUNDS_WAITING * concurrency,
      sleep,
      onQueued: ({ key }) => {
        last = key;
        queued++;
        bar.increment();
      },
    });
  } catch (error) {
    stop(String(error));
  }
  bar.stop();
  console.log(`${queued} objects are queued.`);
};

/** What may wait for each function that runs at a time: enough that none is idle between two looks at the queue. */
const ROUNDS_WAITING = 5;

async function* only(
  found: AsyncIterable<FoundObject>,
  isOurs: (object: FoundObject) => boolean,
): AsyncGenerator<FoundObject> {
  for await (const object of found) if (isOurs(object)) yield object;
}

const agrees = async (): Promise<boolean> => {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Queue them? [y/N] ');
  terminal.close();
  return /^y(?:es)?$/i.test(answer.trim());
};

/** As a shell reads it. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

await run(USAGE, main);
