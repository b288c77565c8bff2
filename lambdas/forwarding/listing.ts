import type { Edges } from './edges.ts';
import type { Listing } from './events.ts';
import type { SourceObject } from '../format.ts';
import { workItem, type Work } from './work.ts';

/** The answer to a listing asked for by hand. */
export interface Listed {
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
  readonly take: (works: readonly Work[]) => Promise<number>;
}

/** Lists the objects under a prefix, as far as time allows, and hands them to the taker, a few at a time. */
export const list = async (
  listing: Listing,
  edges: Edges,
  { isOurs, isShortOfTime, atOnce, take }: Taker,
): Promise<Listed> => {
  const bucket = listing.bucket ?? edges.settings.sourceBucket;
  if (bucket === undefined) throw new Error('a manual run needs "bucket", or SOURCE_BUCKET to be set');
  let waiting: Work[] = [];
  let [objects, bytes, queued] = [0, 0, 0];
  let last = listing.startAfter ?? '';
  let stopped = false;
  const flush = async (): Promise<void> => {
    if (!listing.dryRun && waiting.length > 0) queued += await take(waiting);
    waiting = [];
  };
  for await (const { key, size, etag } of edges.objects.list(bucket, listing.prefix, listing.startAfter)) {
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
  { queue }: Edges,
  queueUrl: string,
  works: readonly Work[],
): Promise<number> => {
  await queue.send(
    queueUrl,
    works.map((work) => ({ body: workItem(work) })),
  );
  return works.length;
};
