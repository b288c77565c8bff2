import type { Queue } from '../../aws/queue.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ListRequest } from './messages.ts';
import type { SourceObject } from '../../format.ts';
import { serializeWorkItem, type WorkItem } from './work-item.ts';

/** Result of a listing that was requested by hand. */
export interface ListResult {
  readonly objects: number;
  readonly bytes: number;
  /** 0 where they were forwarded in this invocation. */
  readonly queued: number;
  /** Time ran short: continue with this `startAfter`. */
  readonly startAfter?: string;
}

/** Where the listed objects go. */
export interface ListSink {
  /** Whether the pipeline forwards such an object. */
  readonly isOurs: (object: SourceObject, size: number) => boolean;
  readonly isShortOfTime: () => boolean;
  /** Objects that are passed to `accept` together. */
  readonly chunkSize: number;
  /** Returns how many of them were queued. */
  readonly accept: (works: readonly WorkItem[]) => Promise<number>;
}

/** Lists the objects under a prefix, as far as time allows, and passes them to the sink, a few at a time. */
export const list = async (
  listing: ListRequest,
  dependencies: Dependencies,
  { isOurs, isShortOfTime, chunkSize, accept }: ListSink,
): Promise<ListResult> => {
  const bucket = listing.bucket ?? dependencies.settings.sourceBucket;
  if (bucket === undefined) throw new Error('a manual run needs "bucket", or SOURCE_BUCKET to be set');
  let waiting: WorkItem[] = [];
  let [objects, bytes, queued] = [0, 0, 0];
  let last = listing.startAfter ?? '';
  let stopped = false;
  const flush = async (): Promise<void> => {
    if (!listing.dryRun && waiting.length > 0) queued += await accept(waiting);
    waiting = [];
  };
  for await (const { key, size, etag } of dependencies.objects.list(
    bucket,
    listing.prefix,
    listing.startAfter,
  )) {
    if (isShortOfTime()) {
      stopped = true;
      break;
    }
    last = key;
    if (!isOurs({ bucket, key }, size)) continue;
    objects++;
    bytes += size;
    waiting.push({ bucket, key, etag, backfill: true });
    if (waiting.length === chunkSize) await flush();
  }
  await flush();
  return { objects, bytes, queued, ...(stopped && { startAfter: last }) };
};

/** Puts work on a queue; returns how much. @throws Error where SQS does not accept all of it */
export const queueWorks = async (
  queue: Pick<Queue, 'send'>,
  queueUrl: string,
  works: readonly WorkItem[],
): Promise<number> => {
  await queue.send(
    queueUrl,
    works.map((work) => ({ body: serializeWorkItem(work) })),
  );
  return works.length;
};
