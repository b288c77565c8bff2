import type { Dependencies } from './dependencies.ts';
import type { Message, ObjectEvent } from './event/messages.ts';
import type { FormatOf, SourceObject } from '../format.ts';
import { type ObjectResult, forward, isShortOfTime } from './forward-object.ts';
import { type EmfValues, imbalance, openLedger, report } from './ledger.ts';
import { settleMessage, settleUnreadable } from './settle/settle.ts';
import { CAUTIOUS_RECEIVE } from './settle/backoff.ts';
import type { WorkItem } from './event/work-item.ts';

/** What all messages of an invocation share. */
export interface Invocation {
  readonly dependencies: Dependencies;
  readonly formatOf: (object: SourceObject, size: number | undefined) => ReturnType<FormatOf>;
  /** Milliseconds until Lambda stops the function. */
  readonly remainingMs: () => number;
  readonly report: EmfValues;
}

/**
 * Forwards all objects of a message; false if it must be received again.
 * @throws Error if something was not delivered and neither a queue nor the message holds it
 */
export const forwardMessage = async (message: Message, invocation: Invocation): Promise<boolean> => {
  const { dependencies, report: values } = invocation;
  if (message.unreadable !== undefined && message.sqs !== undefined) {
    console.error({ message: 'unreadable message', messageId: message.sqs.id, reason: message.unreadable });
    const settled = await settleUnreadable(message.sqs, message.receives, message.unreadable, dependencies);
    values.ObjectsDeadLettered += settled.deadLettered;
    return settled.done;
  }
  // One object that fails or crashes may not hold up the others for ever.
  const parted = message.receives >= CAUTIOUS_RECEIVE && message.objects.length > 1;
  const results: ObjectResult[] = [];
  for (const named of message.objects) {
    const result =
      parted && dependencies.settings.queueUrl !== undefined
        ? { ...untouched(named.work), progress: true }
        : await forwardObject(named, message, invocation);
    if (result !== undefined) results.push(result);
  }
  const { done, deadLettered } = await settleMessage(message, results, dependencies);
  values.ObjectsDeadLettered += deadLettered;
  if (done && dependencies.settings.deleteProcessedFiles) await removeWhole(results, dependencies);
  return done;
};

/** Forwards one object, if it is of a known format and there is time; logs and reports its account. */
const forwardObject = async (
  { work, size, timeMs }: ObjectEvent,
  message: Message,
  { dependencies, formatOf, remainingMs, report: values }: Invocation,
): Promise<ObjectResult | undefined> => {
  const { bucket, key, fromLine = 1, toLine } = work;
  const format = formatOf(work, size);
  if ('skip' in format) {
    console.info({ message: 'skipped', bucket, key, reason: format.skip });
    values.ObjectsSkipped++;
    return undefined;
  }
  if (isShortOfTime(remainingMs)) return untouched(work);
  const startMs = dependencies.now();
  const result = await forward(work, format, dependencies, { remainingMs, receives: message.receives });
  const { ledger, missing, dead, rest, nothingToDo, whole } = result;
  const { newestMs, ...account } = ledger;
  const milliseconds = dependencies.now() - startMs;
  const since = newestMs || timeMs || message.sentMs;
  const lagMs = since === undefined || work.backfill === true ? undefined : dependencies.now() - since;
  report(values, ledger, lagMs);
  if (nothingToDo) values.ObjectsSkipped++;
  else if (missing.length === 0 && rest === undefined && dead === undefined) values.ObjectsForwarded++;
  const open = { missing, rest, dead };
  console.info({
    message: 'forwarded',
    bucket,
    key,
    fromLine,
    toLine,
    ...account,
    milliseconds,
    lagMs,
    whole,
    ...open,
  });
  if (imbalance(ledger) !== 0) console.error({ message: 'ledger does not balance', bucket, key, ...account });
  return result;
};

/** Work that was not begun and goes back as it came. */
const untouched = (work: WorkItem): ObjectResult => ({
  work,
  ledger: openLedger(),
  missing: [],
  rest: { fromLine: work.fromLine ?? 1, toLine: work.toLine },
  progress: false,
  nothingToDo: false,
  whole: false,
});

const removeWhole = async (results: readonly ObjectResult[], { objects }: Dependencies): Promise<void> => {
  for (const { work, whole } of results) {
    if (!whole || work.etag === undefined) continue;
    const { bucket, key } = work;
    await objects
      .remove(work)
      .catch((error: unknown) => console.warn({ message: 'not deleted', bucket, key, error: String(error) }));
  }
};
