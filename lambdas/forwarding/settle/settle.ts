import type { QueueMessage } from '../../aws/queue.ts';
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

/** Work that is still to be done, and why if something failed. */
interface Item {
  readonly work: WorkItem;
  readonly cause: Cause | undefined;
}

const NOT_QUEUED: Cause = { type: 'not_queued', reason: 'the queue did not accept the lines that go back' };

/** From the third receive on, objects that arrived in one message become items of their own. */
export const mustSplit = ({ receives, objects }: Message): boolean =>
  receives >= SINGLE_BATCH_RECEIVE && objects.length > 1;

/**
 * Puts what was not delivered where it goes: dead lines to the dead-letter queue; the others to the own queue as items, if
 * anything of the message is done; else the message itself waits.
 * @throws Error where there is neither queue nor message to hold what was not delivered
 */
export const settle = async (
  message: Message,
  results: readonly ObjectResult[],
  dependencies: Dependencies,
): Promise<Settled> => {
  const { sqs, receives } = message;
  const dead = results.flatMap((result) => itemsOf(result, 'dead'));
  const isBuried = await deadLetter(dependencies, dead);
  const open = [...results.flatMap((result) => itemsOf(result, 'later')), ...(isBuried ? [] : dead)];
  const deadLettered = isBuried ? dead.length : 0;
  if (open.length === 0) return { done: true, deadLettered };

  const isProgress = deadLettered > 0 || results.some(({ verdicts }) => verdicts.some(isDone));
  const mayQueue = isProgress || mustSplit(message) || sqs === undefined;
  if (mayQueue && (await requeue(dependencies, open))) return { done: true, deadLettered };
  if (sqs === undefined) throw new Error(`not delivered: ${open.map(describe).join('; ')}`);
  if (receives >= MAX_RECEIVE_COUNT && (await deadLetter(dependencies, open))) {
    for (const { work, cause } of open) logDeadLetter(work, cause);
    return { done: true, deadLettered: deadLettered + open.length };
  }
  // What was not begun comes again at once, but not if that repeats what was accepted.
  const causes = open.flatMap(({ cause }) => cause ?? (mayQueue ? NOT_QUEUED : []));
  await postpone(sqs.receiptHandle, receives, causes, dependencies);
  return { done: false, deadLettered };
};

/** Dead-letters a message that cannot be read. */
export const settleUnreadable = async (
  sqs: NonNullable<Message['sqs']>,
  receives: number,
  reason: string,
  dependencies: Dependencies,
): Promise<Settled> => {
  const cause: Cause = { type: 'unreadable_message', reason };
  const message = { body: sqs.body, attributes: reasonAttributes(cause) };
  if (await sendTo(dependencies, dependencies.settings.deadLetterQueueUrl, [message])) {
    logDeadLetter({ messageId: sqs.id }, cause);
    return { done: true, deadLettered: 1 };
  }
  await postpone(sqs.receiptHandle, receives, [cause], dependencies);
  return { done: false, deadLettered: 0 };
};

const isDone = ({ fate }: Verdict): boolean => fate !== 'later' && fate !== 'dead';

/** The lines with this fate, neighbours as one item, so that the items are few. */
const itemsOf = ({ work, verdicts }: ObjectResult, fate: 'later' | 'dead'): readonly Item[] => {
  const items: Item[] = [];
  for (const verdict of verdicts) {
    if (verdict.fate !== fate) continue;
    const { fromLine, toLine, cause } = verdict;
    const last = items.at(-1);
    if (last?.work.toLine !== undefined && last.work.toLine + 1 === fromLine)
      items[items.length - 1] = { work: { ...last.work, toLine }, cause: longerWait(last.cause, cause) };
    else items.push({ work: { ...work, fromLine, toLine }, cause });
  }
  return items;
};

const requeue = async (dependencies: Dependencies, items: readonly Item[]): Promise<boolean> =>
  sendTo(
    dependencies,
    dependencies.settings.queueUrl,
    items.map(({ work, cause }): QueueMessage => {
      if (cause === undefined || cause.unfinished)
        return { body: serializeWorkItem({ ...work, attempt: undefined }) };
      const attempt = (work.attempt ?? 0) + 1;
      const seconds = backoffSeconds(attempt, cause.retryAfterMs, dependencies.random());
      return {
        body: serializeWorkItem({ ...work, attempt }),
        delaySeconds: Math.min(MAX_QUEUE_DELAY, seconds),
      };
    }),
  );

const deadLetter = async (dependencies: Dependencies, items: readonly Item[]): Promise<boolean> => {
  if (items.length === 0) return true;
  const messages = items.map(({ work, cause }) => ({
    body: serializeWorkItem({ ...work, attempt: undefined }),
    attributes: reasonAttributes(cause ?? NOT_BEGUN),
  }));
  return sendTo(dependencies, dependencies.settings.deadLetterQueueUrl, messages);
};

/** False, with a log line, if there is no such queue or it did not accept all. */
const sendTo = async (
  { queue }: Dependencies,
  queueUrl: string | undefined,
  messages: readonly QueueMessage[],
): Promise<boolean> => {
  if (queueUrl === undefined) return false;
  try {
    await queue.send(queueUrl, messages);
    return true;
  } catch (error) {
    console.error({ message: 'queue send failed', queueUrl, error: String(error) });
    return false;
  }
};

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

/** SQS takes no empty attribute and at most 256 KiB in all; control characters are not allowed. */
const reasonAttributes = ({ type, reason }: Cause): Readonly<Record<string, string>> => ({
  'error.type': type,
  'error.message': reason.slice(0, 1000).replaceAll(/[^\P{C}\n\t]/gu, ' ') || type,
});

/** Dead lines of an object are logged with the object; these are dead letters for another reason. */
const logDeadLetter = (of: object, { type, reason }: Cause = NOT_BEGUN): void =>
  console.error({ message: 'dead letter', ...of, 'error.type': type, reason });

const describe = ({ work: { bucket, key, fromLine = 1, toLine }, cause }: Item): string =>
  `s3://${bucket}/${key} from line ${fromLine} to ${toLine ?? 'the end'}: ${cause?.reason ?? 'time ran out'}`;
