import { describe, expect, test } from 'vitest';
import {
  addText,
  fieldText,
  isAbsent,
  isNothing,
  load,
  MOST_TOKENS,
  newLine,
  reserveTokens,
  spanOf,
} from '../../../lambdas/log-lines/line.ts';
import { SLACK } from '../../../lambdas/otlp/protobuf.ts';
import { lineOf } from '../../support/factories/log-schema.ts';

/** Lines of two fields, one of which is read behind a line of four. */
const LINES = [
  ['a new line', () => lineOf('a bc')],
  ['a line behind a longer one', () => lineOf('a bc', lineOf('1 2 3 4'))],
] as const;

describe('the fields of a line', () => {
  test.each(LINES)('are those that it has: %s', (_, line) => {
    const fields = [0, 1, 2, 3, 64];
    expect(fields.map((i) => spanOf(line(), i))).toEqual([
      { start: 0, end: 1 },
      { start: 2, end: 4 },
      { start: 0, end: 0 },
      { start: 0, end: 0 },
      { start: 0, end: 0 },
    ]);
    expect(fields.map((i) => fieldText(line(), i))).toEqual(['a', 'bc', '', '', '']);
    expect(fields.map((i) => isAbsent(line(), i))).toEqual([false, false, true, true, true]);
  });

  test('have no text where the log has no such field', () => {
    expect(fieldText(lineOf('a bc'), undefined)).toBe('');
  });

  test('are absent where they end at 0', () => {
    const line = lineOf('a bc');
    line.ends[1] = 0;
    expect([0, 1].map((i) => isAbsent(line, i))).toEqual([false, true]);
  });

  test.each([
    ['', true],
    ['-', true],
    ['--', false],
    ['-1', false],
    [' ', false],
    ['a', false],
  ])('are nothing where they are empty or a dash: %j is %s', (text, expected) => {
    expect(isNothing(Buffer.from(`"${text}"`), 1, 1 + text.length)).toBe(expected);
  });
});

describe('reserveTokens', () => {
  test.each([
    [1, 64],
    [64, 64],
    [65, 128],
    [200, 200],
    [MOST_TOKENS - 1, MOST_TOKENS - 1],
    [MOST_TOKENS, MOST_TOKENS],
  ])('makes room for %i fields: %i', (count, room) => {
    const line = lineOf('a bc');
    expect(reserveTokens(line, count)).toBe(true);
    expect([line.starts.length, line.ends.length]).toEqual([room, room]);
    expect([fieldText(line, 0), fieldText(line, 1)]).toEqual(['a', 'bc']);
  });

  test('refuses more fields than any line has', () => {
    expect(reserveTokens(newLine(), MOST_TOKENS + 1)).toBe(false);
  });
});

describe('addText', () => {
  test.each([
    ['', 0],
    ['text', 4],
    ['é', 2],
    ['€'.repeat(31), 93],
    ['€'.repeat(32), 96],
    ['€'.repeat(33), 99],
    ['€'.repeat(5000), 15_000],
  ])('writes a text behind the line, whatever room there is: %#', (text, size) => {
    const line = lineOf(`a ${'b'.repeat(3998)}`);
    const { start, end } = addText(line, line.length, text);
    expect([start, end]).toEqual([4000, 4000 + size]);
    expect(line.bytes.toString('utf8', start, end)).toBe(text);
    expect(fieldText(line, 1)).toBe('b'.repeat(3998));
    expect(line.bytes.length).toBeGreaterThanOrEqual(end + SLACK);
    expect(line.view.buffer).toBe(line.bytes.buffer);
    expect(line.pairs.buffer).toBe(line.bytes.buffer);
  });
});

describe('load', () => {
  test.each([0, 1, 4079, 4080, 4081, 4096, 9000])('copies %i bytes, and a quote behind it', (size) => {
    const line = newLine();
    const text = 'x'.repeat(size);
    load(line, Buffer.from(text));
    expect(line.length).toBe(size);
    expect(line.bytes.toString('utf8', 0, size + 1)).toBe(`${text}"`);
    expect(line.bytes.length).toBeGreaterThanOrEqual(size + SLACK);
  });

  test('keeps the memory of the line before where it is large enough', () => {
    const line = newLine();
    load(line, Buffer.alloc(9000));
    const { bytes } = line;
    load(line, Buffer.from('a'));
    expect(line.bytes).toBe(bytes);
  });
});
