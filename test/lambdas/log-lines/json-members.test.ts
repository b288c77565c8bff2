import { describe, expect, test } from 'vitest';
import { memberScanner } from '../../../lambdas/log-lines/json-members.ts';
import {
  ESCAPED,
  fieldText,
  isAbsent,
  type MutableLine,
  newLine,
  NON_ASCII,
  spanOf,
  SUSPECT,
} from '../../../lambdas/log-lines/line.ts';
import { loaded } from '../../support/factories/log-schema.ts';

type Members = Readonly<Record<string, string>>;

/** Scans lines with one scanner and one line, as an object is read; the members of the last one by their names. */
const scan = (texts: readonly string[], line: MutableLine = newLine()): Members | undefined => {
  const names = ['a', 'b'];
  const indexOf = (name: string): number | undefined => {
    if (name.startsWith('!')) return undefined;
    return names.includes(name) ? names.indexOf(name) : names.push(name) - 1;
  };
  const scanner = memberScanner(names, indexOf);
  let isObject = false;
  for (const text of texts) {
    loaded(text, line);
    isObject = scanner(line, (all, at) => all[at] === EQUALS);
  }
  if (!isObject) return undefined;
  const present = names.flatMap((name, i) => (isAbsent(line, i) ? [] : [[name, fieldText(line, i)]]));
  return Object.fromEntries(present) as Members;
};
const EQUALS = '='.charCodeAt(0);

describe('memberScanner', () => {
  test.each<[text: string, members: Members]>([
    ['{}', {}],
    ['{"a":"x"}', { a: 'x' }],
    ['{"a":""}', { a: '' }],
    ['{"a":1}', { a: '1' }],
    ['{"a":null,"b":"null"}', { b: 'null' }],
    ['{"a":{"c":"}"},"b":[1,"]",{}]}', { a: '{"c":"}"}', b: '[1,"]",{}]' }],
    [' \t{\t"a" :\t1\t, "b":\t"x" }\t ', { a: '1', b: 'x' }],
    [String.raw`{"a":"\"x\\"}`, { a: String.raw`\"x\\` }],
    ['{"!":1,"c":2}', { c: '2' }],
    ['{"":1,"a":2}', { '': '1', a: '2' }],
  ])('finds the members of %s', (text, members) => {
    expect(scan([text])).toEqual(members);
    expect(scan([text, text])).toEqual(members);
  });

  test.each([
    '',
    'a',
    '{',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":"x',
    '{"a":1',
    '{"a":"x"',
    '{"a":["x',
    '{"a":[1',
    '{"a":"x",',
    '{"a":"x"]',
    '{"a":"x"}}',
    '{"a"=1}',
    '{xa":1}',
    '{"a":,"b":1}',
    '{"a":x"y"}',
    'a"a":1}',
    '["a"]',
  ])('refuses %s', (text) => {
    expect(scan([text])).toBeUndefined();
    expect(scan(['{"a":"x"}', text])).toBeUndefined();
  });

  test.each<[before: string, text: string, members: Members]>([
    ['{"a":"x","b":"y"}', '{"b":"z"}', { b: 'z' }],
    ['{"a":"x"}', '{"a":1}', { a: '1' }],
    ['{"a":1}', '{"a":"x"}', { a: 'x' }],
    ['{"a":1}', '{"a": 2}', { a: '2' }],
    ['{"a":"x"}', '{"a":"longer"}', { a: 'longer' }],
    ['{"same":"x"}', '{"name":"y"}', { name: 'y' }],
    ['{"wxyz":1}', '{"abcd":2}', { abcd: '2' }],
    ['{"wxyz":1}', '{"wxya":2}', { wxya: '2' }],
    ['{"a":"x","b":1}', '{"c":"x","d":1,"a":2}', { c: 'x', d: '1', a: '2' }],
  ])('behind %s finds the members of %s', (before, text, members) => {
    expect(scan([before, text])).toEqual(members);
  });

  test('counts the fields of which it has names, and those that a line adds', () => {
    const line = newLine();
    scan(['{}'], line);
    expect(line.count).toBe(2);
    scan(['{"c":1}'], line);
    expect(line.count).toBe(3);
  });

  test('clears the fields that the line before had', () => {
    const line = newLine();
    scan(['{"a":"x","b":"y"}', '{}'], line);
    for (const i of [0, 1]) expect(spanOf(line, i)).toEqual({ start: 0, end: 0 });
  });

  test('finds more members than a line has room for at first, and than it remembers', () => {
    const members = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`m${i}`, `${i}`]));
    const text = JSON.stringify(members);
    expect(scan([text, text])).toEqual(members);
  });

  test.each([
    ['{"a":"x"}', 0],
    ['{"a":"é"}', NON_ASCII],
    ['{"a":é,"b":1}', NON_ASCII],
    ['{"a":["é"]}', NON_ASCII],
    ['{"é":1}', NON_ASCII],
    [String.raw`{"a":"\n"}`, ESCAPED],
    ['{"a":x=y}', SUSPECT],
    ['{"a":"x="}', SUSPECT],
  ])('notices the kinds of byte of %s, also where it knows the names', (text, traits) => {
    const line = newLine();
    for (const texts of [[text], [text, text]]) {
      scan(texts, line);
      expect(line.traits & (ESCAPED | NON_ASCII | SUSPECT)).toBe(traits);
    }
  });
});
