import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Block,
  blocks,
  TRUNCATED_LINE_BYTES,
  MAX_LINE_BYTES,
} from '../../../../lambdas/forwarding/read/line-blocks.ts';
import { chunked, failing } from '../../../support/factories/chunked.ts';
import { collect } from '../../../support/factories/collect.ts';

/** A line by number: its text, or the length of what is left of it. */
type Lines = Record<number, string | number>;

const linesIn = (found: readonly Block[]): Lines => {
  const lines: Lines = {};
  for (const { bytes, firstLine, cut } of found) {
    if (cut) {
      lines[firstLine] = bytes.length;
      continue;
    }
    const texts = Buffer.from(bytes).toString().split('\n');
    if (texts.at(-1) === '') texts.pop();
    for (const [index, text] of texts.entries()) lines[firstLine + index] = text;
  }
  return lines;
};
const read = async (text: string, size: number): Promise<Lines> =>
  linesIn(await collect(blocks(chunked(text, size))));

describe.each([1, 2, 3, 5, 100])('in chunks of %i bytes', (size) => {
  test.each<[string, string, Lines]>([
    ['lines end at LF and count from 1', 'a\nbc\nd\n', { 1: 'a', 2: 'bc', 3: 'd' }],
    ['what follows the last LF is a line', 'a\nbc', { 1: 'a', 2: 'bc' }],
    ['a CR is part of its line', 'a\r\nb\r\n', { 1: 'a\r', 2: 'b\r' }],
    ['a lone CR ends no line', 'a\rb\n', { 1: 'a\rb' }],
    ['blank lines count', '\n\na\n\nb\n', { 1: '', 2: '', 3: 'a', 4: '', 5: 'b' }],
    ['text of several bytes a letter is never split', 'é\n日本\n🍊', { 1: 'é', 2: '日本', 3: '🍊' }],
    ['nothing holds no line', '', {}],
  ])('%s', async (_what, text, lines) => {
    expect(await read(text, size)).toEqual(lines);
  });
});

test('blocks follow one another, and each but the last ends in LF', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('\n', '\n', 'a', 'bc', '\r\n', 'é'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      async (pieces, size) => {
        const text = pieces.join('');
        const found = await collect(blocks(chunked(text, size)));
        expect(found.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('')).toBe(
          Buffer.from(text).toString('latin1'),
        );
        for (const { bytes } of found.slice(0, -1)) expect(bytes.at(-1)).toBe(10);
        const numbers = Object.keys(linesIn(found)).map(Number);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      },
    ),
    { numRuns: 500 },
  );
});

describe.each([65_536, 262_144, 1_000_003, 3_000_000])('an overlong line, in chunks of %i bytes', (size) => {
  const long = 'x'.repeat(MAX_LINE_BYTES + 1);
  const longest = 'y'.repeat(MAX_LINE_BYTES);
  /** What is left of an overlong line: its head, unless a single chunk holds all of it, which batching then cuts. */
  const left = expect.toSatisfy((line: string | number) => line === TRUNCATED_LINE_BYTES || line === long);

  test.each<[string, string, object]>([
    ['is cut to its head', `a\n${long}\nb\n`, { 1: 'a', 2: left, 3: 'b' }],
    ['may come first', `${long}\nb\n`, { 1: left, 2: 'b' }],
    ['may come last', `a\n${long}\n`, { 1: 'a', 2: left }],
    ['may come last and without LF', `a\n${long}`, { 1: 'a', 2: left }],
    ['may follow others', `${long}\n${long}\n${long}\nb\n`, { 1: left, 2: left, 3: left, 4: 'b' }],
    ['is longer than 1 MiB', `${longest}\n${long}\n${longest}`, { 1: longest, 2: left, 3: longest }],
    ['may be very long', `a\n${long.repeat(8)}\nb`, { 1: 'a', 2: expect.anything(), 3: 'b' }],
  ])('%s', async (_what, text, lines) => {
    expect(await read(text, size)).toEqual(lines);
  });

  test('is held as its head alone, once it is known to be overlong', async () => {
    const found = await collect(blocks(chunked(`a\n${long}\nb\n`, size)));
    for (const { bytes, cut } of found) if (cut) expect(bytes.buffer.byteLength).toBe(TRUNCATED_LINE_BYTES);
    expect(found.some(({ cut }) => cut)).toBe(size < MAX_LINE_BYTES);
  });
});

describe('when the stream fails', () => {
  const error = new Error('the body broke off');
  test.each<[string, string, string[]]>([
    ['the whole lines before come, the cut one does not', 'a\nb\nc', ['a\nb\n']],
    ['nothing comes of a single line that is cut', 'abc', []],
    ['nothing comes of an overlong line that is cut', 'x'.repeat(MAX_LINE_BYTES + 5), []],
  ])('%s', async (_what, text, expected) => {
    const came: string[] = [];
    const all = async (): Promise<void> => {
      for await (const { bytes } of blocks(failing(chunked(text, 100_000), error)))
        came.push(Buffer.from(bytes).toString());
    };
    await expect(all()).rejects.toBe(error);
    expect(came).toEqual(expected);
  });
});

test('a line in many small chunks is joined once', async () => {
  const line = 'z'.repeat(MAX_LINE_BYTES);
  const started = performance.now();
  expect(await read(`${line}\n`, 16)).toEqual({ 1: line });
  expect(performance.now() - started).toBeLessThan(2000);
});
