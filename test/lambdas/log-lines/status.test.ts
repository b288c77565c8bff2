import { expect, test } from 'vitest';
import { statusSeverity } from '../../../lambdas/log-lines/status.ts';
import { lineOf } from '../../support/factories/log-schema.ts';

test.each([
  ['200', 'INFO'],
  ['399', 'INFO'],
  ['404', 'WARN'],
  ['502', 'ERROR'],
  ['600', 'INFO'],
  ['000', 'WARN'],
  ['010', 'INFO'],
  ['-', 'WARN'],
  ['0', 'INFO'],
  ['""', 'INFO'],
  ['5000', 'INFO'],
  ['50', 'INFO'],
])('the status %s has the severity %s', (status, severity) => {
  expect(statusSeverity(lineOf(`a ${status}`), 1)).toBe(severity);
});

test('a line without a status has not failed, whatever the line before it', () => {
  expect(statusSeverity(lineOf('a', lineOf('a 503')), 1)).toBe('INFO');
});
