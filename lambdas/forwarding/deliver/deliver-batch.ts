import type { BatchLimits, Encoded, Encoder, Format } from '../../format.ts';
import type { Body } from '../../scout/compression.ts';
import type { Outcome } from '../../scout/outcome.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Lines, WorkItem } from '../event/work-item.ts';
import { type Batch, encodeLines, lineText, NO_LIMITS } from '../read/batches.ts';
import { type Cause, countsOf, internalError, type Verdict } from '../verdict.ts';
import { isolate } from './isolate.ts';
import { logRejected, logUnstored, type RejectedEntry, storeRejected } from './rejected-records.ts';
import type { ScoutRequests } from './scout-requests.ts';

/** The batches of one work item share these. */
export interface Run {
  /** With the entity tag that was read. */
  readonly work: WorkItem;
  readonly format: Format;
  readonly encoder: (limits: BatchLimits) => Encoder;
  readonly dependencies: Dependencies;
  readonly requests: ScoutRequests;
}

type BatchVerdict = Lines & Verdict & Required<Pick<Verdict, 'counts'>>;

/**
 * Delivers a batch: each of its records is delivered, or rejected and stored, or goes back. The verdicts cover its lines in
 * order. Never throws.
 * @param body the batch's request, compressed
 */
export const deliverBatch = async (
  run: Run,
  batch: Batch,
  body: Promise<Body | undefined>,
): Promise<readonly Verdict[]> => {
  try {
    return await deliver(run, batch, await body);
  } catch (error) {
    return [later(batch, internalError(error))];
  }
};

const deliver = async (run: Run, batch: Batch, body: Body | undefined): Promise<readonly BatchVerdict[]> => {
  const { rejected } = batch.encoded;
  // Stored before anything is sent: if that fails, nothing of the batch was accepted and all of it can be sent again.
  const fault = rejected.length > 0 ? await store(run, batch, rejected) : undefined;
  if (fault !== undefined) return [later(batch, fault)];

  const verdicts = await isolated(run, batch, await run.requests.send(body));
  // Lines that go back are stored by the try that settles them, whatever batch they are in then; refused lines once.
  const settled = rejected.filter(({ lineNumber }) => isDone(verdicts, lineNumber));
  const refused = verdicts.flatMap((verdict) => refusals(run, batch, verdict));
  const entries = [...settled, ...refused];
  const isStored = refused.length === 0 && settled.length === rejected.length;
  const laterFault = isStored ? undefined : await store(run, batch, entries);
  logRejected(run.dependencies.settings, run.work, batch, laterFault === undefined ? entries : settled);
  if (laterFault === undefined) return verdicts;
  logUnstored(run.work, refused);
  return verdicts.map(({ fromLine, toLine, counts, ...fate }) =>
    fate.fate === 'rejected'
      ? { fromLine, toLine, counts, fate: 'later', cause: laterFault }
      : { fromLine, toLine, counts, ...fate },
  );
};

const isDone = (verdicts: readonly BatchVerdict[], line: number): boolean =>
  verdicts.some(({ fate, fromLine, toLine }) => fate === 'done' && fromLine <= line && line <= toLine);

/** The verdicts on a batch, line by line where its content was at fault. */
const isolated = async (run: Run, batch: Batch, outcome: Outcome): Promise<readonly BatchVerdict[]> => {
  let encoder: Encoder | undefined;
  /** A part of the batch; its request is good until the next part. */
  const encode = (lines: Lines): Encoded =>
    encodeLines(batch.text, lines, (encoder ??= run.encoder(NO_LIMITS)));
  const { compress, send, probe, budget } = run.requests;
  const parts = await isolate(linesOf(batch), outcome, {
    probe,
    budget,
    send: async (lines) => {
      try {
        return await send(await compress(encode(lines)));
      } catch (error) {
        // Not rethrown: parts that Scout already accepted would be sent again.
        return { type: 'refused', reason: internalError(error).reason };
      }
    },
  });
  return parts.map((part) => {
    const counts = countsOf(parts.length === 1 ? batch.encoded : encode(part));
    return part.fate === 'done'
      ? { ...part, counts, refused: Math.min(part.refused ?? 0, counts.records) }
      : { ...part, counts };
  });
};

/** Entries for the records that Scout rejected. */
const refusals = ({ format }: Run, { text }: Batch, verdict: BatchVerdict): readonly RejectedEntry[] => {
  const { fromLine, toLine, counts } = verdict;
  if (verdict.fate === 'rejected') {
    const line = lineText(text, fromLine);
    return [{ reason: verdict.reason, line: format.redact?.(line) ?? line, lineNumber: fromLine }];
  }
  if (verdict.fate !== 'done' || !verdict.refused) return [];
  const reason = `Scout rejected ${verdict.refused} of ${counts.records} records: ${verdict.message}`;
  return [{ reason, fromLine, toLine, count: verdict.refused }];
};

/** Why the entries could not be stored, if so. */
const store = async (
  { dependencies, work }: Run,
  batch: Batch,
  entries: readonly RejectedEntry[],
): Promise<Cause | undefined> => {
  try {
    await storeRejected(dependencies, work, batch, entries);
    return undefined;
  } catch (error) {
    return { type: 'rejected_not_kept', reason: `rejected records cannot be stored: ${String(error)}` };
  }
};

const later = (batch: Batch, cause: Cause): BatchVerdict => ({
  ...linesOf(batch),
  fate: 'later',
  cause,
  counts: countsOf(batch.encoded),
});

const linesOf = ({ fromLine, toLine }: Lines): Lines => ({ fromLine, toLine });
