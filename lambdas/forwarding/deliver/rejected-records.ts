import type { Dependencies } from '../dependencies.ts';
import type { SourceObject } from '../../format.ts';
import type { LineRange, WorkItem } from '../event/work-item.ts';

/** A line of a kept file: a rejected line, or what Scout said it rejected of a range of lines. */
export type Kept =
  | { readonly reason: string; readonly line: string; readonly lineNumber: number }
  | { readonly reason: string; readonly fromLine: number; readonly toLine: number; readonly count: number };

const LOGGED = 3;

/**
 * Keeps what was rejected as NDJSON under the rejected prefix, in a file named by the object and the lines it was sent
 * with, so that the same lines always make the same file; without a bucket it is logged whole. Each entry holds the work
 * item that forwards it again, once whatever was wrong is put right.
 * @throws Error if it cannot be written
 */
export const keepRejected = async (
  { settings, objects }: Dependencies,
  object: SourceObject,
  { fromLine, toLine }: Required<LineRange>,
  kept: readonly Kept[],
): Promise<void> => {
  const { bucket, prefix } = settings.rejected;
  const entries = kept.map((entry) => ({
    ...entry,
    object: `s3://${object.bucket}/${object.key}`,
    work: workOf(object, entry),
  }));
  if (bucket === undefined) {
    for (const entry of entries) console.warn({ message: 'rejected', ...entry });
    return;
  }
  const key = `${prefix}${object.key}/${fromLine}-${toLine}.ndjson`;
  await objects.put(bucket, key, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  for (const { reason, ...entry } of kept.slice(0, LOGGED)) {
    const at = 'line' in entry ? { lineNumber: entry.lineNumber } : entry;
    console.warn({ message: 'rejected', key: object.key, reason, ...at, kept: key, of: kept.length });
  }
};

/** It is put on the queue long after the object was made, so its age is no news. */
const workOf = ({ bucket, key, versionId, etag }: SourceObject, entry: Kept): WorkItem => {
  const { fromLine, toLine } =
    'line' in entry ? { fromLine: entry.lineNumber, toLine: entry.lineNumber } : entry;
  return { bucket, key, versionId, etag, fromLine, toLine, backfill: true };
};
