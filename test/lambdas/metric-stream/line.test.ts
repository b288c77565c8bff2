import { describe, expect, test } from 'vitest';
import { MOST_MALFORMED } from '../../../lambdas/metric-stream/line.ts';
import { add, datumLine, encode, newEncoder, pointsOf } from '../../support/factories/metric-points.ts';

const named = (metric_name: string, more = {}) => datumLine({ metric_name, ...more });
const namesIn = (request: Uint8Array) => pointsOf(request).map(({ attributes }) => attributes['MetricName']);

describe('several objects on a line', () => {
  test.each(['', ' ', '\t \r'])('are several data, with "%s" between them', (between) => {
    const names = ['a', 'b', 'c'];
    const { request, records, rejected } = encode([names.map((name) => named(name)).join(between)]);
    expect(namesIn(request)).toEqual(names);
    expect({ records, rejected }).toEqual({ records: 3, rejected: [] });
  });

  test('are separated by their braces, not by those in strings', () => {
    const { request } = encode([
      named('}{') + named('a"}{"b') + named('\\') + named('\\"}{', { tags: [{}, [{}]] }),
    ]);
    expect(namesIn(request)).toEqual(['}{', 'a"}{"b', '\\', '\\"}{']);
  });

  test('that are no data are rejected one by one, each with its own text', () => {
    const bad = named('bad', { value: {} });
    const { request, rejected } = encode([named('a') + bad + named('b') + `[${bad}]` + named('c')]);
    expect(namesIn(request)).toEqual(['a', 'b', 'c']);
    expect(rejected).toEqual([
      { lineNumber: 1, reason: expect.stringMatching(/^count is missing/), line: bad },
      { lineNumber: 1, reason: expect.stringMatching(/^the line is an array/), line: `[${bad}]` },
    ]);
  });

  test.each([
    ['is cut off', named('c').slice(0, 50)],
    ['is text', 'and so on'],
    ['is broken amid good ones', `{"a":}${named('d')}`],
    ['has a brace too many', `}${named('d')}`],
  ])('before a rest that %s are sent, and the rest is rejected whole', (_, rest) => {
    const { request, rejected } = encode([`${named('a')}${named('b')} ${rest}`]);
    expect(namesIn(request)).toEqual(['a', 'b']);
    expect(rejected).toEqual([{ lineNumber: 1, reason: expect.stringMatching(/^not JSON: ./), line: rest }]);
  });
});

test('of a line with too many values that are no data, the rest is rejected whole', () => {
  const { request, rejected } = encode([named('a') + '{}'.repeat(MOST_MALFORMED + 5)]);
  expect(namesIn(request)).toEqual(['a']);
  expect(rejected).toHaveLength(MOST_MALFORMED + 1);
  expect(rejected.at(-1)).toEqual({
    lineNumber: 1,
    reason: `follows ${MOST_MALFORMED} values that are not data`,
    line: '{}'.repeat(5),
  });
});

test.each(['\t', '\t\r', '\uFEFF', ' \t\uFEFF'])(
  'a line of nothing but space holds no record: %j',
  (line) => {
    expect(encode([line])).toMatchObject({ records: 0, rejected: [] });
  },
);

test('a byte order mark is passed over', () => {
  expect(namesIn(encode([`\uFEFF${named('a')}`]).request)).toEqual(['a']);
  expect(namesIn(encode([`\uFEFF${named('a')}${named('b')}`]).request)).toEqual(['a', 'b']);
});

test('bytes that are no UTF-8 are replaced, and the datum is sent', () => {
  const line = Buffer.from(named('aXb'));
  line[line.indexOf('X')] = 0xff;
  expect(namesIn(encode([line]).request)).toEqual(['a\uFFFDb']);
});

test('a line may be read from any place of any bytes', () => {
  const memory = new Uint8Array(4096).fill(0x7d);
  const line = Buffer.from(named('a'));
  memory.set(line, 1000);
  const encoder = newEncoder();
  encoder.add(memory.subarray(900, 3000), 100, 100 + line.length, 1, false);
  expect(namesIn(encoder.take().request)).toEqual(['a']);
  expect(add(encoder, line)).toBe(true);
});
