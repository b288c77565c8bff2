import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Presets, SingleBar } from 'cli-progress';
import { skipReason } from '../lambdas/alb/object-key.ts';
import { estimate, planOf } from './backfill/plan.ts';
import { fill } from './backfill/fill.ts';
import { type FoundObject, walk, type Walk } from './backfill/walk.ts';
import { readContext, readOptions, run, UsageError } from './command-line.ts';
import { stackOutputs } from './stack-outputs.ts';

const USAGE = `usage: npm run backfill -- --prefix PREFIX [--from yyyy-mm-dd] [--to yyyy-mm-dd] [--dry-run] [--yes]
         [--most-waiting N] [--start-after KEY] [--bucket NAME] [--queue-url URL] [--stack NAME] [-c key=value …]`;

const OPTIONS = {
  prefix: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  'most-waiting': { type: 'string', default: '50' },
  'start-after': { type: 'string' },
  bucket: { type: 'string' },
  'queue-url': { type: 'string' },
  stack: { type: 'string', default: 'ScoutForwarder' },
} as const;

/** More than this is asked about first. */
const LARGE = { objects: 1_000, bytes: 1e9 };

/** Queues objects of the past, as work items, for the functions to forward. */
const main = async (): Promise<void> => {
  const options = readOptions(OPTIONS);
  const { prefix } = options;
  if (prefix === undefined)
    throw new UsageError('--prefix is missing; it must be where the objects are, such as alb/ or metrics/');
  const mostWaiting = Number(options['most-waiting']);
  if (!(Number.isInteger(mostWaiting) && mostWaiting >= 10)) {
    throw new UsageError(`--most-waiting is ${options['most-waiting']}; it must be a whole number from 10`);
  }
  const isMetrics = prefix.startsWith('metrics/');
  const isOurs = ({ key, size }: FoundObject): boolean =>
    isMetrics ? size > 0 : skipReason(key, size) === undefined;
  const { bucket, queueUrl, concurrency } = await target(options, isMetrics);
  const within: Walk = {
    bucket,
    prefix,
    from: dateOf('--from', options.from),
    to: dateOf('--to', options.to),
    startAfter: options['start-after'],
  };
  const s3 = new S3Client({ forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined });

  const plan = await planOf(walk(s3, within), isOurs);
  const { minutes, dollars } = estimate(plan, concurrency);
  console.log(
    `${plan.objects} objects, ${megabytes(plan.bytes)} in s3://${bucket}/${prefix}` +
      `${plan.skipped > 0 ? ` (and ${plan.skipped} that are no such logs)` : ''}: about ${minutes} min and $${dollars.toFixed(2)}`,
  );
  if (options['dry-run'] || plan.objects === 0) return;
  console.log(
    'What was delivered before is sent again; log records keep their log.record.uid, data points their series and time.',
  );
  const isLarge = plan.objects > LARGE.objects || plan.bytes > LARGE.bytes;
  if (isLarge && !options.yes && !(await agrees()))
    throw new UsageError('nothing was queued; --yes agrees beforehand');

  const sqs = new SQSClient({});
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} objects, {eta_formatted} left' },
    Presets.shades_classic,
  );
  let last: string | undefined;
  const stop = (why: string): never => {
    bar.stop();
    console.error(
      `\n${why}; go on with the same command and --start-after '${last ?? options['start-after'] ?? ''}'`,
    );
    process.exit(1);
  };
  process.once('SIGINT', () => stop('stopped'));
  bar.start(plan.objects, 0);
  try {
    await fill(only(walk(s3, within), isOurs), {
      sqs,
      queueUrl,
      bucket,
      mostWaiting,
      sleep,
      onQueued: ({ key }) => {
        last = key;
        bar.increment();
      },
    });
  } catch (error) {
    stop(String(error));
  }
  bar.stop();
  console.log(`${plan.objects} objects are queued.`);
};

/** Where the objects are and which queue they go to: as told, else as the deployed stack says. */
const target = async (
  options: {
    readonly bucket?: string | undefined;
    readonly 'queue-url'?: string | undefined;
    readonly stack: string;
    readonly context: string[];
  },
  isMetrics: boolean,
): Promise<{ bucket: string; queueUrl: string; concurrency: number }> => {
  if (options.bucket !== undefined && options['queue-url'] !== undefined) {
    return { bucket: options.bucket, queueUrl: options['queue-url'], concurrency: 10 };
  }
  const settings = readContext(options.context);
  const outputs = await stackOutputs(new CloudFormationClient({}), options.stack);
  if (outputs === undefined)
    throw new UsageError(
      `there is no stack ${options.stack}; name it with --stack, or give --bucket and --queue-url`,
    );
  const bucket =
    options.bucket ?? (isMetrics ? undefined : settings.albLogBucketName) ?? outputs['BucketName'];
  const queueUrl = options['queue-url'] ?? outputs[isMetrics ? 'MetricsQueueUrl' : 'AlbLogsQueueUrl'];
  if (bucket === undefined || queueUrl === undefined) {
    throw new UsageError(`stack ${options.stack} has no ${isMetrics ? 'metrics' : 'ALB log'} pipeline`);
  }
  return { bucket, queueUrl, concurrency: isMetrics ? settings.metricConcurrency : settings.albConcurrency };
};

/** A date as keys spell it. */
const dateOf = (option: string, value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d)?$/.test(value)) {
    throw new UsageError(
      `${option} is ${value}; it must be a day, 2026-01-31, or an hour, 2026-01-31T23 (UTC)`,
    );
  }
  return value.replaceAll(/[-T]/g, '/');
};

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

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

await run(USAGE, main);
