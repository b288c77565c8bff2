import { createHash } from 'node:crypto';
import type { Dependencies } from '../dependencies.ts';
import type { SourceObject } from '../../format.ts';
import type { FunctionSettings } from '../../function-settings.ts';
import type { Lines, WorkItem } from '../event/work-item.ts';

/** A line of a stored file: a rejected line, or the count that Scout rejected of a range of lines. */
export type RejectedEntry =
  | { readonly reason: string; readonly line: string; readonly lineNumber: number }
  | { readonly reason: string; readonly fromLine: number; readonly toLine: number; readonly count: number };

const LOGGED_ENTRIES = 3;

/** In bytes of UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;

/**
 * Stores rejected records as NDJSON under the rejected prefix, in a file named by the object, its entity tag and the lines
 * of the batch, so that the same lines always make the same file. Does nothing without a bucket. Each entry holds the work
 * item that forwards it again once the cause is fixed.
 * @throws Error if it cannot be written
 */
export const storeRejected = async (
  { settings, objects }: Dependencies,
  object: SourceObject,
  lines: Lines,
  entries: readonly RejectedEntry[],
): Promise<void> => {
  const { bucket, prefix } = settings.rejected;
  if (bucket === undefined) return;
  const ndjson = entries.map((entry) => `${JSON.stringify(withOrigin(object, entry))}\n`).join('');
  await objects.put(bucket, rejectedKey(prefix, object, lines), ndjson);
};

/** Logs the first few of the stored entries, and where they are; without a bucket all of them, whole. */
export const logRejected = (
  { rejected: { bucket, prefix } }: FunctionSettings,
  object: SourceObject,
  lines: Lines,
  entries: readonly RejectedEntry[],
): void => {
  if (bucket === undefined) {
    for (const entry of entries) console.warn({ message: 'rejected', ...withOrigin(object, entry) });
    return;
  }
  const stored = { kept: rejectedKey(prefix, object, lines), of: entries.length };
  for (const { reason, ...entry } of entries.slice(0, LOGGED_ENTRIES)) {
    const at = 'line' in entry ? { lineNumber: entry.lineNumber } : entry;
    console.warn({ message: 'rejected', key: object.key, reason, ...at, ...stored });
  }
};

/** Logs the counts of partial successes that could not be stored: such records may never be sent again. */
export const logUnstored = ({ bucket, key }: SourceObject, entries: readonly RejectedEntry[]): void => {
  for (const entry of entries)
    if ('count' in entry) console.error({ message: 'rejected', bucket, key, ...entry });
};

/** A key uploaded again has another entity tag, hence another file. A key that would be too long is cut, and a hash added. */
export const rejectedKey = (
  prefix: string,
  { key, etag = '' }: SourceObject,
  { fromLine, toLine }: Lines,
): string => {
  const name = `${etag.replaceAll('"', '').slice(0, 8) || 'no-etag'}-${fromLine}-${toLine}.ndjson`;
  const full = `${prefix}${key}/${name}`;
  if (Buffer.byteLength(full) <= MAX_KEY_BYTES) return full;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const room = MAX_KEY_BYTES - Buffer.byteLength(`${prefix}~${hash}/${name}`);
  // `write` stops before a character that does not fit.
  const head = Buffer.alloc(room);
  return `${prefix}${head.toString('utf8', 0, head.write(key))}~${hash}/${name}`;
};

/** The entry, its object, and the work item that forwards it again; its age is excluded from DeliveryLag. */
const withOrigin = ({ bucket, key, versionId, etag }: SourceObject, entry: RejectedEntry) => {
  const lines = 'line' in entry ? { fromLine: entry.lineNumber, toLine: entry.lineNumber } : entry;
  const { fromLine, toLine } = lines;
  const work: WorkItem = { bucket, key, versionId, etag, fromLine, toLine, backfill: true };
  return { ...entry, object: `s3://${bucket}/${key}`, work };
};
