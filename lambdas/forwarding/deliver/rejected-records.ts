import { createHash } from 'node:crypto';
import type { Dependencies } from '../dependencies.ts';
import type { SourceObject } from '../../format.ts';
import type { LineRange, WorkItem } from '../event/work-item.ts';

/** A line of a kept file: a rejected line, or what Scout said it rejected of a range of lines. */
export type Kept =
  | { readonly reason: string; readonly line: string; readonly lineNumber: number }
  | { readonly reason: string; readonly fromLine: number; readonly toLine: number; readonly count: number };

const LOGGED = 3;

/** In bytes of UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024;

/**
 * Keeps what was rejected as NDJSON under the rejected prefix, in a file named by the object, its entity tag and the lines
 * it was sent with, so that the same lines always make the same file; without a bucket it is logged whole. Each entry holds the work
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
  const key = rejectedKey(prefix, object, { fromLine, toLine });
  await objects.put(bucket, key, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  for (const { reason, ...entry } of kept.slice(0, LOGGED)) {
    const at = 'line' in entry ? { lineNumber: entry.lineNumber } : entry;
    console.warn({ message: 'rejected', key: object.key, reason, ...at, kept: key, of: kept.length });
  }
};

/** A key uploaded again has another entity tag, hence another file. A key that would be too long is cut, and a hash added. */
export const rejectedKey = (
  prefix: string,
  { key, etag = '' }: SourceObject,
  { fromLine, toLine }: Required<LineRange>,
): string => {
  const name = `${etag.replaceAll('"', '').slice(0, 8) || 'no-etag'}-${fromLine}-${toLine}.ndjson`;
  const full = `${prefix}${key}/${name}`;
  if (Buffer.byteLength(full) <= LONGEST_KEY) return full;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const room = LONGEST_KEY - Buffer.byteLength(`${prefix}~${hash}/${name}`);
  // `write` stops before a character that does not fit.
  const head = Buffer.alloc(room);
  return `${prefix}${head.toString('utf8', 0, head.write(key))}~${hash}/${name}`;
};

/** It is put on the queue long after the object was made, so its age is no news. */
const workOf = ({ bucket, key, versionId, etag }: SourceObject, entry: Kept): WorkItem => {
  const { fromLine, toLine } =
    'line' in entry ? { fromLine: entry.lineNumber, toLine: entry.lineNumber } : entry;
  return { bucket, key, versionId, etag, fromLine, toLine, backfill: true };
};
