import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { workItem } from '../../lambdas/forwarding/work.ts';
import type { FoundObject } from './walk.ts';

export interface Filling {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly bucket: string;
  /** Objects that may wait in the queue: live ones wait behind no more than these. */
  readonly mostWaiting: number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Told of each object that is queued. */
  readonly onQueued: (object: FoundObject) => void;
}

/** Between two looks at the queue. */
const POLL_MS = 1_000;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const ENTRIES_A_CALL = 10;

/**
 * Queues the objects as work items, ten at a time, and no faster than the functions take them.
 * @throws Error where the queue does not take one; `onQueued` has named all that it took
 */
export const fill = async (objects: AsyncIterable<FoundObject>, filling: Filling): Promise<void> => {
  let room = 0;
  let entries: FoundObject[] = [];
  for await (const object of objects) {
    entries.push(object);
    if (entries.length < ENTRIES_A_CALL) continue;
    room = await waitForRoom(filling, room);
    await send(entries, filling);
    room -= entries.length;
    entries = [];
  }
  if (entries.length > 0) await send(entries, filling);
};

const waitForRoom = async (
  { sqs, queueUrl, mostWaiting, sleep }: Filling,
  known: number,
): Promise<number> => {
  let room = known;
  while (room < ENTRIES_A_CALL) {
    await sleep(POLL_MS);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    room = mostWaiting - Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
  }
  return room;
};

const send = async (
  entries: readonly FoundObject[],
  { sqs, queueUrl, bucket, onQueued }: Filling,
): Promise<void> => {
  const answer = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map(({ key, etag }, index) => ({
        Id: String(index),
        MessageBody: workItem({ bucket, key, etag, backfill: true }),
      })),
    }),
  );
  const failed = new Set((answer.Failed ?? []).map(({ Id }) => Id));
  const taken =
    failed.size === 0
      ? entries
      : entries.slice(
          0,
          entries.findIndex((_, index) => failed.has(String(index))),
        );
  for (const object of taken) onQueued(object);
  if (failed.size > 0)
    throw new Error(`the queue did not take ${failed.size} messages: ${answer.Failed?.[0]?.Message ?? ''}`);
};
