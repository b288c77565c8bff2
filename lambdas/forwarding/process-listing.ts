import type { ListRequest } from './event/messages.ts';
import { queueWorks, type WorkItem } from './event/work-item.ts';
import { isShortOfTime } from './limits.ts';
import { type Invocation, processMessage } from './process-message.ts';

/** Result of a listing that was requested by hand. */
export interface ListResult {
  readonly objects: number;
  readonly bytes: number;
  /** 0 where they were forwarded in this invocation. */
  readonly queued: number;
  /** Time ran short: continue with this `startAfter`. */
  readonly startAfter?: string;
}

/** Objects that are queued together. */
const CHUNK_SIZE = 100;

/**
 * Lists the objects under a prefix, as far as time allows, and queues those of the pipeline; where there is no queue, it
 * forwards one after the other.
 */
export const processListing = async (
  { prefix, startAfter, dryRun, ...listing }: ListRequest,
  invocation: Invocation,
): Promise<ListResult> => {
  const { dependencies, formatOf } = invocation;
  const { queueUrl, sourceBucket } = dependencies.settings;
  const bucket = listing.bucket ?? sourceBucket;
  if (bucket === undefined) throw new Error('a manual run needs "bucket", or SOURCE_BUCKET to be set');
  const chunkSize = queueUrl === undefined ? 1 : CHUNK_SIZE;
  let waiting: WorkItem[] = [];
  let [objects, bytes, queued] = [0, 0, 0];
  let last = startAfter ?? '';
  let stopped = false;
  const flush = async (): Promise<void> => {
    const works = waiting;
    waiting = [];
    if (dryRun) return;
    if (queueUrl === undefined) {
      const found = works.map((work) => ({ work }));
      await processMessage({ receives: 1, objects: found, unreadable: [] }, invocation);
    } else {
      await queueWorks(dependencies.queue, queueUrl, works);
      queued += works.length;
    }
  };
  for await (const { key, size, etag } of dependencies.objects.list(bucket, prefix, startAfter)) {
    if (isShortOfTime(invocation)) {
      stopped = true;
      break;
    }
    last = key;
    if ('skip' in formatOf({ bucket, key }, size)) continue;
    objects++;
    bytes += size;
    waiting.push({ bucket, key, etag, backfill: true });
    if (waiting.length === chunkSize) await flush();
  }
  await flush();
  return { objects, bytes, queued, ...(stopped && { startAfter: last }) };
};
