import { encoderFor } from '../../../support/factories/encoder.ts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, batches, encodeLines, lineText } from '../../../../lambdas/forwarding/read/batches.ts';
import {
  blocks,
  TRUNCATED_LINE_BYTES,
  MAX_LINE_BYTES,
} from '../../../../lambdas/forwarding/read/line-blocks.ts';
import type { BatchLimits, Encoder } from '../../../../lambdas/format.ts';
import type { LineRange } from '../../../../lambdas/forwarding/event/work-item.ts';
import { chunked, failing } from '../../../support/factories/chunked.ts';
import { collect } from '../../../support/factories/collect.ts';
import { textFormat } from '../../../support/harness/simulation/text-format.ts';

const LIMITS = { records: 3, bytes: 4096 };
const WHOLE: LineRange = { fromLine: 1 };

const encoder = (limits: BatchLimits): Encoder =>
  encoderFor(textFormat, { bucket: 'b', key: 'k' }, 0, limits);
const cut = (text: string, range = WHOLE, limits = LIMITS, size = 7): Promise<Batch[]> =>
  collect(batches(blocks(chunked(text, size)), range, limits, async () => encoder(limits)));
const ranges = (found: readonly Batch[]) => found.map(({ fromLine, toLine }) => [fromLine, toLine]);
const records = ({ encoded }: Pick<Batch, 'encoded'>): string[] =>
  Buffer.from(encoded.request).toString().split('\n').slice(0, -1);
const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `l${i + 1}\n`).join('');

/** An encoder that tells what it was given. */
const witness = () => {
  const lines: { text: string; lineNumber: number; cut: boolean }[] = [];
  const spy: Encoder = {
    add: (bytes, start, end, lineNumber, cut) => {
      lines.push({ text: Buffer.from(bytes.subarray(start, end)).toString(), lineNumber, cut });
      return true;
    },
    take: () => ({ request: Buffer.alloc(0), records: 0, filtered: 0, rejected: [], newestMs: undefined }),
  };
  return { lines, spy };
};
const given = async (text: string, range = WHOLE, size = 65_536) => {
  const { lines, spy } = witness();
  await collect(batches(blocks(chunked(text, size)), range, { records: 1, bytes: 4 << 20 }, async () => spy));
  return lines;
};

describe('a batch is full', () => {
  test('at the most records', async () => {
    expect(ranges(await cut(numbered(8)))).toEqual([
      [1, 3],
      [4, 6],
      [7, 8],
    ]);
  });

  test('at the most bytes, encoded', async () => {
    const found = await cut(numbered(6), WHOLE, { records: 100, bytes: 20 });
    expect(ranges(found)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(found.map(records)).toEqual([
      ['k#1#0:l1', 'k#2#0:l2'],
      ['k#3#0:l3', 'k#4#0:l4'],
      ['k#5#0:l5', 'k#6#0:l6'],
    ]);
  });

  test('of one line that is more than that alone', async () => {
    const found = await cut(`a\n${'x'.repeat(90)}\nb,b,b,b\nc\n`, WHOLE, { records: 3, bytes: 50 });
    expect(ranges(found)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  test('at the most bytes of text, where nothing of it is sent', async () => {
    const found = await cut('skip it\n'.repeat(1000), WHOLE, { records: 3, bytes: 1024 });
    expect(found.length).toBeGreaterThan(6);
    expect(found.map(({ encoded }) => encoded.filtered).reduce((sum, count) => sum + count)).toBe(1000);
    for (const { text } of found)
      expect(text.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(1025);
  });

  test('and a line is never split, nor its records', async () => {
    const found = await cut('a,a\nb,b\nc,c,c\nd\n');
    expect(ranges(found)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(found.map(({ encoded }) => encoded.records)).toEqual([2, 2, 3, 1]);
  });
});

describe('lines', () => {
  test('come without line end, trailing spaces or byte order mark; blank ones are counted only', async () => {
    expect(await given('\ufeffa \r\n\n  \r\n b\t\r\n\ufeffc')).toEqual([
      { text: 'a', lineNumber: 1, cut: false },
      { text: ' b\t', lineNumber: 4, cut: false },
      { text: '\ufeffc', lineNumber: 5, cut: false },
    ]);
  });

  test('that hold a byte order mark alone are blank', async () => {
    expect(await given('\ufeff\n')).toEqual([]);
    expect(ranges(await cut('\ufeff\n'))).toEqual([[1, 1]]);
  });

  test.each([65_536, 262_144, 3_000_000])(
    'over 1 MiB are cut to 64 KiB, in chunks of %i bytes',
    async (size) => {
      const longest = 'y'.repeat(MAX_LINE_BYTES);
      const long = `${longest}z`;
      const lines = await given(`${long}\n${longest}\n${long}\n${long}\nb\n${long}`, WHOLE, size);
      expect(lines.map(({ text, lineNumber, cut }) => [lineNumber, text.length, cut])).toEqual([
        [1, TRUNCATED_LINE_BYTES, true],
        [2, MAX_LINE_BYTES, false],
        [3, TRUNCATED_LINE_BYTES, true],
        [4, TRUNCATED_LINE_BYTES, true],
        [5, 1, false],
        [6, TRUNCATED_LINE_BYTES, true],
      ]);
    },
  );

  test.each<[LineRange, number[]]>([
    [{ fromLine: 1, toLine: 2 }, [1, 2]],
    [{ fromLine: 3, toLine: 3 }, [3]],
    [{ fromLine: 4 }, [4, 5]],
    [{ fromLine: 2, toLine: 99 }, [2, 3, 4, 5]],
    [{ fromLine: 5, toLine: 5 }, [5]],
    [{ fromLine: 6 }, []],
    [{ fromLine: 1000, toLine: 2000 }, []],
  ])('of a range alone: %j', async (range, expected) => {
    for (const size of [1, 4, 100]) {
      const lines = await given('l1\nl2\nl3\nl4\nl5', range, size);
      expect(lines.map(({ text }) => text)).toEqual(expected.map((line) => `l${line}`));
    }
  });

  test('past a range are not waited for', async () => {
    let pulled = 0;
    const source = async function* () {
      for (; pulled < 100; pulled++) yield Buffer.from('l\n');
    };
    const found = await collect(
      batches(blocks(source()), { fromLine: 2, toLine: 3 }, LIMITS, async () => encoder(LIMITS)),
    );
    expect(ranges(found)).toEqual([[2, 3]]);
    expect(pulled).toBeLessThan(4);
  });
});

const aLine = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'bb', 'skip', 'bad', 'c,c', 'skip,d', '', ' ', 'é') },
  { weight: 1, arbitrary: fc.nat(60).map((length) => 'x'.repeat(length)) },
);
const aText = fc
  .tuple(fc.array(aLine, { maxLength: 40 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : ''));
const someLimits = fc.record({
  records: fc.integer({ min: 1, max: 6 }),
  bytes: fc.integer({ min: 1, max: 80 }),
});
const aSize = fc.integer({ min: 1, max: 30 });

describe('the cuts depend on the lines alone', () => {
  test('they cover the range, one after the other, however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(aText, someLimits, aSize, aSize, async (text, limits, one, other) => {
        const found = await cut(text, WHOLE, limits, one);
        expect(ranges(await cut(text, WHOLE, limits, other))).toEqual(ranges(found));
        let next = 1;
        for (const { fromLine, toLine } of found) {
          expect(fromLine).toBe(next);
          expect(toLine).toBeGreaterThanOrEqual(fromLine);
          next = toLine + 1;
        }
        expect(next - 1).toBe(text === '' ? 0 : text.replace(/\n$/, '').split('\n').length);
      }),
      { numRuns: 400 },
    );
  });

  test('from the start of any batch they are the same again', async () => {
    await fc.assert(
      fc.asyncProperty(aText, someLimits, aSize, async (text, limits, size) => {
        const found = await cut(text, WHOLE, limits, size);
        for (const [index, { fromLine }] of found.entries()) {
          const again = await cut(text, { fromLine }, limits, size);
          expect(again.map(records)).toEqual(found.slice(index).map(records));
          expect(ranges(again)).toEqual(ranges(found.slice(index)));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('overlong lines too count alike, however they come', async () => {
    const text = `${'x'.repeat(MAX_LINE_BYTES + 9)}\nskip\n`.repeat(3);
    const limits = { records: 100, bytes: TRUNCATED_LINE_BYTES + 100 };
    const some = await Promise.all(
      [65_536, 700_001, 4_000_000].map((size) => cut(text, WHOLE, limits, size)),
    );
    expect(ranges(some[0] ?? [])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    for (const found of some) expect(ranges(found)).toEqual(ranges(some[0] ?? []));
  });
});

describe('a batch keeps its lines', () => {
  test('so that any part of them can be encoded by itself', async () => {
    await fc.assert(
      fc.asyncProperty(aText, aSize, async (text, size) => {
        for (const batch of await cut(text, WHOLE, { records: 10, bytes: 4096 }, size)) {
          const { fromLine, toLine } = batch;
          const singles = Array.from({ length: toLine - fromLine + 1 }, (_, index) => {
            const line = fromLine + index;
            return encodeLines(batch.text, { fromLine: line, toLine: line }, encoder(LIMITS));
          });
          expect(singles.flatMap((encoded) => records({ encoded }))).toEqual(records(batch));
          const sum = (count: (one: (typeof singles)[0]) => number) =>
            singles.reduce((all, one) => all + count(one), 0);
          expect(sum(({ filtered }) => filtered)).toBe(batch.encoded.filtered);
          expect(sum(({ rejected }) => rejected.length)).toBe(batch.encoded.rejected.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('and each can be read', async () => {
    const long = 'y'.repeat(MAX_LINE_BYTES + 1);
    const text = `\ufeffone\r\n\n${long}\nfour  \nfive`;
    for (const size of [3, 65_536, 3_000_000]) {
      const [batch] = await cut(text, WHOLE, { records: 10, bytes: 4 << 20 }, size);
      const lines = [1, 2, 3, 4, 5, 6].map((line) => lineText(batch?.text ?? [], line));
      expect(lines).toEqual(['one', '', 'y'.repeat(TRUNCATED_LINE_BYTES), 'four', 'five', '']);
    }
  });
});

const collected = async (found: AsyncIterable<Batch>) => {
  const seen: Batch[] = [];
  try {
    for await (const batch of found) seen.push(batch);
  } catch (caught) {
    return { seen, caught };
  }
  return { seen, caught: undefined };
};

describe('when something fails', () => {
  const error = new Error('broken');

  test('in the source, the whole lines before come first', async () => {
    const source = blocks(failing(chunked('l1\nl2\nl3\nl4\nl5', 5), error));
    const { seen, caught } = await collected(batches(source, WHOLE, LIMITS, async () => encoder(LIMITS)));
    expect(ranges(seen)).toEqual([
      [1, 3],
      [4, 4],
    ]);
    expect(caught).toBe(error);
  });

  test('in an encoder, nothing of what it was given comes', async () => {
    const fragile = (): Encoder => {
      const inner = encoder(LIMITS);
      return {
        ...inner,
        add: (bytes, start, end, line, cut) => {
          if (line === 5) throw error;
          return inner.add(bytes, start, end, line, cut);
        },
      };
    };
    const source = blocks(chunked(numbered(9), 1000));
    const { seen, caught } = await collected(batches(source, WHOLE, LIMITS, async () => fragile()));
    expect(ranges(seen)).toEqual([[1, 3]]);
    expect(caught).toBe(error);
  });

  test('because no more is wanted, the next batch is not begun', async () => {
    let asked = 0;
    const { lines, spy } = witness();
    const full: Encoder = { ...spy, add: (...line) => lines.length < 2 && spy.add(...line) };
    const source = blocks(chunked(numbered(9), 1000));
    const { seen, caught } = await collected(
      batches(source, WHOLE, LIMITS, async () => {
        if (asked++ === 1) throw error;
        return full;
      }),
    );
    expect(ranges(seen)).toEqual([[1, 2]]);
    expect(caught).toBe(error);
    expect(lines).toHaveLength(2);
  });
});

test('a reader that stops closes the source', async () => {
  let closed = false;
  const source = async function* () {
    try {
      for (;;) yield Buffer.from(numbered(10));
    } finally {
      closed = true;
    }
  };
  for await (const batch of batches(blocks(source()), WHOLE, LIMITS, async () => encoder(LIMITS))) {
    expect(batch.fromLine).toBe(1);
    break;
  }
  expect(closed).toBe(true);
});
