import type { FormatOf, SourceObject } from '../format.ts';
import type { Dependencies } from './dependencies.ts';
import type { Message, ObjectEvent } from './event/messages.ts';
import { coversObject, type WorkItem } from './event/work-item.ts';
import { forwardObject, type ObjectResult } from './forward-object.ts';
import { addToMetrics, imbalance, type InvocationMetrics, newLedger } from './ledger.ts';
import { isShortOfTime } from './limits.ts';
import { mustSplit, settle, settleUnreadable } from './settle/settle.ts';

/** Shared by all messages of an invocation. */
export interface Invocation {
  readonly dependencies: Dependencies;
  readonly formatOf: (object: SourceObject, size: number | undefined) => ReturnType<FormatOf>;
  /** Milliseconds until Lambda stops the function. */
  readonly remainingMs: () => number;
  readonly metrics: InvocationMetrics;
}

/**
 * Forwards all objects of a message; false if it must be received again.
 * @throws Error if something was not delivered and neither a queue nor the message holds it
 */
export const processMessage = async (message: Message, invocation: Invocation): Promise<boolean> => {
  const { dependencies, metrics } = invocation;
  if (message.unreadable !== undefined && message.sqs !== undefined) {
    console.error({ message: 'unreadable message', messageId: message.sqs.id, reason: message.unreadable });
    const settled = await settleUnreadable(message.sqs, message.receives, message.unreadable, dependencies);
    metrics.ObjectsDeadLettered += settled.deadLettered;
    return settled.done;
  }
  const results: ObjectResult[] = [];
  // One object that crashes the function may not hold up the others: each becomes an item of its own.
  const isSplit = mustSplit(message) && dependencies.settings.queueUrl !== undefined;
  for (const object of message.objects) {
    const result = isSplit ? unbegun(object.work) : await processObject(object, message, invocation);
    if (result !== undefined) results.push(result);
  }
  const { done, deadLettered } = await settle(message, results, dependencies);
  metrics.ObjectsDeadLettered += deadLettered;
  if (done && dependencies.settings.deleteProcessedFiles) await removeDelivered(results, dependencies);
  return done;
};

/** Forwards one object, if it is of a known format and there is time; logs and counts the result. */
const processObject = async (
  { work, size, timeMs }: ObjectEvent,
  message: Message,
  { dependencies, formatOf, remainingMs, metrics }: Invocation,
): Promise<ObjectResult | undefined> => {
  const { bucket, key, fromLine = 1, toLine } = work;
  const format = formatOf(work, size);
  if ('skip' in format) {
    console.info({ message: 'skipped', bucket, key, reason: format.skip });
    metrics.ObjectsSkipped++;
    return undefined;
  }
  const limits = { remainingMs, receives: message.receives };
  if (isShortOfTime(limits)) return unbegun(work);
  const startMs = dependencies.monotonicNow();
  const result = await forwardObject(work, format, dependencies, limits);
  const milliseconds = Math.round(dependencies.monotonicNow() - startMs);
  const { newestMs, ...account } = result.ledger;
  const since = newestMs || timeMs || message.sentMs;
  const lagMs = since === undefined || work.backfill === true ? undefined : dependencies.now() - since;
  addToMetrics(metrics, result.ledger, lagMs);
  const isObsolete = result.verdicts.some(({ fate }) => fate === 'obsolete');
  const open = openLines(result);
  if (isObsolete) {
    metrics.ObjectsSkipped++;
    console.info({ message: 'nothing to do', bucket, key });
  } else if (open.missing.length === 0 && open.rest === undefined && open.dead === undefined)
    metrics.ObjectsForwarded++;
  const whole = isWhole(result);
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
  if (imbalance(result.ledger) !== 0)
    console.error({ message: 'ledger does not balance', bucket, key, ...account });
  return result;
};

/** The lines that were not delivered. */
const openLines = ({ verdicts }: ObjectResult) => {
  const causes = verdicts.flatMap((verdict) => {
    const { fate, fromLine, toLine } = verdict;
    return fate === 'later' || fate === 'dead' ? [{ fate, fromLine, toLine, ...verdict.cause }] : [];
  });
  return {
    missing: causes.filter(({ fate, type }) => fate === 'later' && type !== undefined),
    rest: causes.find(({ type }) => type === undefined),
    dead: causes.find(({ fate }) => fate === 'dead'),
  };
};

/** Work that was not begun and goes back as it came. */
const unbegun = (work: WorkItem): ObjectResult => ({
  work,
  verdicts: [{ fromLine: work.fromLine ?? 1, toLine: work.toLine, fate: 'later' }],
  ledger: newLedger(),
});

/** Every record of the whole object was delivered or stored, so that the object can be deleted. */
const isWhole = ({ work, verdicts, ledger }: ObjectResult): boolean =>
  coversObject(work) &&
  ledger.filtered === 0 &&
  verdicts.every((verdict) => verdict.fate === 'rejected' || (verdict.fate === 'done' && !verdict.refused));

const removeDelivered = async (
  results: readonly ObjectResult[],
  { objects }: Dependencies,
): Promise<void> => {
  for (const result of results) {
    const { work } = result;
    if (!isWhole(result) || work.etag === undefined) continue;
    const { bucket, key } = work;
    await objects
      .remove(work)
      .catch((error: unknown) => console.warn({ message: 'not deleted', bucket, key, error: String(error) }));
  }
};
