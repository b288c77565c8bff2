import type { ListedObject } from '../../lambdas/aws/objects.ts';
import type { Queue } from '../../lambdas/aws/queue.ts';
import { queueWorks } from '../../lambdas/forwarding/event/work-item.ts';

export interface Filling {
  readonly queue: Pick<Queue, 'send'>;
  readonly queueUrl: string;
  readonly bucket: string;
  /** Messages of the queue, those in work and those delayed included. */
  readonly depth: () => Promise<number>;
  /** Most messages of the queue: live objects wait behind no more, and while Scout is down none are added. */
  readonly mostWaiting: number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly isStopped: () => boolean;
  /** Called with objects that are queued. */
  readonly onQueued: (objects: readonly ListedObject[]) => void;
  /** Called while the queue is full, with how many messages it has. */
  readonly onWait: (messages: number) => void;
}

/** SQS's counts come with some delay. */
const POLL_MS = 1_000;

/** SQS takes as many in one call. */
const BATCH = 10;

/**
 * Queues the objects as work items, and no faster than the functions finish them. It stops early if asked to.
 * @throws Error where SQS does not accept one; every object that `onQueued` was called with is queued
 */
export const fill = async (objects: AsyncIterable<ListedObject>, filling: Filling): Promise<void> => {
  const { queue, queueUrl, bucket, isStopped } = filling;
  let room = 0;
  let batch: ListedObject[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > room) room = await waitForRoom(batch.length, filling);
    if (isStopped()) return;
    const works = batch.map(({ key, etag }) => ({ bucket, key, etag, backfill: true }) as const);
    await queueWorks(queue, queueUrl, works);
    filling.onQueued(batch);
    room -= batch.length;
    batch = [];
  };
  for await (const object of objects) {
    batch.push(object);
    if (batch.length === BATCH) await flush();
    if (isStopped()) return;
  }
  if (batch.length > 0) await flush();
};

/** How many messages may be added, at least those wanted unless it is stopped. */
const waitForRoom = async (
  wanted: number,
  { depth, mostWaiting, sleep, isStopped, onWait }: Filling,
): Promise<number> => {
  for (;;) {
    const messages = await depth();
    if (mostWaiting - messages >= wanted || isStopped()) return mostWaiting - messages;
    onWait(messages);
    await sleep(POLL_MS);
  }
};
