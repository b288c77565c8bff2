import { describe, expect, test } from 'vitest';
import {
  add,
  datumLine,
  encode,
  newEncoder,
  pointIn,
  pointsOf,
  TIMESTAMP,
} from '../../support/factories/metric-points.ts';

/** A line with a piece of JSON in place of another. */
const lineWith = (found: string, replacement: string): string => {
  const line = datumLine();
  if (!line.includes(found)) throw new Error(`no ${found} in ${line}`);
  return line.replace(found, replacement);
};
const withCount = (json: string) => lineWith('"count":3', `"count":${json}`);
const withSum = (json: string) => lineWith('"sum":7.5', `"sum":${json}`);
const withTimestamp = (json: string) => lineWith(String(TIMESTAMP), json);

const COUNT = 'it must be a number from 0 to below 2^64';
const FINITE = 'it must be a finite number';
const TIME = 'it must be milliseconds from 1000000000000 to 18446744073709';
const NAME = 'it must be text that is not empty';
const MANY = Object.fromEntries(Array.from({ length: 280 }, (_, i) => [`s${i}`, 1]));

describe('a datum is rejected, with the value and what would be right, for', () => {
  test.each([
    ['a negative count', withCount('-1'), `count is -1; ${COUNT}`],
    ['a count just below 0', withCount('-0.25'), `count is -0.25; ${COUNT}`],
    ['a count of 2^64', withCount('18446744073709551616'), `count is 18446744073709552000; ${COUNT}`],
    ['an infinite count', withCount('1E999'), `count is Infinity; ${COUNT}`],
    ['a count in quotes', withCount('"3"'), `count is "3"; ${COUNT}`],
    ['no count', lineWith(',"count":3', ''), `count is missing; ${COUNT}`],
    ['a text of 64 characters', withCount(`"${'9'.repeat(64)}"`), `count is "${'9'.repeat(64)}"; ${COUNT}`],
    ['a longer text', withCount(`"${'9'.repeat(65)}"`), `count is "${'9'.repeat(64)}…"; ${COUNT}`],
    ['a null count', withCount('null'), `count is null; ${COUNT}`],
    ['no sum', lineWith('"sum":7.5,', ''), `sum is missing; ${FINITE}`],
    ['an infinite sum', withSum('-1E999'), `sum is -Infinity; ${FINITE}`],
    ['a sum in quotes', withSum('"NaN"'), `sum is "NaN"; ${FINITE}`],
    ['an infinite minimum', lineWith('"min":1', '"min":1e400'), `min is Infinity; ${FINITE}`],
    ['an infinite maximum', lineWith('"max":4', '"max":-1e400'), `max is -Infinity; ${FINITE}`],
    ['a maximum that is no number', lineWith('"max":4', '"max":true'), `max is true; ${FINITE}`],
    ['an infinite percentile', lineWith('"count":3', '"count":3,"p99":1e999'), `p99 is Infinity; ${FINITE}`],
    ['an infinite statistic', lineWith('"count":3', '"count":3,"IQM":1e999'), `IQM is Infinity; ${FINITE}`],
    ['a value that is a number', datumLine({ value: 85.5 }), 'value is 85.5; it must be an object'],
    ['no value', datumLine({ value: undefined }), 'value is missing; it must be an object'],
    ['a list of values', datumLine({ value: [1] }), 'value is an array; it must be an object'],
    ['no timestamp', lineWith(`"timestamp":${TIMESTAMP},`, ''), `timestamp is missing; ${TIME}`],
    ['a timestamp in quotes', withTimestamp('"1769903940000"'), `timestamp is "1769903940000"; ${TIME}`],
    ['a timestamp in seconds', withTimestamp('1769903940'), `timestamp is 1769903940; ${TIME}`],
    [
      'a timestamp in microseconds',
      withTimestamp('1769903940000000'),
      `timestamp is 1769903940000000; ${TIME}`,
    ],
    [
      'a timestamp that 64 bits cannot hold',
      withTimestamp('18446744073710'),
      `timestamp is 18446744073710; ${TIME}`,
    ],
    ['a timestamp before 2001', withTimestamp('999999999999.9'), `timestamp is 999999999999.9; ${TIME}`],
    ['no metric name', datumLine({ metric_name: undefined }), `metric_name is missing; ${NAME}`],
    ['an empty metric name', datumLine({ metric_name: '' }), `metric_name is ""; ${NAME}`],
    ['no namespace', datumLine({ namespace: undefined }), `namespace is missing; ${NAME}`],
    ['an empty namespace', datumLine({ namespace: '' }), `namespace is ""; ${NAME}`],
    ['a namespace that is no text', datumLine({ namespace: {} }), `namespace is an object; ${NAME}`],
    [
      'an account that is an object',
      datumLine({ account_id: {} }),
      'account_id is an object; it must be text',
    ],
    ['a region that is a list', datumLine({ region: [] }), 'region is an array; it must be text'],
    ['a unit that is a list', datumLine({ unit: [] }), 'unit is an array; it must be text'],
    ['dimensions that are text', datumLine({ dimensions: 'a' }), 'dimensions is "a"; it must be an object'],
    [
      'dimensions that are a list',
      datumLine({ dimensions: [] }),
      'dimensions is an array; it must be an object',
    ],
    [
      'an object as dimension',
      datumLine({ dimensions: { a: {} } }),
      'dimension a is an object; it must be text',
    ],
    ['a null dimension', datumLine({ dimensions: { a: null } }), 'dimension a is null; it must be text'],
    ['a number alone', '42', 'the line is 42; it must be an object'],
    ['null alone', 'null', 'the line is null; it must be an object'],
    [
      'statistics of which each repeats a long name',
      datumLine({ metric_name: 'x'.repeat(60_000), value: { sum: 1, count: 1, ...MANY } }),
      'the data points of the line take more than 16777216 bytes',
    ],
    ['an array', `[${datumLine()}]`, 'the line is an array; it must be an object'],
  ])('%s', (_, line, reason) => {
    const { records, rejected, request } = encode([line]);
    expect(rejected).toEqual([{ lineNumber: 1, reason, line }]);
    expect({ records, bytes: request.length }).toEqual({ records: 0, bytes: 0 });
  });

  test.each([
    ['NaN', withSum('NaN')],
    ['a line cut off', datumLine().slice(0, 100)],
    ['text', 'GET / HTTP/1.1'],
    ['a Python dictionary', "{'namespace': 'AWS/EC2'}"],
    ['a leading zero', withSum('007')],
    ['a raw control character', lineWith('CPU', 'C\tU')],
    ['a lone brace', '}{'],
    ['an unknown escape', lineWith('CPU', String.raw`C\x55`)],
  ])('bad JSON: %s', (_, line) => {
    const { records, rejected } = encode([line]);
    expect(rejected).toEqual([{ lineNumber: 1, reason: expect.stringMatching(/^not JSON: ./), line }]);
    expect(records).toBe(0);
  });

  test('being longer than 1 MiB, of which the beginning is kept', () => {
    const encoder = newEncoder();
    expect(add(encoder, datumLine().slice(0, 60), 7, true)).toBe(true);
    expect(encoder.take()).toMatchObject({
      records: 0,
      rejected: [{ lineNumber: 7, reason: 'the line is longer than 1 MiB', line: datumLine().slice(0, 60) }],
    });
  });
});

test('tolerated deviations are not rejected', () => {
  for (const members of [
    { account_id: 123456789012 },
    { unit: undefined },
    { metric_stream_name: undefined },
  ]) {
    expect(pointIn(datumLine(members)).summary).toMatchObject({ count: '3', sum: 7.5 });
  }
});

test('a rejected line leaves its neighbours alone, and its number says where it was', () => {
  const { records, rejected, request } = encode([
    datumLine(),
    withCount('-1'),
    datumLine(),
    '{',
    datumLine(),
  ]);
  expect(records).toBe(3);
  expect(pointsOf(request)).toHaveLength(3);
  expect(rejected.map(({ lineNumber }) => lineNumber)).toEqual([2, 4]);
});

test('at most 64 KiB of a rejected line are kept, and none of its value in the reason', () => {
  const { rejected } = encode([datumLine({ timestamp: 'é'.repeat(200_000) })]);
  expect(Buffer.byteLength(rejected[0]?.line ?? '')).toBeGreaterThan(65_500);
  expect(Buffer.byteLength(rejected[0]?.line ?? '')).toBeLessThanOrEqual(65_536 + 2);
  expect(rejected[0]?.reason.length).toBeLessThan(200);
});

test('a reason is short, however long the name that it names', () => {
  const name = 'x'.repeat(10_000);
  const { rejected } = encode([
    datumLine({ dimensions: { [name]: null } }),
    datumLine({ value: { sum: 1, count: 1, [name]: 1 } }).replace(`${name}":1`, `${name}":1e999`),
  ]);
  expect(rejected.map(({ reason }) => reason.length < 200)).toEqual([true, true]);
});

test('rejections are told once', () => {
  const encoder = newEncoder();
  add(encoder, '{');
  expect(encoder.take().rejected).toHaveLength(1);
  expect(encoder.take()).toMatchObject({ records: 0, rejected: [], newestMs: undefined });
});
