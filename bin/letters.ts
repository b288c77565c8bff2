import { sqsQueue } from '../lambdas/aws/queue.ts';
import { type DeadLetter, drop, receiveAll, release, retry } from './letters/dead-letters.ts';
import { letterLines, summary } from './letters/report.ts';
import { type AwsClients, awsClients, commandRegion } from './shared/aws-clients.ts';
import { type Command, readContext, run, type Values } from './shared/command-line.ts';
import { type DeployedPipeline, requireStack, selectPipelines } from './shared/deployed-stack.ts';
import { counted } from './shared/counted.ts';
import { HELD_DATA_OPTIONS } from './shared/held-data-options.ts';
import { type Interrupt, onInterrupt } from './shared/interrupt.ts';
import { startProgress } from './shared/progress.ts';
import { queueDepth } from './shared/queue-depth.ts';

const COMMAND = {
  name: 'letters',
  summary: `Dead letters: work that the functions gave up, with the reason.
A letter is first sent to its destination queue, and then deleted. While the command runs, no other consumer receives the
letters; if it is killed, for 15 minutes.`,
  verbs: {
    list: 'counts them by type, with the remedy of each type',
    show: 'prints each of them',
    retry: "sends them to their pipeline's queue again",
    drop: 'deletes them, with --yes; without, it prints what it would delete',
  },
  options: {
    type: {
      type: 'string',
      multiple: true,
      default: [] as string[],
      value: 'TYPE',
      help: 'only those with this error.type; none for those without. May be repeated',
    },
    ...HELD_DATA_OPTIONS,
  },
  actions: [
    'cloudformation:DescribeStacks',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ],
  failure: 'if it stopped before its end',
} as const satisfies Command;

type Request = Values<typeof COMMAND.options>;

const main = async (options: Request): Promise<void> => {
  const clients = awsClients(commandRegion(() => readContext(options.context, COMMAND.name)));
  const interrupt = onInterrupt();
  try {
    const outputs = await requireStack(clients, options.stack);
    for (const pipeline of selectPipelines(outputs, options))
      if (!interrupt.isStopped()) await handle(pipeline, options, clients, interrupt);
  } finally {
    interrupt.close();
  }
  if (!interrupt.isStopped()) return;
  console.error('stopped: all that was not sent or deleted is still in the dead-letter queue');
  process.exitCode = 1;
};

/** Receives all letters of a pipeline, does what is asked with those of the types, and releases the others. */
const handle = async (
  pipeline: DeployedPipeline,
  request: Request,
  { sqs }: AwsClients,
  { isStopped }: Interrupt,
): Promise<void> => {
  const { deadLetterQueueUrl } = pipeline;
  const { total } = await queueDepth(sqs, deadLetterQueueUrl);
  const progress = startProgress(total, `dead letters of ${pipeline.name} received`);
  const all = await receiveAll(sqs, deadLetterQueueUrl, isStopped, progress.show).finally(progress.stop);
  const { type: types } = request;
  const selected = all.filter(({ type }) => types.length === 0 || types.includes(type));
  const done = new Set<DeadLetter>();
  try {
    if (!isStopped()) await act(pipeline, selected, request, { sqs, isStopped, done });
  } finally {
    await release(
      sqs,
      deadLetterQueueUrl,
      all.filter((letter) => !done.has(letter)),
    );
  }
};

interface Means {
  readonly sqs: AwsClients['sqs'];
  readonly isStopped: () => boolean;
  readonly done: Set<DeadLetter>;
}

const act = async (
  { name, queueUrl, deadLetterQueueUrl }: DeployedPipeline,
  letters: readonly DeadLetter[],
  { verb, json, yes, 'dry-run': isDryRun }: Request,
  { sqs, isStopped, done }: Means,
): Promise<void> => {
  if (verb === 'list') return console.log(summary(name, letters, Date.now()));
  if (verb === 'show') return letters.forEach((letter) => console.log(letterLines(name, letter, json)));

  const isRetry = verb === 'retry';
  const what = isRetry
    ? `${name}: ${counted(letters.length, 'dead letter')} to ${queueUrl}`
    : `${name}: ${counted(letters.length, 'dead letter')} to delete from ${deadLetterQueueUrl}`;
  console.log(what);
  if (letters.length === 0) return;
  if (isRetry ? isDryRun : !yes) {
    for (const letter of letters) console.log(letterLines(name, letter, false));
    return console.log(isRetry ? 'Nothing was sent: dry run.' : 'Nothing was deleted: add --yes.');
  }
  const progress = startProgress(letters.length, isRetry ? 'dead letters sent' : 'dead letters deleted');
  const removal = {
    sqs,
    deadLetterQueueUrl,
    isStopped,
    onDone: (some: readonly DeadLetter[]): void => {
      for (const letter of some) {
        done.add(letter);
        // So that a letter that was deleted by mistake can be sent again.
        if (!isRetry) console.log(`deleted ${letter.body}`);
      }
      progress.show(done.size);
    },
  };
  try {
    await (isRetry ? retry(letters, sqsQueue(sqs), queueUrl, removal) : drop(letters, removal));
  } finally {
    progress.stop();
    const left = letters.length - done.size;
    console.log(
      `${name}: ${done.size} ${isRetry ? `sent to ${queueUrl} and removed from the dead-letter queue` : 'deleted'}${left > 0 ? `, ${left} left` : ''}.`,
    );
  }
};

await run(COMMAND, main);
