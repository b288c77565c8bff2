import { expect, test } from 'vitest';
import { isFailed, statusClass } from '../../../lambdas/log-lines/status.ts';
import { lineOf } from '../../support/factories/log-schema.ts';

test.each([
  ['200', 2, false],
  ['399', 3, false],
  ['404', 4, true],
  ['502', 5, true],
  ['600', 6, false],
  ['000', 0, true],
  ['010', 0, false],
  ['-', NaN, true],
  ['0', NaN, false],
  ['""', NaN, false],
  ['5000', NaN, false],
  ['50', NaN, false],
])('the status %s is of class %d; failed: %s', (status, first, failed) => {
  const line = lineOf(`a ${status}`);
  expect([statusClass(line, 1), isFailed(line, 1)]).toEqual([first, failed]);
});

test('a line without a status has no class, whatever the line before it', () => {
  const line = lineOf('a', lineOf('a 503'));
  expect([statusClass(line, 1), isFailed(line, 1)]).toEqual([NaN, false]);
});
