import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ListedObject, s3Objects } from '../lambdas/aws/objects.ts';
import { sqsQueue } from '../lambdas/aws/queue.ts';
import { BACKFILL, type BackfillRequest, readRequest } from './backfill/command.ts';
import { fill } from './backfill/enqueue.ts';
import { estimate, type Plan, planOf } from './backfill/plan.ts';
import { selectObjects } from './backfill/select-objects.ts';
import { findTarget, type Target } from './backfill/target.ts';
import { type AwsClients, awsClients, commandRegion } from './shared/aws-clients.ts';
import { awsFault } from './shared/aws-fault.ts';
import { readContext, run, UsageError, type Values } from './shared/command-line.ts';
import { counted } from './shared/counted.ts';
import { onInterrupt } from './shared/interrupt.ts';
import { startProgress } from './shared/progress.ts';
import { queueDepth } from './shared/queue-depth.ts';
import { shellWord } from './shared/shell-word.ts';

/** Larger ones need an agreement. */
const LARGE = { objects: 1_000, bytes: 1e9 };

/** Messages per function that may run at a time: enough that none is idle until the queue's depth is read again. */
const WAITING_PER_FUNCTION = 5;

const main = async (options: Values<typeof BACKFILL.options>): Promise<void> => {
  const request = readRequest(options);
  const clients = awsClients(commandRegion(() => readContext(request.context, BACKFILL.name)));
  const target = await findTarget(request, clients);
  const objects = s3Objects(clients.s3);
  const selected = () => selectObjects(objects, { ...request, ...target });

  const plan = await planOf(selected(), target.isForwarded);
  console.log(describe(plan, request, target));
  if (request.isDryRun || plan.objects === 0) return;
  console.log(
    'Objects that were delivered before are sent again: log records keep their log.record.uid, data points their series and time.',
  );
  const isLarge = plan.objects > LARGE.objects || plan.bytes > LARGE.bytes;
  if (isLarge && !request.isConfirmed && !(await isAgreed()))
    throw new UsageError('nothing was queued: a backfill of this size needs --yes');
  await queueAll(forwarded(selected(), target), plan, request, target, clients);
};

const describe = (plan: Plan, { from, to }: BackfillRequest, target: Target): string => {
  const { objects, bytes, skipped } = plan;
  const place = `s3://${target.bucket}/${target.prefix}`;
  const others = skipped > 0 ? ` (and ${skipped} that the function skips)` : '';
  if (objects === 0) {
    const dates = (from ?? to) ? ', the dates and the region' : ' and the region';
    return `0 objects in ${place}${others}: check the prefix${dates}. This lists it: aws s3 ls ${shellWord(place)}`;
  }
  const { minutes, aws, scout } = estimate(plan, target);
  return `${counted(objects, 'object')}, ${(bytes / 1e6).toFixed(1)} MB in ${place}${others}: about ${minutes} min, $${aws.toFixed(2)} to AWS and $${scout.toFixed(2)} to Scout at list prices`;
};

async function* forwarded(
  objects: AsyncIterable<ListedObject>,
  { isForwarded }: Target,
): AsyncGenerator<ListedObject> {
  for await (const object of objects) if (isForwarded(object)) yield object;
}

const isAgreed = async (): Promise<boolean> => {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const text = await terminal.question('Queue them? [y/N] ');
  terminal.close();
  return /^y(?:es)?$/i.test(text.trim());
};

/** Fills the queue. If that is stopped or fails, it prints how to continue. */
const queueAll = async (
  objects: AsyncIterable<ListedObject>,
  plan: Plan,
  request: BackfillRequest,
  { queueUrl, bucket, concurrency }: Target,
  clients: AwsClients,
): Promise<void> => {
  const mostWaiting = request.mostWaiting ?? WAITING_PER_FUNCTION * concurrency;
  const interrupt = onInterrupt();
  const progress = startProgress(plan.objects, 'objects queued');
  console.log(`Queueing to ${queueUrl}, which may hold ${mostWaiting} messages.`);
  let queued = 0;
  let last = request.startAfter;
  let error: unknown;
  try {
    await fill(objects, {
      queue: sqsQueue(clients.sqs),
      queueUrl,
      bucket,
      depth: async () => (await queueDepth(clients.sqs, queueUrl)).total,
      mostWaiting,
      sleep: (ms) => sleep(ms, undefined, { signal: interrupt.signal }).catch(() => undefined),
      isStopped: interrupt.isStopped,
      onQueued: (some) => {
        queued += some.length;
        last = some.at(-1)?.key;
        progress.show(queued);
      },
      onWait: (messages) =>
        progress.show(
          queued,
          `waiting: the queue has ${messages} messages, at most ${mostWaiting}. If that stays so, npm run doctor shows whether the function polls it`,
        ),
    });
  } catch (thrown) {
    error = thrown;
  }
  progress.stop();
  interrupt.close();
  if (error === undefined && !interrupt.isStopped()) {
    console.log(`${counted(queued, 'object')} queued.`);
    return;
  }
  const fault = error === undefined ? undefined : awsFault(error, BACKFILL.actions);
  const why =
    error === undefined
      ? 'stopped'
      : (fault?.found ?? (error instanceof Error ? error.message : 'unknown error'));
  const rest = last === undefined ? '' : ` with --start-after ${shellWord(last)}`;
  console.error(`${why} after ${counted(queued, 'object')}; to continue, repeat the command${rest}`);
  if (fault !== undefined) console.error(`→ ${fault.remedy}`);
  process.exitCode = 1;
};

await run(BACKFILL, main);
