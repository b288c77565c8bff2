import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isolate } from '../../../../lambdas/forwarding/deliver/isolate.ts';
import type { Lines } from '../../../../lambdas/forwarding/event/work-item.ts';
import { MAX_PARTS } from '../../../../lambdas/forwarding/limits.ts';
import type { Fate } from '../../../../lambdas/forwarding/verdict.ts';
import type { Outcome } from '../../../../lambdas/scout/outcome.ts';
import { createScout } from '../../../../lambdas/scout/scout.ts';
import { readFunctionSettings } from '../../../../lambdas/function-settings.ts';
import { startScout } from '../../../../bin/local/emulators/scout.ts';
import {
  type Behaviour,
  refuseMarked,
  tooLargeAbove,
} from '../../../../bin/local/emulators/scout/behaviour.ts';
import { encodeLogs } from '../../../../bin/local/emulators/scout/otlp.ts';

const ACCEPTED: Outcome = { type: 'accepted', rejected: 0, message: '' };
const INVALID: Outcome = { type: 'invalid', reason: 'bad record' };
const TOO_LARGE: Outcome = { type: 'too_large', reason: 'too large' };
const BUSY: Outcome = { type: 'retryable', reason: 'busy', retryAfterMs: 7000 };

interface World {
  readonly fromLine?: number;
  readonly count: number;
  readonly bad?: ReadonlySet<number>;
  /** Most lines that Scout takes at once; 0: not even one. */
  readonly most?: number;
  readonly budget?: number;
  /** The request (counted from 1, after the first) that meets a busy Scout. */
  readonly busyAt?: number;
  /** Outcome of every request, an empty one too. */
  readonly refusal?: Outcome;
}

/** Isolates lines at a Scout that is a function of the lines sent. */
const run = async ({ fromLine = 1, count, bad = new Set(), most = Infinity, ...world }: World) => {
  const toLine = fromLine + count - 1;
  const sent: (readonly [number, number])[] = [];
  const acceptedLines: number[] = [];
  const budget = { requestsLeft: world.budget ?? Infinity };
  let asked = 0;
  const outcomeFor = (from: number, to: number): Outcome => {
    if (world.refusal !== undefined) return world.refusal;
    const lines = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    if (lines.length > most) return TOO_LARGE;
    if (lines.some((line) => bad.has(line))) return INVALID;
    acceptedLines.push(...lines);
    return ACCEPTED;
  };
  const parts = await isolate({ fromLine, toLine }, outcomeFor(fromLine, toLine), {
    send: async (lines) => {
      sent.push([lines.fromLine, lines.toLine]);
      return sent.length === world.busyAt ? BUSY : outcomeFor(lines.fromLine, lines.toLine);
    },
    probe: async () => {
      asked += 1;
      return world.refusal === undefined;
    },
    budget,
  });
  return { parts, sent, acceptedLines, asked, budget, fromLine, toLine };
};

const linesOf = (parts: readonly (Lines & Fate)[], wanted: Fate['fate']): number[] =>
  parts
    .filter(({ fate }) => fate === wanted)
    .flatMap(({ fromLine, toLine }) => Array.from({ length: toLine - fromLine + 1 }, (_, i) => fromLine + i));

const undelivered = (reason: string, retryAfterMs?: number): Fate => ({
  fate: 'later',
  cause: { type: 'undelivered', reason, retryAfterMs },
});

const worlds = fc.record({
  fromLine: fc.integer({ min: 1, max: 1000 }),
  count: fc.integer({ min: 1, max: 200 }),
  badIndexes: fc.uniqueArray(fc.nat(199), { maxLength: 20 }),
  most: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 100 })),
  budget: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 64 })),
  busyAt: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
});

/** Runs in every world, with what is bad in it as line numbers. */
const inEveryWorld = (
  check: (
    world: Required<Omit<World, 'refusal' | 'busyAt'>> & World,
    result: Awaited<ReturnType<typeof run>>,
  ) => void,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(worlds, async ({ badIndexes, busyAt, ...world }) => {
      const bad = new Set(
        badIndexes.filter((index) => index < world.count).map((index) => world.fromLine + index),
      );
      const full = { ...world, bad, ...(busyAt === undefined ? {} : { busyAt }) };
      check(full, await run(full));
    }),
    { numRuns: 500 },
  );

describe('whatever is wrong with the lines and with Scout', () => {
  test('the parts cover the lines exactly, in order, undelivered neighbours as one', () =>
    inEveryWorld((_world, { parts, fromLine, toLine }) => {
      let next = fromLine;
      for (const [index, part] of parts.entries()) {
        expect(part.fromLine).toBe(next);
        expect(part.toLine).toBeGreaterThanOrEqual(part.fromLine);
        const isTwice = part.fate === 'later' && parts[index - 1]?.fate === 'later';
        expect(isTwice).toBe(false);
        next = part.toLine + 1;
      }
      expect(next).toBe(toLine + 1);
    }));

  test('the accepted parts are what Scout accepted, each line once', () =>
    inEveryWorld((_world, { parts, acceptedLines }) => {
      expect(linesOf(parts, 'done')).toEqual(acceptedLines);
      expect(new Set(acceptedLines).size).toBe(acceptedLines.length);
    }));

  test('only lines that Scout does not take are rejected, each refused alone', () =>
    inEveryWorld(({ bad, most, count }, { parts, sent }) => {
      for (const line of linesOf(parts, 'rejected')) {
        expect(bad.has(line) || most === 0).toBe(true);
        expect(count === 1 || sent.some(([from, to]) => from === line && to === line)).toBe(true);
      }
    }));

  test('all bad lines are rejected and all others accepted, unless Scout is busy or the budget is used up', () =>
    inEveryWorld(({ bad, most, budget, busyAt, count }, { parts, sent }) => {
      const isInterrupted =
        parts.length >= MAX_PARTS ||
        (busyAt !== undefined && sent.length >= busyAt) ||
        (budget < Infinity && bad.size > 0);
      if (isInterrupted) return;
      expect(linesOf(parts, 'later')).toEqual([]);
      expect(linesOf(parts, 'rejected')).toHaveLength(most === 0 ? count : bad.size);
    }));

  test('the budget bounds the requests that look for invalid lines', () =>
    inEveryWorld(({ most, budget, count }, { sent, budget: { requestsLeft } }) => {
      expect(requestsLeft).toBeGreaterThanOrEqual(0);
      if (most < count) return;
      expect(sent.length).toBe(budget === Infinity ? sent.length : budget - requestsLeft);
      expect(sent.length).toBeLessThanOrEqual(budget);
    }));

  test('lines that the budget is too small for continue, with the reason and without a wait', async () => {
    const { parts } = await run({ count: 8, bad: new Set([3]), budget: 0 });
    const cause = { type: 'undelivered', reason: 'bad record (not isolated yet)', unfinished: true };
    expect(parts).toEqual([{ fromLine: 1, toLine: 8, fate: 'later', cause }]);
  });

  test('there are only so many parts, the last of which may wait', () =>
    inEveryWorld((_world, { parts }) => {
      expect(parts.length).toBeLessThanOrEqual(MAX_PARTS + 1);
      if (parts.length > MAX_PARTS) expect(parts.at(-1)?.fate).toBe('later');
    }));

  test('nothing is sent after a failure, and what is left has its reason', () =>
    inEveryWorld(({ busyAt }, { parts, sent }) => {
      if (busyAt === undefined || sent.length < busyAt) return;
      expect(sent.length).toBe(busyAt);
      expect(parts.at(-1)).toMatchObject(undelivered('busy', 7000));
    }));
});

describe('one bad line of 8192', () => {
  test('is found with at most two requests a halving', async () => {
    const counts: number[] = [];
    for (const line of [1, 2, 4096, 4097, 5000, 8191, 8192]) {
      const { parts, sent } = await run({ count: 8192, bad: new Set([line]), budget: 64 });
      expect(linesOf(parts, 'rejected')).toEqual([line]);
      expect(linesOf(parts, 'later')).toEqual([]);
      counts.push(sent.length);
    }
    expect(Math.min(...counts)).toBe(14);
    expect(Math.max(...counts)).toBe(26);
  });
});

describe('a Scout that refuses everything', () => {
  test('as invalid is asked once whether it accepts anything, and gets no line again', async () => {
    const { parts, sent, asked } = await run({ fromLine: 11, count: 100, refusal: INVALID });
    expect(parts).toEqual([{ fromLine: 11, toLine: 110, ...undelivered('bad record') }]);
    expect({ requests: sent.length, asked }).toEqual({ requests: 0, asked: 1 });
  });

  test('as too large gets no line rejected', async () => {
    const { parts, sent } = await run({ count: 100, refusal: TOO_LARGE });
    expect(parts).toEqual([{ fromLine: 1, toLine: 100, ...undelivered('too large') }]);
    expect(sent.length).toBe(7);
  });
});

test('a partial success on the way is part of the result', async () => {
  const partial: Outcome = { type: 'accepted', rejected: 1, message: 'too old' };
  const parts = await isolate({ fromLine: 1, toLine: 2 }, TOO_LARGE, {
    send: async ({ fromLine }) => (fromLine === 1 ? partial : TOO_LARGE),
    probe: async () => true,
    budget: { requestsLeft: 0 },
  });
  expect(parts).toEqual([
    { fromLine: 1, toLine: 1, fate: 'done', refused: 1, message: 'too old' },
    { fromLine: 2, toLine: 2, fate: 'rejected', reason: 'too large' },
  ]);
});

test('any first outcome that is not about the content settles all lines', async () => {
  const none = {
    send: () => Promise.reject(new Error('sent')),
    probe: () => Promise.reject(new Error('asked')),
    budget: { requestsLeft: 64 },
  };
  const lines = { fromLine: 3, toLine: 9 };
  expect(await isolate(lines, ACCEPTED, none)).toEqual([{ ...lines, fate: 'done', refused: 0, message: '' }]);
  expect(await isolate(lines, BUSY, none)).toEqual([{ ...lines, ...undelivered('busy', 7000) }]);
  expect(await isolate(lines, { type: 'refused', reason: 'no token' }, none)).toEqual([
    { ...lines, ...undelivered('no token') },
  ]);
});

describe('at a real Scout', () => {
  const texts = Array.from({ length: 40 }, (_, index) => `line ${index + 1};`);

  const forward = async (behaviour: Behaviour) => {
    const scout = await startScout();
    scout.respond(behaviour);
    const settings = readFunctionSettings(scout.environment).scout;
    const { compress, export: send } = createScout('logs', settings, {
      readCredentials: async () => scout,
      now: Date.now,
      monotonicNow: () => performance.now(),
      random: Math.random,
      sleep: async () => undefined,
    });
    const post = async (bodies: readonly string[]): Promise<Outcome> => {
      const call = { retryInPlace: false, deadline: performance.now() + 30_000 };
      return (await send('/v1/logs', await compress(encodeLogs(bodies)), call)).outcome;
    };
    const parts = await isolate({ fromLine: 1, toLine: texts.length }, await post(texts), {
      send: (lines) => post(texts.slice(lines.fromLine - 1, lines.toLine)),
      probe: async () => (await post([])).type === 'accepted',
      budget: { requestsLeft: 64 },
    });
    const stored = scout.logs().map(({ record }) => record.body?.stringValue);
    await scout.close();
    return { parts, stored };
  };

  test('lines that it calls invalid are rejected with its reason, all others arrive once', async () => {
    const { parts, stored } = await forward(refuseMarked(['line 7;', 'line 31;']));
    expect(stored).toEqual(texts.filter((_, index) => index !== 6 && index !== 30));
    expect(parts.filter(({ fate }) => fate === 'rejected')).toEqual(
      [7, 31].map((line) => ({
        fromLine: line,
        toLine: line,
        fate: 'rejected',
        reason: `Scout responded 400: invalid record: line ${line};`,
      })),
    );
  });

  test('a batch over its size limit arrives in pieces', async () => {
    const { parts, stored } = await forward(tooLargeAbove(100));
    expect(stored).toEqual(texts);
    expect(parts.every(({ fate }) => fate === 'done')).toBe(true);
  });
});
