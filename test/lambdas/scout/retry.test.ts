import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../lambdas/scout/outcome.ts';
import { RETRY_WITHIN_MS, withRetry } from '../../../lambdas/scout/retry.ts';

const ACCEPTED: Outcome = { type: 'accepted', rejected: 0, message: '' };
const busy = (retryAfterMs?: number): Outcome => ({ type: 'retryable', reason: 'busy', retryAfterMs });

/** Runs against a scripted Scout, which repeats the last outcome, on a simulated clock. */
const run = async (
  outcomes: readonly Outcome[],
  { deadline = 900_000, requestMs = 0, random = (): number => 0.5 } = {},
) => {
  let time = 0;
  const startedAt: number[] = [];
  const result = await withRetry(
    async () => {
      startedAt.push(time);
      time += requestMs;
      return outcomes[startedAt.length - 1] ?? outcomes.at(-1) ?? ACCEPTED;
    },
    deadline,
    {
      monotonicNow: () => time,
      random,
      sleep: async (ms) => {
        time += ms;
      },
    },
  );
  return { ...result, startedAt };
};

const waits = ({ startedAt }: { readonly startedAt: readonly number[] }): number[] =>
  startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));

describe('retry', () => {
  test('goes on until the request is accepted', async () => {
    expect(await run([busy(), busy(), ACCEPTED])).toMatchObject({ outcome: ACCEPTED, retries: 2 });
  });

  test('waits twice as long each time, up to a limit, between half of it and all of it', async () => {
    expect(waits(await run([busy()], { random: () => 0 }))).toEqual([
      250, 500, 1000, 2000, 4000, 4000, 4000, 4000,
    ]);
    expect(waits(await run([busy()], { random: () => 1 }))).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test('is not begun for an outcome of another kind', async () => {
    for (const outcome of [
      ACCEPTED,
      { type: 'refused', reason: 'x', retryAfterMs: 1 },
      { type: 'invalid', reason: 'x' },
      { type: 'too_large', reason: 'x' },
    ] as const) {
      expect(await run([outcome])).toMatchObject({ outcome, retries: 0 });
    }
  });

  test('honours Retry-After where there is time for it, and else leaves it to the caller', async () => {
    expect((await run([busy(7000), ACCEPTED])).startedAt).toEqual([0, 7000]);
    const late = await run([busy(RETRY_WITHIN_MS + 1), ACCEPTED]);
    expect(late).toMatchObject({ outcome: busy(RETRY_WITHIN_MS + 1), retries: 0 });
  });

  test('never begins too late, nor before Retry-After, and always ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          deadline: fc.integer({ min: 0, max: 40_000 }),
          requestMs: fc.integer({ min: 1, max: 30_000 }),
          afterMs: fc.option(fc.integer({ min: 0, max: 25_000 }), { nil: undefined }),
          jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
        }),
        async ({ deadline, requestMs, afterMs, jitter }) => {
          const { startedAt, retries } = await run([busy(afterMs)], {
            deadline,
            requestMs,
            random: () => jitter,
          });
          expect(retries).toBe(startedAt.length - 1);
          for (const at of startedAt.slice(1)) {
            expect(at).toBeLessThanOrEqual(Math.min(RETRY_WITHIN_MS, deadline - 1000));
          }
          for (const wait of waits({ startedAt })) {
            expect(wait).toBeGreaterThanOrEqual(requestMs + (afterMs ?? 250));
          }
        },
      ),
    );
  });
});
