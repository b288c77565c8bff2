import { type Objects, s3Objects } from '../lambdas/aws/objects.ts';
import { sqsQueue } from '../lambdas/aws/queue.ts';
import { REJECTED_PREFIX } from '../lambdas/key-prefixes.ts';
import { NoEntryError, pipelineOf } from './rejected/entries.ts';
import { readFile, type RejectedFile, retryFile } from './rejected/files.ts';
import { entryLines, newTally } from './rejected/report.ts';
import { awsClients, commandRegion } from './shared/aws-clients.ts';
import { type Command, readContext, run, type Values } from './shared/command-line.ts';
import { concurrently } from './shared/concurrently.ts';
import { requireStack, selectPipelines } from './shared/deployed-stack.ts';
import { HELD_DATA_OPTIONS } from './shared/held-data-options.ts';
import { onInterrupt } from './shared/interrupt.ts';
import { startProgress } from './shared/progress.ts';

/** Files in hand at a time. */
const CONCURRENCY = 8;

const COMMAND = {
  name: 'rejected',
  summary: `Rejected records: lines that the parser or Scout refused for good, kept under ${REJECTED_PREFIX} in the bucket.
A file is deleted only when all of its work items are queued.`,
  verbs: {
    list: 'counts them by reason',
    show: 'prints each of them',
    retry: "sends their lines to their pipeline's queue again",
    drop: 'deletes the files, with --yes; without, it prints what it would delete',
  },
  options: {
    prefix: {
      type: 'string',
      default: '',
      value: 'PREFIX',
      help: `only files below ${REJECTED_PREFIX}PREFIX, which is the key of their object`,
    },
    ...HELD_DATA_OPTIONS,
  },
  actions: [
    'cloudformation:DescribeStacks',
    's3:DeleteObject',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sqs:SendMessage',
  ],
  failure: 'if it stopped before its end, or left a file as it is that is not one of rejected records',
} as const satisfies Command;

const OUTCOMES: Readonly<Record<string, (isDone: boolean) => string>> = {
  retry: (isDone) => (isDone ? 'They are queued, and their files deleted.' : 'Nothing was sent: dry run.'),
  drop: (isDone) => (isDone ? 'Their files are deleted.' : 'Nothing was deleted: add --yes.'),
};

const main = async (options: Values<typeof COMMAND.options>): Promise<void> => {
  const { verb, json, yes, stack, 'dry-run': isDryRun } = options;
  const clients = awsClients(commandRegion(() => readContext(options.context, COMMAND.name)));
  const outputs = await requireStack(clients, stack);
  const { BucketName: bucket = '' } = outputs;
  const pipelines = selectPipelines(outputs, options);
  const objects = s3Objects(clients.s3);
  const queue = sqsQueue(clients.sqs);
  const steps: Readonly<Record<string, (file: RejectedFile, queueUrl: string) => unknown>> = {
    show: ({ entries }) => entries.forEach((entry) => console.log(entryLines(entry, json))),
    ...(!isDryRun && { retry: async (file, queueUrl) => retryFile(file, objects, queue, queueUrl) }),
    ...(yes && { drop: async (file) => objects.remove(file) }),
  };

  if (verb === 'retry') for (const { name, queueUrl } of pipelines) console.log(`${name}: to ${queueUrl}`);
  const keys = await keysBelow(objects, bucket, REJECTED_PREFIX + options.prefix);
  const interrupt = onInterrupt();
  const progress = startProgress(keys.length, `files of s3://${bucket}/${REJECTED_PREFIX}${options.prefix}`);
  const tally = newTally();
  const foreign: string[] = [];
  try {
    await concurrently(keys, CONCURRENCY, async (key) => {
      if (interrupt.isStopped()) return;
      const file = await readFile(objects, bucket, key).catch(noEntries);
      if (file instanceof NoEntryError) {
        foreign.push(file.message);
        return;
      }
      const pipeline = pipelines.find(({ name }) => name === pipelineOf(file, bucket));
      if (pipeline !== undefined) await steps[verb]?.(file, pipeline.queueUrl);
      tally.add(file, pipeline?.name);
      progress.show(tally.files());
    });
  } finally {
    progress.stop();
    interrupt.close();
    if (verb !== 'show') console.log([...tally.lines(), OUTCOMES[verb]?.(verb in steps)].join('\n').trim());
  }
  for (const message of foreign) console.error(message);
  if (foreign.length > 0) process.exitCode = 1;
  if (!interrupt.isStopped()) return;
  console.error('stopped: files that are not counted are as they were; repeat the command');
  process.exitCode = 1;
};

/** The error where the file is not ours; the others are still read. */
const noEntries = (error: unknown): NoEntryError => {
  if (error instanceof NoEntryError) return error;
  throw error;
};

const keysBelow = async (
  { list }: Pick<Objects, 'list'>,
  bucket: string,
  prefix: string,
): Promise<readonly string[]> => {
  const keys: string[] = [];
  // A file is emptied if all of its lines went back to the queue.
  for await (const { key, size } of list(bucket, prefix))
    if (key.endsWith('.ndjson') && size > 0) keys.push(key);
  return keys;
};

await run(COMMAND, main);
