import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { serializeWorkItem } from '../../lambdas/forwarding/event/work-item.ts';
import type { FoundObject } from './list-objects.ts';

export interface Filling {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly bucket: string;
  /**
   * Messages that the queue may hold, those in work and those that wait to be tried again too: live objects wait behind
   * no more than these, and while Scout is down no more are added.
   */
  readonly mostWaiting: number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Told of each object that is queued. */
  readonly onQueued: (object: FoundObject) => void;
}

/** Between two looks at the queue, whose counts come with some delay. */
const POLL_MS = 1_000;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const ENTRIES_A_CALL = 10;

/**
 * Queues the objects as work items, ten at a time, and no faster than the functions finish them.
 * @throws Error where the queue does not take one; all objects up to the last that `onQueued` was told of are queued
 */
export const fill = async (objects: AsyncIterable<FoundObject>, filling: Filling): Promise<void> => {
  const { mostWaiting, sleep } = filling;
  let room: number | undefined;
  let entries: FoundObject[] = [];
  const flush = async (): Promise<void> => {
    room ??= mostWaiting - (await messagesIn(filling));
    while (room < entries.length) {
      await sleep(POLL_MS);
      room = mostWaiting - (await messagesIn(filling));
    }
    await send(entries, filling);
    room -= entries.length;
    entries = [];
  };
  for await (const object of objects) {
    entries.push(object);
    if (entries.length === ENTRIES_A_CALL) await flush();
  }
  if (entries.length > 0) await flush();
};

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

const messagesIn = async ({ sqs, queueUrl }: Filling): Promise<number> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
  );
  return COUNTS.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
};

const send = async (
  entries: readonly FoundObject[],
  { sqs, queueUrl, bucket, onQueued }: Filling,
): Promise<void> => {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map(({ key, etag }, index) => ({
        Id: String(index),
        MessageBody: serializeWorkItem({ bucket, key, etag, backfill: true }),
      })),
    }),
  );
  // Those behind the first that failed are sent again when the command goes on, taken or not.
  const taken = Math.min(entries.length, ...Failed.map(({ Id }) => Number(Id)));
  for (const object of entries.slice(0, taken)) onQueued(object);
  if (Failed.length > 0)
    throw new Error(
      `the queue did not take ${Failed.length} messages: ${Failed[0]?.Message ?? Failed[0]?.Code}`,
    );
};
