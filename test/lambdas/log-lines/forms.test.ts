import { describe, expect, test } from 'vitest';
import { formsOf } from '../../../lambdas/log-lines/forms.ts';
import { loaded, schemaWith } from '../../support/factories/log-schema.ts';

const SCHEMA = schemaWith(['time', 'gauge', 'height']);

const formOf = (...lines: readonly string[]) => {
  const [form, ...more] = formsOf(SCHEMA, lines);
  if (form === undefined || more.length > 0) throw new Error('not one form');
  return form;
};

const isHeader = (form: ReturnType<typeof formOf>, text: string): boolean =>
  form.isHeader(Buffer.from(text), 0, Buffer.byteLength(text));

describe('the form of lines', () => {
  test('is JSON alone where the first line begins with a brace, behind blanks too', () => {
    expect(formOf('  {"time":"1","gauge":"pier"}').known).toBe(2);
  });

  test.each([
    ['names the fields', 'time gauge height', 3],
    ['names as many other fields', 'time wind', 1],
    ['names fields between commas', 'wind,gauge,height', 2],
    ['is a W3C directive', '#Fields: time gauge wind', 2],
    ['is a W3C directive with commas', '#Fields: time, gauge,\theight', 3],
  ])('has the fields that its first line names, if that %s', (_, first, known) => {
    expect(formOf(first).known).toBe(known);
  });

  test.each([
    ['is one name', 'time'],
    ['names more other fields', 'time wind rain'],
    ['has a text that is no name', 'time gauge 12'],
  ])('is one of three without names if the first line %s', (_, first) => {
    const forms = formsOf(SCHEMA, [first]);
    expect(forms.map(({ names, known }) => ({ names, known }))).toEqual(
      [1, 2, 3].map(() => ({ names: SCHEMA.fields, known: 0 })),
    );
    expect(forms.map((form) => isHeader(form, first))).toEqual([false, false, false]);
  });

  test.each(['#Fields: time', '#Fields: wind rain time'])('is unknown where W3C has "%s"', (first) => {
    expect(formsOf(SCHEMA, [first])).toEqual([]);
  });

  test('has the separator of its rows, whatever the directives have', () => {
    const { split } = formOf('#Fields: time gauge', '#Remark:\tx', '1 pier');
    expect(split(loaded('1 pier'), () => false)).toBe(true);
  });
});

test.each([
  ['#Fields: time gauge', true],
  ['#Remark: x', true],
  ['#Fields: time wind', false],
  ['time#Remark: x', false],
  ['1 pier', false],
])('a W3C log does not take "%s" for a record: %s', (text, expected) => {
  expect(isHeader(formOf('#Fields: time gauge'), text)).toBe(expected);
});

test.each([
  ['time gauge', true],
  ['time pier', false],
  ['#Remark: x', false],
])('a log with a header does not take "%s" for a record: %s', (text, expected) => {
  expect(isHeader(formOf('time gauge'), text)).toBe(expected);
});
