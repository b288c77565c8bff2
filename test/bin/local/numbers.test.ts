import { expect, test } from 'vitest';
import { short, size } from '../../../bin/local/numbers.ts';

test.each([
  [0, '0 B'],
  [99, '99 B'],
  [8_570, '8.57 kB'],
  [6_052, '6.05 kB'],
  [812_345, '812 kB'],
  [999_999, '1 MB'],
  [8_594_000, '8.59 MB'],
  [1.23e9, '1.23 GB'],
  [1.2e12, '1.2 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test.each([
  [NaN, '–'],
  [0.123456, '0.1235'],
  [12_345, '12,345'],
  [-12_345, '-12,345'],
  [123_456, '123k'],
  [8.72e11, '872G'],
])('%d is %s', (number, text) => {
  expect(short(number)).toBe(text);
});
