import { expect, test } from 'vitest';
import { firstLines } from '../../../lambdas/log-lines/first-lines.ts';

test.each([
  ['', []],
  ['\n\n', []],
  [' \r\n  \n', []],
  ['\uFEFF', []],
  ['\uFEFF \n', []],
  ['\uFEFFa\n', ['a']],
  ['a \r\n\n b\r \nc', ['a', ' b', 'c']],
  ['\n'.repeat(200) + 'a\n'.repeat(101), Array(100).fill('a')],
])('the first lines of %j are those with a text', (head, lines) => {
  expect(firstLines(Buffer.from(`\r ${head}`).subarray(2)).map(String)).toEqual(lines);
});
