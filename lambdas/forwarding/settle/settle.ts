import type { QueueMessage } from '../../aws/queue.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Message } from '../event/messages.ts';
import type { ObjectResult } from '../forward-object.ts';
import type { Missing } from '../deliver/in-flight.ts';
import { MAX_DELAY_SECONDS, MAX_RECEIVE_COUNT, secondsToWait } from './backoff.ts';
import { type LineRange, type WorkItem, serializeWorkItem } from '../event/work-item.ts';

/** What a message came to. */
export interface Settled {
  /** False: it stays on its queue, to be received again. */
  readonly done: boolean;
  /** Objects that went to the dead-letter queue. */
  readonly deadLettered: number;
}

/** Lines that go back to a queue, and why if something failed. */
interface Item {
  readonly work: WorkItem;
  readonly cause?: Cause | undefined;
}
type Cause = Omit<Missing, keyof LineRange>;

const OUT_OF_TIME: Cause = { type: 'out_of_time', reason: 'time ran out before it was begun' };
const NOT_QUEUED: Cause = { type: 'not_queued', reason: 'the queue did not take the lines that go back' };

/**
 * Takes what was not delivered to where it goes: dead letters to the dead-letter queue; the missing lines to the own
 * queue as items, if anything of the message progressed; else the message itself waits.
 * @throws Error where there is neither queue nor message to hold what is missing
 */
export const settleMessage = async (
  message: Message,
  results: readonly ObjectResult[],
  dependencies: Dependencies,
): Promise<Settled> => {
  const dead = results.flatMap(({ work, dead: cause }): Item[] =>
    cause ? [{ work: { ...work, ...linesOf(cause) }, cause }] : [],
  );
  const buried = await deadLetter(dependencies, dead);
  const missing = [...results.flatMap(itemsOf), ...(buried ? [] : dead)];
  const deadLettered = buried ? dead.length : 0;
  if (missing.length === 0) return { done: true, deadLettered };

  const progress = deadLettered > 0 || results.some((result) => result.progress);
  const mayQueue = progress || message.sqs === undefined;
  if (mayQueue && (await queueAgain(dependencies, missing))) return { done: true, deadLettered };
  if (message.sqs === undefined) throw new Error(`not delivered: ${missing.map(describe).join('; ')}`);
  if (message.receives >= MAX_RECEIVE_COUNT && (await deadLetter(dependencies, missing))) {
    return { done: true, deadLettered: deadLettered + missing.length };
  }
  // What was not begun comes again at once, but not if that repeats what was accepted.
  const causes = missing.flatMap(({ cause }) => cause ?? (mayQueue ? NOT_QUEUED : []));
  await wait(message.sqs.receiptHandle, message.receives, causes, dependencies);
  return { done: false, deadLettered };
};

/** Dead-letters a message that nobody can read. */
export const settleUnreadable = async (
  sqs: NonNullable<Message['sqs']>,
  receives: number,
  reason: string,
  dependencies: Dependencies,
): Promise<Settled> => {
  const cause: Cause = { type: 'unreadable_message', reason };
  const message = { body: sqs.body, attributes: reasonAttributes(cause) };
  if (await sendTo(dependencies, dependencies.settings.deadLetterQueueUrl, [message]))
    return { done: true, deadLettered: 1 };
  await wait(sqs.receiptHandle, receives, [cause], dependencies);
  return { done: false, deadLettered: 0 };
};

/** The lines of a piece of work that go back, neighbours in one item, so that the items stay few. */
const itemsOf = ({ work, missing, rest }: ObjectResult): Item[] => {
  const ranges: (LineRange & { cause?: Cause })[] = missing.map((cause) => ({ ...linesOf(cause), cause }));
  if (rest !== undefined) ranges.push(rest);
  const items: Item[] = [];
  for (const { cause, ...range } of ranges.toSorted((a, b) => a.fromLine - b.fromLine)) {
    const last = items.at(-1);
    if (last?.work.toLine !== undefined && last.work.toLine + 1 === range.fromLine) {
      items[items.length - 1] = {
        work: { ...last.work, toLine: range.toLine },
        cause: later(last.cause, cause),
      };
    } else {
      items.push({ work: { ...work, ...range }, cause });
    }
  }
  return items;
};

const queueAgain = async (dependencies: Dependencies, items: readonly Item[]): Promise<boolean> =>
  sendTo(
    dependencies,
    dependencies.settings.queueUrl,
    items.map(({ work, cause }): QueueMessage => {
      if (cause === undefined || cause.unfinished)
        return { body: serializeWorkItem({ ...work, attempt: undefined }) };
      const attempt = (work.attempt ?? 0) + 1;
      const seconds = secondsToWait(attempt, cause.retryAfterMs, dependencies.random());
      return {
        body: serializeWorkItem({ ...work, attempt }),
        delaySeconds: Math.min(MAX_DELAY_SECONDS, seconds),
      };
    }),
  );

const deadLetter = async (dependencies: Dependencies, items: readonly Item[]): Promise<boolean> => {
  if (items.length === 0) return true;
  const messages = items.map(({ work, cause }) => ({
    body: serializeWorkItem({ ...work, attempt: undefined }),
    attributes: reasonAttributes(cause ?? OUT_OF_TIME),
  }));
  return sendTo(dependencies, dependencies.settings.deadLetterQueueUrl, messages);
};

/** False, with a log line, if there is no such queue or it did not take all. */
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
const wait = async (
  receiptHandle: string,
  receives: number,
  causes: readonly Cause[],
  dependencies: Dependencies,
): Promise<void> => {
  const { queueUrl } = dependencies.settings;
  if (queueUrl === undefined) return;
  const cause = causes.reduce<Cause | undefined>(later, undefined);
  const seconds =
    cause === undefined ? 0 : secondsToWait(receives, cause.retryAfterMs, dependencies.random());
  try {
    await dependencies.queue.changeVisibility(queueUrl, receiptHandle, seconds);
  } catch (error) {
    // Then the queue's own visibility time-out holds.
    console.warn({ message: 'visibility not changed', queueUrl, seconds, error: String(error) });
  }
};

/** Of two causes the one that asks for the longer wait. */
const later = (one: Cause | undefined, other: Cause | undefined): Cause | undefined =>
  one?.unfinished && other !== undefined
    ? other
    : (other?.retryAfterMs ?? -1) > (one?.retryAfterMs ?? -1)
      ? other
      : (one ?? other);

const linesOf = ({ fromLine, toLine }: LineRange): LineRange => ({ fromLine, toLine });

/** SQS takes no empty attribute and at most 256 KiB in all; control characters are not allowed. */
const reasonAttributes = ({ type, reason }: Cause): Readonly<Record<string, string>> => ({
  'error.type': type,
  'error.message': reason.slice(0, 1000).replaceAll(/[^\P{C}\n\t]/gu, ' ') || type,
});

const describe = ({ work: { bucket, key, fromLine = 1, toLine }, cause }: Item): string =>
  `s3://${bucket}/${key} from line ${fromLine} to ${toLine ?? 'the end'}: ${cause?.reason ?? 'time ran out'}`;
