import { describe, expect, test, vi } from 'vitest';
import { fill, type Filling } from '../../../bin/backfill/enqueue.ts';
import { estimate, planOf } from '../../../bin/backfill/plan.ts';
import type { ListedObject } from '../../../lambdas/aws/objects.ts';

describe('the plan', () => {
  const target = { concurrency: 2, pipeline: 'logs' } as const;

  test('counts what the function forwards, and what it skips', async () => {
    const objects = [found('a.log', 10), found('b.txt', 100), found('c.log', 5)];
    const plan = await planOf(each(objects), ({ key }) => key.endsWith('.log'));
    expect(plan).toEqual({ objects: 2, bytes: 15, skipped: 1 });
  });

  test('takes less time with more functions, and costs by its bytes', () => {
    // A million lines, 0.686 GB of log: 16.3 s of a vCPU and 0.204 GB out, and one object.
    const plan = { objects: 1, bytes: 102e6, skipped: 0 };
    const { aws, scout, minutes } = estimate(plan, target);
    expect(aws).toBeCloseTo(16.4 * (1769 / 1024) * 0.0000133334 + 0.204 * 0.09 + 0.0000018, 5);
    expect(scout).toBeCloseTo(0.25, 9);
    expect(minutes).toBe(1);
    const large = { ...plan, bytes: 102e9 };
    expect(estimate(large, target).minutes).toBe(136);
    expect(estimate(large, { ...target, concurrency: 10 }).minutes).toBe(28);
  });

  test('of metrics costs by data points', () => {
    const plan = { objects: 1, bytes: 44e6, skipped: 0 };
    const { aws, scout } = estimate(plan, { ...target, pipeline: 'metrics' });
    expect(scout).toBeCloseTo(0.1, 9);
    // 0.346 GB at 13.5 s of a vCPU, and 0.032 GB out.
    expect(aws).toBeCloseTo(4.67 * (1769 / 1024) * 0.0000133334 + 0.032 * 0.09, 4);
  });
});

describe('filling the queue', () => {
  test('it never holds more than was allowed, those in work and those delayed included', async () => {
    const queue = queueOf({ finished: 7 });
    const objects = Array.from({ length: 137 }, (_, n) => found(`k${n}`));
    const queued = await filled(queue, objects, { mostWaiting: 25 });
    expect(queued).toEqual(objects.map(({ key }) => key));
    expect(queue.keys()).toEqual(queued);
    expect(queue.most()).toBeLessThanOrEqual(25);
    expect(queue.most()).toBeGreaterThan(15);
  });

  test('none are added, not even the last few, while the queue is full of what fails; it says for what it waits', async () => {
    const queue = queueOf({ stuck: 24 });
    const onWait = vi.fn();
    const sleep = vi.fn(async () => {
      if (sleep.mock.calls.length === 3) queue.finish();
    });
    await filled(queue, [found('a'), found('b')], { mostWaiting: 25, sleep, onWait });
    expect(onWait.mock.calls).toEqual([[24], [24], [24]]);
    expect(queue.keys()).toEqual(['a', 'b']);
  });

  test('items name the object as it was listed, and that it is of the past', async () => {
    const queue = queueOf({});
    await filled(queue, [{ key: 'a b+c', size: 1, etag: '0123' }]);
    expect(queue.bodies).toEqual([{ bucket: 'logs', key: 'a b+c', etag: '0123', backfill: true }]);
  });

  test('it stops where the queue refuses some, and what was called queued is queued', async () => {
    const queue = queueOf({ refused: 'k13' });
    const objects = Array.from({ length: 30 }, (_, n) => found(`k${String(n).padStart(2, '0')}`));
    const queued: string[] = [];
    await expect(filled(queue, objects, {}, queued)).rejects.toThrow('the queue did not take');
    expect(queued).toEqual(objects.slice(0, 10).map(({ key }) => key));
    expect(queue.keys()).toEqual(expect.arrayContaining(queued));
  });

  test('asked to stop, it ends after the batch in hand, also while it waits', async () => {
    const queue = queueOf({});
    let isStopped = false;
    const queued: string[] = [];
    const objects = Array.from({ length: 30 }, (_, n) => found(`k${n}`));
    await filled(queue, objects, { isStopped: () => isStopped || queued.length >= 10 }, queued);
    expect(queued).toHaveLength(10);
    expect(queue.keys()).toEqual(queued);

    const full = queueOf({ stuck: 50 });
    const sleep = async () => (isStopped = true);
    await filled(full, objects, { sleep, isStopped: () => isStopped });
    expect(full.keys()).toEqual([]);
  });
});

const found = (key: string, size = 1): ListedObject => ({ key, size });

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

type TestQueue = ReturnType<typeof queueOf>;

const filled = async (
  { depth, send }: TestQueue,
  objects: readonly ListedObject[],
  options: Partial<Filling> = {},
  queued: string[] = [],
): Promise<readonly string[]> => {
  await fill(each(objects), {
    queue: { send },
    queueUrl: 'https://sqs/q',
    bucket: 'logs',
    depth,
    mostWaiting: 50,
    sleep: async () => undefined,
    isStopped: () => false,
    onQueued: (some) => void queued.push(...some.map(({ key }) => key)),
    onWait: () => undefined,
    ...options,
  });
  return queued;
};

/** A queue from which functions finish some messages between two looks; `stuck` ones stay until `finish`. */
const queueOf = ({ finished = 1000, stuck = 0, refused = '' }) => {
  const bodies: { readonly key: string }[] = [];
  let [held, failing, most] = [0, stuck, stuck];
  return {
    bodies,
    keys: () => bodies.map(({ key }) => key),
    most: () => most,
    finish: () => void (failing = 0),
    depth: async () => {
      held = Math.max(0, held - finished);
      return held + failing;
    },
    send: async (_: string, messages: readonly { readonly body: string }[]): Promise<void> => {
      for (const { body } of messages) {
        const item = JSON.parse(body) as { key: string };
        if (item.key === refused) throw new Error('the queue did not take 1 of 10 messages');
        bodies.push(item);
      }
      held += messages.length;
      most = Math.max(most, held + failing);
    },
  };
};
