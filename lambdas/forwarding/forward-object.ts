import type { Encoder, Format, Opened, TagsOf } from '../format.ts';
import { deliverBatch } from './deliver/deliver-batch.ts';
import { scoutRequests } from './deliver/scout-requests.ts';
import type { Dependencies } from './dependencies.ts';
import type { WorkItem } from './event/work-item.ts';
import { addBatch, addVerdict, type Ledger, newLedger } from './ledger.ts';
import { IN_FLIGHT, type InvocationLimits, isShortOfTime, SINGLE_BATCH_RECEIVE } from './limits.ts';
import { batches, encodeLines, NO_LIMITS } from './read/batches.ts';
import { decompress } from './read/decompress.ts';
import { type Block, blocks } from './read/line-blocks.ts';
import { openLines } from './read/open-lines.ts';
import { fateAfter, Stop } from './read/stop.ts';
import type { Verdict } from './verdict.ts';

/** Result of one work item. */
export interface ObjectResult {
  /** With the entity tag that was read: what goes back means exactly this object. */
  readonly work: WorkItem;
  /** In line order; they cover the work item. */
  readonly verdicts: readonly Verdict[];
  readonly ledger: Ledger;
}

/** Forwards a work item as far as time and Scout allow. Never throws. */
export const forwardObject = async (
  work: WorkItem,
  format: Format,
  dependencies: Dependencies,
  limits: InvocationLimits,
): Promise<ObjectResult> => {
  const { batch: batchLimits, deleteProcessedFiles } = dependencies.settings;
  const ledger = newLedger();
  const requests = scoutRequests(format.path, dependencies, limits, ledger);
  const range = { fromLine: work.fromLine ?? 1, toLine: work.toLine };
  const verdicts: Verdict[] = [];
  const inFlight = new Set<Promise<void>>();
  let read = work;
  let source: AsyncGenerator<Block> | undefined;
  /** The first line that no batch has taken. */
  let next = range.fromLine;

  const mayBegin = (): void => {
    const oneIsEnough = limits.receives >= SINGLE_BATCH_RECEIVE && next > range.fromLine;
    const failed = verdicts.some(({ fate }) => fate === 'later');
    if (oneIsEnough || failed || isShortOfTime(limits)) throw new Stop({ fate: 'later' });
  };

  try {
    const { etag, bytes } = await dependencies.objects.open(work);
    read = { ...work, etag: work.etag ?? etag };
    const { bucket, key } = work;
    const logIgnored = (): void => console.warn({ message: 'bytes after gzip ignored', bucket, key });
    source = blocks(decompress(bytes, logIgnored));
    const observedMs = dependencies.now();
    const open = async (head: Uint8Array): Promise<Opened> => {
      const opened = (tags?: TagsOf): Opened => format.open(read, head, { observedMs, tags });
      return opened(await dependencies.tags?.current((tags) => encodeOnce(opened(tags), head)));
    };
    const { lines, encoder } = await openLines(source, open, mayBegin);
    const run = { work: read, format, encoder, dependencies, requests };
    const turns = byTurns(() => encoder(batchLimits));
    // Asked here too: lines that will not be sent are not even looked at, since one may have crashed the function before.
    const nextEncoder = async (): Promise<Encoder> => (mayBegin(), turns.next());
    for await (const batch of batches(lines, range, batchLimits, nextEncoder)) {
      const body = turns.pass(requests.compress(batch.encoded));
      if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
      mayBegin();
      next = batch.toLine + 1;
      addBatch(ledger, batch.encoded);
      const delivery = deliverBatch(run, batch, body).then((delivered) => {
        verdicts.push(...delivered);
        inFlight.delete(delivery);
      });
      inFlight.add(delivery);
    }
    if (next === range.fromLine) verdicts.push({ ...range, fate: 'done' });
  } catch (error) {
    verdicts.push({ fromLine: next, toLine: work.toLine, ...fateAfter(error, deleteProcessedFiles) });
  } finally {
    await source?.return(undefined);
  }
  await Promise.all(inFlight);
  verdicts.sort((a, b) => a.fromLine - b.fromLine);
  for (const verdict of verdicts) addVerdict(ledger, verdict);
  return { work: read, verdicts, ledger };
};

/** Encodes the lines of a head to no purpose but that the encoder asks for the tags it needs. */
const encodeOnce = (opened: Opened, bytes: Uint8Array): void => {
  if ('refuse' in opened) return;
  const text = [{ bytes, firstLine: 1, cut: false }];
  encodeLines(text, { fromLine: 1, toLine: Infinity }, opened.encoder(NO_LIMITS));
};

/** Two encoders by turns: one is filled while the other's request is compressed. */
const byTurns = (create: () => Encoder) => {
  let current: { encoder?: Encoder; free?: Promise<unknown> } = {};
  let other: typeof current = {};
  return {
    next: async (): Promise<Encoder> => {
      await current.free;
      return (current.encoder ??= create());
    },
    /** Gives the turn to the other encoder; the current one is free again when `body` has settled. */
    pass: <Body>(body: Promise<Body>): Promise<Body> => {
      current.free = body.catch(() => undefined);
      [current, other] = [other, current];
      return body;
    },
  };
};
