import { type QueueMessage, UnsentMessages } from '../../aws/queue.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Message } from '../event/messages.ts';
import { type WorkItem, serializeWorkItem } from '../event/work-item.ts';
import type { ObjectResult } from '../forward-object.ts';
import { MAX_QUEUE_DELAY, MAX_RECEIVE_COUNT, SINGLE_BATCH_RECEIVE } from '../limits.ts';
import { type Cause, NOT_BEGUN, type Verdict } from '../verdict.ts';
import { backoffSeconds } from './backoff.ts';

/** Result of settling a message. */
export interface Settled {
  /** False: it stays on its queue, to be received again. */
  readonly done: boolean;
  /** Objects that went to the dead-letter queue. */
  readonly deadLettered: number;
}

/** Work that is still to be done, and why if something failed. A message that cannot be read is kept as its text. */
interface Item {
  readonly work: WorkItem | string;
  readonly cause: Cause | undefined;
  /** Its object's line says that it is a dead letter. */
  readonly isLogged?: boolean;
}

const NOT_QUEUED: Cause = { type: 'not_queued', reason: 'the queue did not accept the lines that go back' };

/** From the third receive on, objects that arrived in one message become items of their own. */
export const mustSplit = ({ receives, objects }: Message): boolean =>
  receives >= SINGLE_BATCH_RECEIVE && objects.length > 1;

/**
 * Moves lines that were not delivered: dead lines and unreadable records to the dead-letter queue; the others to the
 * function's queue as items, if anything of the message is done; else the message itself waits.
 * @throws Error where there is neither queue nor message to hold what was not delivered
 */
export const settle = async (
  message: Message,
  results: readonly ObjectResult[],
  dependencies: Dependencies,
): Promise<Settled> => {
  const { sqs, receives } = message;
  const { queueUrl, deadLetterQueueUrl } = dependencies.settings;
  let deadLettered = 0;
  const deadLetter = async (items: readonly Item[]): Promise<readonly Item[]> => {
    const unsent = await send(dependencies, deadLetterQueueUrl, items, toDeadLetter);
    const sent = items.filter((item) => !unsent.includes(item));
    for (const item of sent) if (!item.isLogged) logDeadLetter(item, sqs?.id);
    deadLettered += sent.length;
    return unsent;
  };
  const requeue = async (items: readonly Item[]): Promise<readonly Item[]> => {
    const unsent = await send(dependencies, queueUrl, items, toContinuation(dependencies));
    // Were the message received again, it would repeat the items that the queue did accept.
    return unsent.length === items.length
      ? unsent
      : deadLetter(unsent.map((item) => ({ ...item, cause: NOT_QUEUED })));
  };

  const unreadable = message.unreadable.map(({ body, reason }): Item => {
    return { work: body, cause: { type: 'unreadable_message', reason } };
  });
  const dead = [...results.flatMap((result) => itemsOf(result, 'dead')), ...unreadable];
  const later = results.flatMap((result) => itemsOf(result, 'later'));
  const isProgress = results.some(({ verdicts }) => verdicts.some(isDone));
  const mayQueue = isProgress || dead.length > 0 || mustSplit(message) || sqs === undefined;
  let open = mayQueue ? await requeue(later) : later;
  // Dead letters come last: a message that is received again would repeat them.
  if (open.length === 0 || sqs === undefined) {
    const unburied = await deadLetter(dead);
    const isPart = isProgress || later.length > 0 || deadLettered > 0 || sqs === undefined;
    open = [...open, ...(isPart ? await requeue(unburied) : unburied)];
  } else {
    open = [...open, ...dead];
  }
  if (sqs !== undefined && receives >= MAX_RECEIVE_COUNT) open = await deadLetter(open);
  if (open.length === 0) return { done: true, deadLettered };
  if (sqs === undefined) throw new Error(`not delivered: ${open.map(describe).join('; ')}`);
  // What was not begun is received again at once, but not if that repeats what was accepted.
  const causes = open.flatMap(({ cause }) => cause ?? (mayQueue ? NOT_QUEUED : []));
  await postpone(sqs.receiptHandle, receives, causes, dependencies);
  return { done: false, deadLettered };
};

const isDone = ({ fate }: Verdict): boolean => fate !== 'later' && fate !== 'dead';

/** The lines with this fate, neighbours as one item, so that the items are few. */
const itemsOf = ({ work, verdicts }: ObjectResult, fate: 'later' | 'dead'): readonly Item[] => {
  const items: { readonly work: WorkItem; readonly cause: Cause | undefined }[] = [];
  for (const verdict of verdicts) {
    if (verdict.fate !== fate) continue;
    const { fromLine, toLine, cause } = verdict;
    const last = items.at(-1);
    if (last?.work.toLine !== undefined && last.work.toLine + 1 === fromLine)
      items[items.length - 1] = { work: { ...last.work, toLine }, cause: longerWait(last.cause, cause) };
    else items.push({ work: { ...work, fromLine, toLine }, cause });
  }
  return items.map((item) => ({ ...item, isLogged: fate === 'dead' }));
};

/** Sends the items; returns those that the queue did not accept: all where there is no queue. Never throws. */
const send = async (
  { queue }: Dependencies,
  queueUrl: string | undefined,
  items: readonly Item[],
  toMessage: (item: Item) => QueueMessage,
): Promise<readonly Item[]> => {
  if (queueUrl === undefined || items.length === 0) return items;
  const messages = items.map(toMessage);
  try {
    await queue.send(queueUrl, messages);
    return [];
  } catch (error) {
    console.error({ message: 'queue send failed', queueUrl, error: String(error) });
    const unsent = error instanceof UnsentMessages ? new Set<unknown>(error.unsent) : undefined;
    return items.filter((_, index) => unsent?.has(messages[index]) ?? true);
  }
};

const toContinuation =
  ({ random }: Dependencies) =>
  ({ work, cause }: Item): QueueMessage => {
    if (cause === undefined || cause.unfinished) return { body: bodyOf(work) };
    const attempt = (typeof work === 'string' ? 0 : (work.attempt ?? 0)) + 1;
    const delaySeconds = Math.min(MAX_QUEUE_DELAY, backoffSeconds(attempt, cause.retryAfterMs, random()));
    return { body: bodyOf(work, attempt), delaySeconds };
  };

/** SQS accepts no empty attribute, no control characters, and at most 256 KiB in all. */
const toDeadLetter = ({ work, cause: { type, reason } = NOT_BEGUN }: Item): QueueMessage => ({
  body: bodyOf(work),
  attributes: {
    'error.type': type,
    'error.message': reason.slice(0, 1000).replaceAll(/[^\P{C}\n\t]/gu, ' ') || type,
  },
});

const bodyOf = (work: WorkItem | string, attempt?: number): string =>
  typeof work === 'string' ? work : serializeWorkItem({ ...work, attempt });

/** Sets when a failed message is received again: at once where nothing failed. */
const postpone = async (
  receiptHandle: string,
  receives: number,
  causes: readonly Cause[],
  dependencies: Dependencies,
): Promise<void> => {
  const { queueUrl } = dependencies.settings;
  if (queueUrl === undefined) return;
  const cause = causes.reduce<Cause | undefined>(longerWait, undefined);
  const seconds =
    cause === undefined ? 0 : backoffSeconds(receives, cause.retryAfterMs, dependencies.random());
  try {
    await dependencies.queue.changeVisibility(queueUrl, receiptHandle, seconds);
  } catch (error) {
    // Then the queue's own visibility time-out holds.
    console.warn({ message: 'visibility not changed', queueUrl, seconds, error: String(error) });
  }
};

/** Of two causes the one that asks for the longer wait. */
const longerWait = (one: Cause | undefined, other: Cause | undefined): Cause | undefined =>
  one?.unfinished && other !== undefined
    ? other
    : (other?.retryAfterMs ?? -1) > (one?.retryAfterMs ?? -1)
      ? other
      : (one ?? other);

const logDeadLetter = ({ work, cause: { type, reason } = NOT_BEGUN }: Item, messageId?: string): void => {
  const { bucket, key, fromLine, toLine } = typeof work === 'string' ? ({} as Partial<WorkItem>) : work;
  const of = { messageId, bucket, key, fromLine, toLine };
  console.error({ message: 'dead letter', ...of, 'error.type': type, reason });
};

const describe = ({ work, cause: { reason } = NOT_BEGUN }: Item): string => {
  if (typeof work === 'string') return reason;
  const { bucket, key, fromLine = 1, toLine } = work;
  return `s3://${bucket}/${key} from line ${fromLine} to ${toLine ?? 'the end'}: ${reason}`;
};
