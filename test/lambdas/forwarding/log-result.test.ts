import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Ledger, newInvocationMetrics, newLedger } from '../../../lambdas/forwarding/ledger.ts';
import { logResult } from '../../../lambdas/forwarding/log-result.ts';
import type { Verdict } from '../../../lambdas/forwarding/verdict.ts';

let logged: unknown[];
beforeEach(() => {
  logged = [];
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: object) => void logged.push({ level, ...line }));
});
afterEach(() => vi.restoreAllMocks());

const DONE: Verdict = { fromLine: 1, toLine: 5, fate: 'done' };
const NOT_BEGUN: Verdict = { fromLine: 21, fate: 'later' };
const later = (fromLine: number, reason: string, unfinished?: true): Verdict => ({
  fromLine,
  toLine: fromLine + 4,
  fate: 'later',
  cause: { type: 'undelivered', reason, unfinished },
});
const DEAD: Verdict = { fromLine: 11, fate: 'dead', cause: { type: 'corrupt_gzip', reason: 'cut off' } };
const OBSOLETE: Verdict = { fromLine: 6, fate: 'obsolete', reason: 'PreconditionFailed' };

const log = (verdicts: readonly Verdict[], ledger: Partial<Ledger> = {}) => {
  const metrics = newInvocationMetrics();
  const work = { bucket: 'b', key: 'k', etag: 'e' };
  logResult({ work, verdicts, ledger: { ...newLedger(), ...ledger } }, 12, 3000, metrics);
  return metrics;
};

describe('the line of an object', () => {
  test('that was delivered whole is INFO, with its account and without a reason', () => {
    const metrics = log([DONE, { fromLine: 6, toLine: 6, fate: 'rejected', reason: '400' }], {
      read: 6,
      delivered: 5,
      rejected: 1,
      newestMs: 1,
    });
    expect(logged).toEqual([
      {
        level: 'info',
        message: 'forwarded',
        bucket: 'b',
        key: 'k',
        fromLine: 1,
        toLine: undefined,
        read: 6,
        delivered: 5,
        rejected: 1,
        filtered: 0,
        continued: 0,
        bytes: 0,
        requests: 0,
        retries: 0,
        milliseconds: 12,
        lagMs: 3000,
      },
    ]);
    expect(metrics).toMatchObject({ ObjectsForwarded: 1, ObjectsSkipped: 0 });
  });

  test.each<[string, readonly Verdict[], object, object]>([
    [
      'of which lines go back is WARN, with each range',
      [DONE, later(6, 'busy'), NOT_BEGUN],
      {
        level: 'warn',
        message: 'not delivered',
        'error.type': 'undelivered',
        reason: 'busy',
        lines: '6-10, 21-',
      },
      { ObjectsForwarded: 0, ObjectsSkipped: 0 },
    ],
    [
      'names a failure rather than work that only continues',
      [later(6, 'not isolated yet', true), later(11, 'busy')],
      { reason: 'busy', lines: '6-10, 11-15' },
      { ObjectsForwarded: 0 },
    ],
    [
      'that only continues has the reason for it',
      [later(6, 'not isolated yet', true), NOT_BEGUN],
      { reason: 'not isolated yet' },
      { ObjectsForwarded: 0 },
    ],
    [
      'that was not begun says that time ran out',
      [NOT_BEGUN],
      {
        level: 'warn',
        'error.type': 'out_of_time',
        reason: 'time ran out before it was begun',
        lines: '21-',
      },
      { ObjectsForwarded: 0 },
    ],
    [
      'of which lines are dead is ERROR, whatever else goes back',
      [later(1, 'busy'), DEAD],
      {
        level: 'error',
        message: 'dead letter',
        'error.type': 'corrupt_gzip',
        reason: 'cut off',
        lines: '11-',
      },
      { ObjectsForwarded: 0, ObjectsSkipped: 0 },
    ],
    [
      'that was replaced is INFO and counts as skipped',
      [DONE, OBSOLETE],
      { level: 'info', message: 'skipped', reason: 'PreconditionFailed' },
      { ObjectsForwarded: 0, ObjectsSkipped: 1 },
    ],
  ])('%s', (_what, verdicts, line, counts) => {
    const metrics = log(verdicts);
    expect(logged).toEqual([expect.objectContaining(line)]);
    expect(metrics).toMatchObject(counts);
  });

  test('whose account does not balance is followed by an error', () => {
    log([DONE], { read: 5, delivered: 4 });
    expect(logged).toHaveLength(2);
    expect(logged[1]).toMatchObject({
      level: 'error',
      message: 'ledger does not balance',
      key: 'k',
      read: 5,
    });
    expect(logged[1]).not.toHaveProperty('newestMs');
  });
});
