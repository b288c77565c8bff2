import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffSeconds } from '../../../../lambdas/forwarding/settle/backoff.ts';

describe('the wait before the next try', () => {
  test('is between half and all of a minute doubled with each try, up to 15 minutes', () => {
    const [least, most] = [0, 0.999_999].map((random) =>
      [1, 2, 3, 4, 5, 6, 300].map((tries) => backoffSeconds(tries, undefined, random)),
    );
    expect(least).toEqual([30, 60, 120, 240, 450, 450, 450]);
    expect(most).toEqual([60, 120, 240, 480, 900, 900, 900]);
  });

  test('is as long as Scout asks, between half a minute and an hour', () => {
    const waits = [0, 1_000, 30_001, 900_000, 3_600_000, 86_400_000].map((ms) => backoffSeconds(7, ms, 0.5));
    expect(waits).toEqual([30, 30, 31, 900, 3600, 3600]);
  });

  test('grows all the same when Scout goes on asking for a moment only', () => {
    expect([1, 10, 11, 300].map((tries) => backoffSeconds(tries, 1000, 0))).toEqual([30, 30, 450, 450]);
    expect(backoffSeconds(300, 3_600_000, 0)).toBe(3600);
  });

  test('is always a whole number that SQS takes', () => {
    const anyWait = fc.option(fc.double({ min: 0, max: 1e15, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        anyWait,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (...call) => {
          const seconds = backoffSeconds(...call);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(30);
          expect(seconds).toBeLessThanOrEqual(3600);
        },
      ),
    );
  });
});
