import { isolate, type Part } from './isolate.ts';
import type { Body } from '../../scout/compression.ts';
import type { Outcome } from '../../scout/outcome.ts';
import { type Batch, encodeLines, lineText } from '../read/batches.ts';
import { INTERNAL_ERROR, internalReason } from '../read/read-result.ts';
import type { Encoded, Encoder } from '../../format.ts';
import { encoderOf, giveUp, type Job, type Missing, settle } from './in-flight.ts';
import { type Kept, keepRejected } from './rejected-records.ts';
import type { LineRange } from '../event/work-item.ts';

/** A POST may not reach into the function's last seconds, which the bookkeeping needs. */
export const BOOKKEEPING_MS = 5_000;

type Lines = Required<LineRange>;

const ACCEPTED: Outcome = { type: 'accepted', rejected: 0, message: '' };
const NO_LIMITS = { records: Infinity, bytes: Infinity };

/**
 * Brings a batch to its end: every record of it is delivered, or rejected and kept, or missing. Never throws.
 * @param release called when the batch's encoder is free again
 */
export const deliver = async (job: Job, batch: Batch, release: (encoder: Encoder) => void): Promise<void> => {
  const { encoded } = batch;
  job.ledger.read += encoded.records + encoded.rejected.length + encoded.filtered;
  job.ledger.newestMs = Math.max(job.ledger.newestMs, encoded.newestMs ?? 0);
  try {
    await bring(job, batch, release);
  } catch (error) {
    // A fault of our own, before anything of the batch was entered.
    giveUp(job, { ...linesOf(batch), type: INTERNAL_ERROR, reason: internalReason(error) }, encoded);
  }
};

const bring = async (job: Job, batch: Batch, release: (encoder: Encoder) => void): Promise<void> => {
  const { encoded } = batch;
  const body = await compressed(job, encoded).finally(() => release(batch.encoder));

  // Kept before anything is sent: if that fails, nothing of the batch was accepted and all of it can come again.
  const fault = await keep(job, batch, encoded.rejected);
  if (fault !== undefined) return giveUp(job, { ...linesOf(batch), ...notKept(fault) }, encoded);

  const outcome = body === undefined ? ACCEPTED : await send(job, body);
  const parts = await partsOf(job, batch, outcome);
  const answers: Kept[] = [];
  const refused: { readonly lines: Lines; readonly counts: Encoded }[] = [];
  const counted = parts.map(
    (part) => [part, parts.length === 1 ? encoded : encodePart(job, batch, part)] as const,
  );
  for (const [{ result, ...lines }, counts] of counted) {
    if (result.type === 'undelivered') {
      giveUp(job, { ...lines, ...result }, counts);
    } else if (result.type === 'rejected') {
      refused.push({ lines, counts });
      const line = lineText(batch.text, lines.fromLine);
      answers.push({
        reason: result.reason,
        line: job.format.redact?.(line) ?? line,
        lineNumber: lines.fromLine,
      });
    } else {
      const count = Math.min(result.rejected, counts.records);
      settle(job, counts, count);
      job.unnamed += count;
      const reason = `Scout rejected ${result.rejected} of ${counts.records} records: ${result.message}`;
      if (count > 0) answers.push({ reason, ...lines, count });
    }
  }
  if (answers.length === 0) return;

  const answersFault = await keep(job, batch, [...encoded.rejected, ...answers]);
  for (const { lines, counts } of refused) {
    if (answersFault === undefined) settle(job, counts, counts.records);
    else giveUp(job, { ...lines, ...notKept(answersFault) }, counts);
  }
  if (answersFault === undefined) return;
  // What was rejected by a partial success may never be sent again: the log keeps it where the bucket could not.
  const { bucket, key } = job.work;
  for (const answer of answers)
    if ('count' in answer) console.error({ message: 'rejected', bucket, key, ...answer });
};

const compressed = async ({ dependencies }: Job, { records, request }: Encoded): Promise<Body | undefined> =>
  records > 0 ? dependencies.scout.compress(request) : undefined;

/** Sends a compressed request and enters its cost. */
const send = async (job: Job, body: Body): Promise<Outcome> => {
  const { dependencies, call, ledger, format } = job;
  const { outcome, requests, retries, bytes } = await dependencies.scout.export(format.path, body, {
    retryInPlace: call.receives === 1,
    deadline: dependencies.monotonicNow() + call.remainingMs() - BOOKKEEPING_MS,
  });
  ledger.requests += requests;
  ledger.retries += retries;
  ledger.bytes += bytes;
  if (outcome.type === 'accepted') job.accepts = Promise.resolve(true);
  return outcome;
};

/** What became of a batch, line by line where its content was at fault. */
const partsOf = async (job: Job, batch: Batch, outcome: Outcome): Promise<readonly Part[]> =>
  isolate(linesOf(batch), outcome, {
    send: async (fromLine, toLine) => {
      try {
        const body = await compressed(job, encodePart(job, batch, { fromLine, toLine }));
        return body === undefined ? ACCEPTED : await send(job, body);
      } catch (error) {
        // A fault of ours stops here, lest parts that Scout has accepted go back with the others.
        return { type: 'refused', reason: internalReason(error) };
      }
    },
    accepts: () => (job.accepts ??= acceptsEmpty(job)),
    budget: job.budget,
  });

/** An empty request tells a Scout that refuses some content from one that refuses everything. */
const acceptsEmpty = async (job: Job): Promise<boolean> =>
  (await send(job, await job.dependencies.scout.compress(new Uint8Array(0)))).type === 'accepted';

const encodePart = (job: Job, { text }: Batch, lines: Lines): Encoded =>
  encodeLines(text, lines, encoderOf(job, NO_LIMITS));

/** Why the rejected could not be kept, if so. */
const keep = async (
  { dependencies, work }: Job,
  batch: Batch,
  kept: readonly Kept[],
): Promise<string | undefined> => {
  try {
    if (kept.length > 0) await keepRejected(dependencies, work, batch, kept);
    return undefined;
  } catch (error) {
    return String(error);
  }
};

const notKept = (fault: string): Pick<Missing, 'type' | 'reason'> => ({
  type: 'rejected_not_kept',
  reason: `rejected records cannot be kept: ${fault}`,
});

const linesOf = ({ fromLine, toLine }: Lines): Lines => ({ fromLine, toLine });
