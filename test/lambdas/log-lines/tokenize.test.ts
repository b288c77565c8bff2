import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ESCAPED,
  MOST_TOKENS,
  NON_ASCII,
  SUSPECT,
  isNothing,
  load,
  newLine,
  spanOf,
} from '../../../lambdas/log-lines/line.ts';
import { endOfText, tokenize, traitsOf } from '../../../lambdas/log-lines/tokenize.ts';

/** The traits that a line says it has. */
const NOTED = ESCAPED | NON_ASCII | SUSPECT;

let line = newLine();

/** The tokens of a text, `undefined` if it has none. */
const tokensOf = (text: string): readonly string[] | undefined => {
  const bytes = Buffer.from(`"${text}"`);
  load(line, bytes.subarray(1, -1));
  if (!tokenize(line, () => false)) return undefined;
  return Array.from({ length: line.count }, (_, i) =>
    Buffer.from(line.bytes.subarray(line.starts[i], line.ends[i])).toString(),
  );
};

/** The grammar in its shortest form. */
const reference = (text: string): readonly string[] | undefined => {
  const token = /(?:"([^"]*)"|([^ "]+))(?: |$)/y;
  const tokens: string[] = [];
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    tokens.push(match[1] ?? match[2] ?? '');
  }
  return tokens;
};

const traitsMet = (text: string): number => {
  expect(tokensOf(text)).toBeDefined();
  return line.traits & NOTED;
};

describe('tokenize', () => {
  test('splits at single spaces and removes quotes', () => {
    expect(tokensOf('h2 "GET / HTTP/2.0" - "" 0.001')).toEqual(['h2', 'GET / HTTP/2.0', '-', '', '0.001']);
  });

  test('takes a quote behind a backslash as part of a token where no token can end', () => {
    expect(tokensOf('a "b(\\"c d\\") e" "f\\" g')).toEqual(['a', 'b(\\"c d\\") e', 'f\\', 'g']);
    expect(tokensOf('"a\\"')).toEqual(['a\\']);
  });

  test('takes quoted texts with commas between them as one token, with their quotes', () => {
    expect(tokensOf('a "b","c d" "e"')).toEqual(['a', '"b","c d"', 'e']);
    expect(tokensOf('"a\\","b" c')).toEqual(['"a\\","b"', 'c']);
    for (const text of ['"a","b', '"a",', '"a",b', '"a","b"c', '"a","', '"a","b ', '"a","b",c" d'])
      expect(tokensOf(text)).toBeUndefined();
  });

  test.each([
    ['a quote that is not closed', 'a "b c'],
    ['text behind a closing quote', '"a"b c'],
    ['a quote within a token', 'a"b c'],
    ['two spaces', 'a  b'],
    ['a leading space', ' a'],
    ['a lone quote', '"'],
  ])('refuses %s', (_, text) => {
    expect(tokensOf(text)).toBeUndefined();
  });

  test('takes a tab, a backslash and letters beyond ASCII as part of a token', () => {
    expect(tokensOf('a\tb c\\x22 é"')).toBeUndefined();
    expect(tokensOf('a\tb c\\x22 é')).toEqual(['a\tb', 'c\\x22', 'é']);
  });

  test('forgets the longer line before', () => {
    tokensOf('"a long line that is followed by a short one"');
    expect(tokensOf('"a')).toBeUndefined();
    expect(tokensOf('a')).toEqual(['a']);
  });

  test('notices the kinds of byte it meets', () => {
    expect(traitsMet('plain "text here"')).toBe(0);
    expect(traitsMet('a \\')).toBe(ESCAPED);
    expect(traitsMet('a\u0001')).toBe(ESCAPED);
    expect(traitsMet('"b ü"')).toBe(NON_ASCII);
  });

  test.each(['=', '@', '%'])('asks about each %s, and remembers that one of them was suspect', (trigger) => {
    const asked: number[] = [];
    const bytes = Buffer.from(`a${trigger}b "c ${trigger}${trigger}d"`);
    load(line, bytes);
    expect(tokenize(line, (_, at) => asked.push(at) === 2)).toBe(true);
    expect(asked).toEqual([1, 7, 8]);
    expect(line.traits & SUSPECT).toBe(SUSPECT);
  });

  test(`refuses more than ${MOST_TOKENS} tokens`, () => {
    expect(tokensOf(Array(MOST_TOKENS).fill('a').join(' '))).toHaveLength(MOST_TOKENS);
    expect(
      tokensOf(
        Array(MOST_TOKENS + 1)
          .fill('a')
          .join(' '),
      ),
    ).toBeUndefined();
  });

  test('agrees with the grammar on lines of well-formed tokens', () => {
    const bare = fc.string({ minLength: 1 }).filter((text) => !/[ "]/.test(text));
    const quoted = fc.string({ unit: 'binary' }).map((text) => `"${text.replaceAll('"', '')}"`);
    fc.assert(
      fc.property(fc.array(fc.oneof(bare, quoted), { minLength: 1, maxLength: 60 }), (tokens) => {
        const text = tokens.join(' ');
        expect(tokensOf(text)).toEqual(reference(text));
        expect(tokensOf(text)).toHaveLength(tokens.length);
      }),
      { numRuns: 50 },
    );
  });

  test('agrees with the grammar on hostile lines', () => {
    const piece = fc.constantFrom(
      '"',
      ' ',
      '  ',
      '" "',
      'a',
      '-',
      '\\x22',
      '\t',
      '\0',
      'é',
      'sig=',
      '@',
      '%40',
      'tail',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 24 }).map((pieces) => pieces.join('').trimEnd()),
        (text) => {
          expect(tokensOf(text)).toEqual(reference(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('reads lines of every length up to and beyond what it first has room for', () => {
    for (let length = 4070; length < 4110; length++) {
      line = newLine();
      const tokens = ['a', 'x'.repeat(length - 4), 'b'];
      expect(tokensOf(tokens.join(' '))).toEqual(tokens);
      expect(tokensOf(`a "${'y'.repeat(length - 4)}`)).toBeUndefined();
    }
  });

  test('reads a line of a mebibyte', () => {
    const long = 'x'.repeat(1024 * 1024 - 2);
    expect(tokensOf(`a ${long}`)).toEqual(['a', long]);
  });
});

test('a text is nothing when it is empty or a dash', () => {
  tokensOf('"" - "-" -- " " -1');
  const nothing = [0, 1, 2, 3, 4, 5].map((i) => {
    const { start, end } = spanOf(line, i);
    return isNothing(line.bytes, start, end);
  });
  expect(nothing).toEqual([true, true, true, false, false, false]);
});

/** Where a text ends, and its traits; the bytes at `suspects` are suspect. */
const endIn = (text: string, suspects: readonly number[] = []) => {
  const subject = newLine();
  const bytes = Buffer.from(text);
  load(subject, bytes);
  const end = endOfText(subject, 0, (_, at) => suspects.includes(at));
  return { end, traits: subject.traits & NOTED };
};

describe('endOfText', () => {
  test.each([
    ['"', 0],
    ['a"', 1],
    ['a b"', 3],
    ['ab "c"', 3],
    ['a\\"b"', 4],
    ['a\\\\"b"', 3],
    ['', -1],
    ['a', -1],
    ['ab', -1],
    ['abc', -1],
    ['a\\', -1],
    ['ab\\', -1],
    ['ab\\"', -1],
  ])('finds the quote that ends a text, if there is one: %j at %i', (text, end) => {
    expect(endIn(text).end).toBe(end);
  });

  test.each<[text: string, suspects: readonly number[], traits: number]>([
    ['ab"', [0, 1, 2], 0],
    ['a=b"', [], 0],
    ['ab="', [], 0],
    ['a=b"', [1], SUSPECT],
    ['ab="', [2], SUSPECT],
    ['é"', [0, 1], NON_ASCII],
    ['\\n"', [1], ESCAPED],
    ['\\n"', [0], ESCAPED | SUSPECT],
    ['\\\\x40"', [], ESCAPED],
    ['\\\\x40"', [1], ESCAPED | SUSPECT],
    ['a\\\\x40"', [2], ESCAPED | SUSPECT],
    ['a" =é\\"', [3], 0],
  ])('notices the kinds of byte up to there: %j, of which %j are suspect', (text, suspects, traits) => {
    expect(endIn(text, suspects).traits).toBe(traits);
  });
});

test.each<[text: string, isSuspect: boolean, traits: number]>([
  ['ab', true, 0],
  ['a=', false, 0],
  ['a=', true, SUSPECT],
  ['a\\', false, ESCAPED],
  ['a\t', true, ESCAPED],
  ['é', true, NON_ASCII],
  ['é=\\', true, ESCAPED | NON_ASCII | SUSPECT],
])('a part of a line has traits: %j, suspect %s', (text, isSuspect, traits) => {
  const subject = newLine();
  const bytes = Buffer.from(`=${text}\\`);
  load(subject, bytes);
  expect(traitsOf(subject, 1, bytes.length - 1, () => isSuspect) & NOTED).toBe(traits);
});
