import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fill } from '../../../bin/backfill/enqueue.ts';
import { estimate, planOf } from '../../../bin/backfill/plan.ts';
import type { FoundObject } from '../../../bin/backfill/list-objects.ts';

const sqs = mockClient(SQSClient);
beforeEach(() => void sqs.reset());

describe('the plan', () => {
  it('counts what is forwarded, and what is not', async () => {
    const objects = [found('a.log', 10), found('b.txt', 100), found('c.log', 5)];
    const plan = await planOf(each(objects), ({ key }) => key.endsWith('.log'));
    expect(plan).toEqual({ objects: 2, bytes: 15, skipped: 1 });
  });

  it('takes less time with more functions, and more money for more bytes', () => {
    const plan = { objects: 10_000, bytes: 100e9, skipped: 0 };
    expect(estimate(plan, 2).minutes).toBeGreaterThan(estimate(plan, 10).minutes);
    expect(estimate({ ...plan, bytes: 200e9 }, 2).dollars).toBeGreaterThan(estimate(plan, 2).dollars);
  });
});

describe('filling the queue', () => {
  it('never lets it hold more than was allowed, those in work and those delayed included', async () => {
    const queue = queueOf({ takesPerLook: 7 });
    const objects = Array.from({ length: 137 }, (_, n) => found(`k${n}`));
    const queued = await filled(objects, 25);
    expect(queued).toEqual(objects.map(({ key }) => key));
    expect(queue.bodies.map(({ key }) => key)).toEqual(queued);
    expect(queue.most()).toBeLessThanOrEqual(25);
    expect(queue.most()).toBeGreaterThan(15);
  });

  it('adds none, not even the last few, while the queue is full of what fails', async () => {
    const queue = queueOf({ failing: 24, takesPerLook: 0 });
    const sleep = vi.fn(async () => {
      if (sleep.mock.calls.length === 3) queue.mend();
    });
    await filled([found('a'), found('b')], 25, sleep);
    expect(sleep).toHaveBeenCalledTimes(3);
    expect(queue.bodies).toHaveLength(2);
  });

  it('sends items that name the object as it was listed, and that it is of the past', async () => {
    const queue = queueOf({});
    await filled([{ key: 'a b+c', size: 1, etag: '0123' }], 10);
    expect(queue.bodies).toEqual([{ bucket: 'logs', key: 'a b+c', etag: '0123', backfill: true }]);
  });

  it('stops where the queue refuses one, having named none behind it', async () => {
    const queue = queueOf({ refuses: ['k13', 'k17'] });
    const objects = Array.from({ length: 30 }, (_, n) => found(`k${String(n).padStart(2, '0')}`));
    const queued: string[] = [];
    await expect(filled(objects, 50, undefined, queued)).rejects.toThrow(
      'the queue did not take 2 messages: full of it',
    );
    expect(queued.at(-1)).toBe('k12');

    queue.refuse([]);
    const rest = objects.filter(({ key }) => key > (queued.at(-1) ?? ''));
    await filled(rest, 50, undefined, queued);
    expect(queued).toEqual(objects.map(({ key }) => key));
    expect(new Set(queue.bodies.map(({ key }) => key))).toEqual(new Set(queued));
  });

  it('names nothing of a call that failed', async () => {
    queueOf({});
    sqs.on(SendMessageBatchCommand).rejects(new Error('connection lost'));
    const queued: string[] = [];
    await expect(filled([found('a')], 10, undefined, queued)).rejects.toThrow('connection lost');
    expect(queued).toEqual([]);
  });
});

const found = (key: string, size = 1): FoundObject => ({ key, size });

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const filled = async (
  objects: readonly FoundObject[],
  mostWaiting: number,
  sleep: () => Promise<unknown> = async () => undefined,
  queued: string[] = [],
): Promise<readonly string[]> => {
  const onQueued = ({ key }: FoundObject): void => void queued.push(key);
  const dependencies = { sqs: new SQSClient({}), queueUrl: 'https://sqs/q', bucket: 'logs' };
  await fill(each(objects), { ...dependencies, mostWaiting, sleep, onQueued });
  return queued;
};

/** A queue from which functions take some messages between two looks; `failing` ones stay until mended. */
const queueOf = ({
  takesPerLook = 1000,
  failing = 0,
  refuses = [] as readonly string[],
}): {
  readonly bodies: { readonly key: string }[];
  readonly most: () => number;
  readonly mend: () => void;
  readonly refuse: (keys: readonly string[]) => void;
} => {
  const bodies: { key: string }[] = [];
  let [held, stuck, most, refused] = [0, failing, failing, refuses];
  sqs.on(GetQueueAttributesCommand).callsFake(() => {
    held = Math.max(0, held - takesPerLook);
    const visible = Math.floor(held / 2);
    return {
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(held - visible),
        ApproximateNumberOfMessagesDelayed: String(stuck),
      },
    };
  });
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }) => {
    const Failed: object[] = [];
    for (const { Id, MessageBody } of Entries as { Id: string; MessageBody: string }[]) {
      const body = JSON.parse(MessageBody) as { key: string };
      if (refused.includes(body.key)) Failed.push({ Id, Code: 'InternalError', Message: 'full of it' });
      else bodies.push(body);
    }
    held += Entries.length - Failed.length;
    most = Math.max(most, held + stuck);
    return { Failed };
  });
  return {
    bodies,
    most: () => most,
    mend: () => void (stuck = 0),
    refuse: (keys) => void (refused = keys),
  };
};
