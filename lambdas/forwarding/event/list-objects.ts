import type { Dependencies } from '../dependencies.ts';
import type { ListRequest } from './messages.ts';
import type { SourceObject } from '../../format.ts';
import { serializeWorkItem, type WorkItem } from './work-item.ts';

/** The answer to a listing asked for by hand. */
export interface ListResult {
  readonly objects: number;
  readonly bytes: number;
  /** 0 where they were forwarded at once. */
  readonly queued: number;
  /** Time ran short: ask again with this `startAfter`. */
  readonly startAfter?: string;
}

export interface Taker {
  /** Whether the pipeline forwards such an object. */
  readonly isOurs: (object: SourceObject, size: number) => boolean;
  readonly isShortOfTime: () => boolean;
  /** Objects collected before they are taken. */
  readonly atOnce: number;
  /** Answers how many of them were queued. */
  readonly take: (works: readonly WorkItem[]) => Promise<number>;
}

/** Lists the objects under a prefix, as far as time allows, and hands them to the taker, a few at a time. */
export const list = async (
  listing: ListRequest,
  dependencies: Dependencies,
  { isOurs, isShortOfTime, atOnce, take }: Taker,
): Promise<ListResult> => {
  const bucket = listing.bucket ?? dependencies.settings.sourceBucket;
  if (bucket === undefined) throw new Error('a manual run needs "bucket", or SOURCE_BUCKET to be set');
  let waiting: WorkItem[] = [];
  let [objects, bytes, queued] = [0, 0, 0];
  let last = listing.startAfter ?? '';
  let stopped = false;
  const flush = async (): Promise<void> => {
    if (!listing.dryRun && waiting.length > 0) queued += await take(waiting);
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
    waiting.push({ bucket, key, etag: etag?.replaceAll('"', ''), backfill: true });
    if (waiting.length === atOnce) await flush();
  }
  await flush();
  const answer = { objects, bytes, queued };
  return stopped ? { ...answer, startAfter: last } : answer;
};

/** Puts work on the own queue; answers how much. */
export const queueWorks = async (
  { queue }: Dependencies,
  queueUrl: string,
  works: readonly WorkItem[],
): Promise<number> => {
  await queue.send(
    queueUrl,
    works.map((work) => ({ body: serializeWorkItem(work) })),
  );
  return works.length;
};
