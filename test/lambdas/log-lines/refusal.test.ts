import { describe, expect, test } from 'vitest';
import { unreadable, unsupported } from '../../../lambdas/log-lines/refusal.ts';
import { settingsWith } from '../../support/factories/alb-records.ts';
import { kindWith, schemaWith } from '../../support/factories/log-schema.ts';

describe('unsupported', () => {
  test.each([
    [
      'PAR1\u0015',
      { type: 'unsupported_format', reason: expect.stringMatching(/^Parquet is not supported/) },
    ],
    ['P\u0001', { type: 'wrong_format', reason: 'not a text log: control byte 0x01 among its first 64' }],
    [
      `${'x'.repeat(63)}\u001f`,
      { type: 'wrong_format', reason: 'not a text log: control byte 0x1f among its first 64' },
    ],
    [`${'x'.repeat(64)}\u001f`, undefined],
    ['PUT\t/\r\n', undefined],
    ['', undefined],
  ])('refuses what is not text: %j', (head, refusal) => {
    expect(unsupported(Buffer.from(head))).toEqual(refusal);
  });
});

/** A log of so many fields, of which the first is a number. */
const numbers = (count: number) =>
  kindWith(
    schemaWith(
      Array.from({ length: count }, (_, i) => `f${i}`),
      { timeForm: 'epoch seconds' },
    ),
  );

const refusalOf = (line: string, { on = ['tides', 'winds'], environment = {} } = {}) => {
  const [tides, winds, rains] = [numbers(4), numbers(5), numbers(2)];
  return unreadable(
    [Buffer.from(line)],
    { tides, winds },
    { tides, winds, rains },
    { ...settingsWith(environment), logKinds: on },
  );
};

describe('unreadable', () => {
  const WANTED = 'none of its first lines is a line of tides or winds';

  test.each([
    [['tides', 'winds'], ', a kind that LOG_KINDS=tides,winds,rains turns on'],
    [['tides', 'rains'], ''],
  ])('names the kind that the lines are of, and how to turn it on: %s', (on, advice) => {
    expect(refusalOf('1769903998 2', { on })).toEqual({
      type: 'wrong_format',
      reason: `${WANTED}; they are lines of rains${advice}`,
    });
  });

  test.each([
    ['  prose\t', {}, 'prose'],
    ['a "quote"', {}, 'a "quote"'],
    ['x'.repeat(81), {}, 'x'.repeat(80)],
    ['\u00e9'.repeat(800), {}, '\u00e9'.repeat(80)],
    [`${' '.repeat(1020)}abcdef`, {}, 'abcd'],
    ['/?Signature=0a1b', {}, '/?Signature=REDACTED'],
    ['/?key=0a1b', { ALB_REDACT_QUERY_KEYS: 'key' }, '/?key=REDACTED'],
    [`//${'x'.repeat(1100)}@host`, {}, '//REDACTED'],
    ['from 203.0.113.77', {}, 'from 203.0.113.77'],
    ['from 203.0.113.77', { ALB_CLIENT_ADDRESS: 'mask' }, 'from 203.0.113.0'],
    ['/?a=1', { ALB_QUERY_STRINGS: 'drop' }, '/'],
  ])('quotes how the first line begins, without its secrets: %j %j', (line, environment, shown) => {
    expect(refusalOf(line, { environment })).toEqual({
      type: 'wrong_format',
      reason: `${WANTED}; it begins with ${JSON.stringify(shown)}`,
    });
  });
});
