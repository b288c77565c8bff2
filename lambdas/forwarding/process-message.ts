import type { FormatOf, SourceObject } from '../format.ts';
import type { Dependencies } from './dependencies.ts';
import type { Message, ObjectEvent } from './event/messages.ts';
import { coversObject, type WorkItem } from './event/work-item.ts';
import { forwardObject, type ObjectResult } from './forward-object.ts';
import { addToMetrics, type InvocationMetrics, newLedger } from './ledger.ts';
import { isShortOfTime } from './limits.ts';
import { logResult } from './log-result.ts';
import { mustSplit, settle } from './settle/settle.ts';

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
  const format = formatOf(work, size);
  if ('skip' in format) {
    console.info({ message: 'skipped', bucket: work.bucket, key: work.key, reason: format.skip });
    metrics.ObjectsSkipped++;
    return undefined;
  }
  const limits = { remainingMs, receives: message.receives };
  const startMs = dependencies.monotonicNow();
  const result = isShortOfTime(limits)
    ? unbegun(work)
    : await forwardObject(work, format, dependencies, limits);
  const milliseconds = Math.round(dependencies.monotonicNow() - startMs);
  const since = result.ledger.newestMs || timeMs || message.sentMs;
  const lagMs = since === undefined || work.backfill === true ? undefined : dependencies.now() - since;
  addToMetrics(metrics, result.ledger, lagMs);
  logResult(result, milliseconds, lagMs, metrics);
  return result;
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
