import { expect, test } from 'vitest';
import { unescape } from '../../../lambdas/log-lines/unescape.ts';

const decoded = (text: string): string => {
  const { bytes, size } = unescape(Buffer.from(text));
  return Buffer.from(bytes.subarray(0, size)).toString();
};

test.each([
  ['%41', 'A'],
  ['%2541', 'A'],
  ['%0a', '\n'],
  ['%00', '\0'],
  ['\\x41', 'A'],
  ['\\u0041', 'A'],
  ['\\/', '/'],
  ['\\"', '"'],
  ['\\\\', '\\'],
])('decodes %s', (text, expected) => {
  expect(decoded(text)).toBe(expected);
});

test.each([
  '',
  '4',
  '41',
  '%4',
  '%4g',
  '%g4',
  '\\a',
  '\\yx41',
  '%yx41',
  '\\u1141',
  '\\u0141',
  '\\u1041',
  '\\v0041',
  '%u0041',
])('leaves what is not an escape: "%s"', (text) => {
  expect(decoded(text)).toBe(text);
});

test('decodes a text that is longer than any before', () => {
  const plain = 'a'.repeat(10_000);

  expect(decoded(`${plain}%41`)).toBe(`${plain}A`);
});

test('tells where each byte comes from, and how often it was percent-encoded', () => {
  const { size, starts, depths } = unescape(Buffer.from('a%41%2541\\x41b'));

  expect(size).toBe(5);
  expect([...starts.subarray(0, size + 1)]).toEqual([0, 1, 4, 9, 13, 14]);
  expect([...depths.subarray(0, size)]).toEqual([0, 1, 2, 0, 0]);
});
