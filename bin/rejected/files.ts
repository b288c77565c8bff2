import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Objects } from '../../lambdas/aws/objects.ts';
import type { Queue } from '../../lambdas/aws/queue.ts';
import { queueWorks } from '../../lambdas/forwarding/event/work-item.ts';
import { type Entry, parseEntries, workItems } from './entries.ts';

/** A file under `rejected/`. */
export interface RejectedFile {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string | undefined;
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** Longest wait for the bytes of a file. */
const TIMEOUT_MS = 60_000;

/** @throws Error where it cannot be read, NoEntryError where it is not a file of rejected records */
export const readFile = async (
  objects: Pick<Objects, 'open'>,
  bucket: string,
  key: string,
): Promise<RejectedFile> => {
  const { etag, bytes } = await objects.open({ bucket, key }, AbortSignal.timeout(TIMEOUT_MS));
  const text = (await buffer(bytes)).toString();
  return { bucket, key, etag, text, entries: parseEntries(text, key) };
};

/**
 * Queues all work items of a file, and deletes the file then. Before that its text goes to another name in the same
 * folder: the function may reject the same lines again at once, and would write a file of the same name, which must not be
 * the one that is deleted. Whatever stops it, the text is in a file or all of it is queued.
 * @throws Error where one of the calls fails
 */
export const retryFile = async (
  { bucket, key, etag, text, entries }: RejectedFile,
  objects: Pick<Objects, 'put' | 'remove'>,
  queue: Pick<Queue, 'send'>,
  queueUrl: string,
): Promise<void> => {
  const aside = `${key.slice(0, key.lastIndexOf('/') + 1)}${randomBytes(4).toString('hex')}.ndjson`;
  await objects.put(bucket, aside, text);
  await objects.remove({ bucket, key, etag });
  await queueWorks(queue, queueUrl, workItems(entries));
  await objects.remove({ bucket, key: aside });
};
