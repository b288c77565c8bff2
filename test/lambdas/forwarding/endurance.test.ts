import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createWorld, type World } from '../../support/harness/simulation/simulation.ts';

const HOUR_MS = 3600 * 1000;

beforeEach(() => {
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
});

const text = (lines: number): Buffer =>
  Buffer.from(Array.from({ length: lines }, (_, index) => `line ${index + 1}\n`).join(''));
/** How often Scout accepted each record. */
const copies = ({ accepted }: World): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const record of accepted) counts.set(record, (counts.get(record) ?? 0) + 1);
  return counts;
};

describe('an outage', () => {
  test.each([
    ['refuses every request', { type: 'retryable', reason: '503' } as const],
    ['refuses every client', { type: 'refused', reason: '403' } as const],
    ['asks to come back in a second', { type: 'retryable', reason: '429', retryAfterMs: 1000 } as const],
    ['asks to come back in an hour', { type: 'retryable', reason: '429', retryAfterMs: HOUR_MS } as const],
    ['takes everything for invalid', { type: 'invalid', reason: '400' } as const],
  ])('of a day, in which Scout %s, ends with everything delivered once', async (_how, outcome) => {
    let end = Infinity;
    const world = createWorld({ respond: (_records, { now }) => (now < end ? outcome : undefined) });
    const start = world.now;
    end = start + 24 * HOUR_MS;
    for (let hour = 0; hour < 24; hour += 3) {
      await world.drain(start + hour * HOUR_MS);
      world.now = Math.max(world.now, start + hour * HOUR_MS);
      const key = `object ${hour}`;
      world.objects.set(key, text(23));
      world.notify(key);
    }
    await world.drain();
    expect(world.now).toBeGreaterThan(end);
    expect(world.now - end).toBeLessThan(2 * HOUR_MS);
    expect([world.queue, world.deadLetters]).toEqual([[], []]);
    expect(world.accepted).toHaveLength(8 * 23);
    expect(Math.max(...copies(world).values())).toBe(1);
    expect([...world.objects.keys()].filter((key) => key.startsWith('rejected/'))).toEqual([]);
  });

  test('of a day in the middle of an object delays its rest alone', async () => {
    let [begin, end] = [Infinity, Infinity];
    const world = createWorld({
      respond: (_records, { now }) =>
        now >= begin && now < end ? { type: 'retryable', reason: '503' } : undefined,
    });
    begin = world.now + 300;
    end = begin + 24 * HOUR_MS;
    world.objects.set('object', text(60));
    world.notify('object');
    await world.drain(begin + HOUR_MS);
    const before = world.accepted.length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(60);
    await world.drain();
    expect(world.accepted).toHaveLength(60);
    expect(Math.max(...copies(world).values())).toBe(1);
    expect(world.deadLetters).toEqual([]);
  });

  test('without end leads to the dead-letter queue after days, with the reason', async () => {
    const world = createWorld({ respond: () => ({ type: 'retryable', reason: 'Scout responded 503' }) });
    const start = world.now;
    world.objects.set('object', text(3));
    world.notify('object');
    await world.drain();
    expect(world.now - start).toBeGreaterThan(48 * HOUR_MS);
    expect(world.now - start).toBeLessThan(13 * 24 * HOUR_MS);
    expect(world.queue).toEqual([]);
    expect(world.deadLetters).toMatchObject([
      { attributes: { 'error.type': 'undelivered', 'error.message': 'Scout responded 503' } },
    ]);
  });

  test('is waited out no more often than every half minute, and no less than every quarter of an hour', async () => {
    const asked: number[] = [];
    const world = createWorld({
      respond: (_records, { now }) => {
        asked.push(now);
        return asked.length < 40 ? { type: 'retryable', reason: '503' } : undefined;
      },
    });
    world.objects.set('object', text(3));
    world.notify('object');
    await world.drain();
    const waits = asked.slice(1).map((time, index) => time - (asked[index] ?? 0));
    expect(Math.min(...waits)).toBeGreaterThan(30_000);
    expect(Math.max(...waits)).toBeLessThan(901_000);
    expect(waits.slice(0, 4).map((wait) => Math.round(wait / 1000))).toEqual([45, 90, 180, 360]);
  });
});

/** A world in which the function dies after it has sent `count` batches. */
const crashing = (batches: number) => {
  const sent: number[] = [];
  const world: World = createWorld({
    faults: (name) => name === 'kill' && (sent[world.invocations] ?? 0) >= batches,
    respond: (_records, { invocations }) => {
      sent[invocations] = (sent[invocations] ?? 0) + 1;
      return undefined;
    },
  });
  return { world, sent };
};

describe('a function that crashes', () => {
  test('after its second batch, each time, still gets through, and repeats one batch at most from the third receive on', async () => {
    const { world, sent } = crashing(2);
    world.objects.set('object', text(50));
    world.notify('object');
    await world.drain();
    expect([world.queue, world.deadLetters]).toEqual([[], []]);
    expect(copies(world).size).toBe(50);
    // Ten batches, of which each third invocation sends one; the last two are sent together.
    expect(sent.slice(1)).toEqual([
      2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 1,
    ]);
    expect(Math.max(...copies(world).values())).toBeLessThanOrEqual(5);
  });

  test('at once, each time, ends in the dead-letter queue', async () => {
    const { world } = crashing(0);
    world.objects.set('object', text(5));
    world.notify('object');
    await world.drain();
    expect(world.accepted).toEqual([]);
    expect(world.deadLetters).toHaveLength(1);
    // SQS moved it, so it cannot say why.
    expect(world.deadLetters[0]?.attributes).toEqual({});
  });
});

test('without any fault an object of many batches is sent in one round', async () => {
  const world = createWorld({ latencyMs: 10 });
  world.objects.set('object', text(5000));
  world.notify('object');
  await world.drain();
  expect(copies(world).size).toBe(5000);
  expect(world.accepted).toHaveLength(5000);
  expect([world.invocations, world.outlived]).toEqual([1, 0]);
});
