import { describe, expect, test } from 'vitest';
import { jsonForm } from '../../../lambdas/log-lines/json-lines.ts';
import { fieldText, isAbsent, type MutableLine, newLine } from '../../../lambdas/log-lines/line.ts';
import type { LineForm } from '../../../lambdas/log-lines/line-form.ts';
import type { LogSchema } from '../../../lambdas/log-lines/schema.ts';
import { loaded } from '../../support/factories/log-schema.ts';

/** Of the schema only what the form reads. */
const SCHEMA = { fields: ['status', 'time', 'client:port', 'start'], time: 1 } as unknown as LogSchema;
const TWO_TIMES: LogSchema = { ...SCHEMA, otherTime: 3 };

const formOf = (first: string, schema = SCHEMA): LineForm =>
  jsonForm(schema, [first]) ?? expect.fail('the object is not JSON');
const splits = (form: LineForm, text: string, line = newLine()): boolean => {
  loaded(text, line);
  return form.split(line, () => false);
};
const decoded = (text: string): MutableLine => {
  const form = formOf('{"time":"1"}');
  const line = newLine();
  expect(splits(form, text, line)).toBe(true);
  form.decode?.(line);
  return line;
};

describe('jsonForm', () => {
  test.each<[what: string, lines: readonly string[], known: number | undefined]>([
    ['no lines', [], undefined],
    ['lines that are not JSON', ['a b c', '{"status":'], undefined],
    ['JSON that is not an object', ['["a"]', '"abc"', 'null'], undefined],
    ['an object without members', ['{}'], undefined],
    ['an object of whose members half are known', ['{"status":1,"x":2}'], 1],
    ['an object of whose members less than half are known', ['{"status":1,"x":2,"y":3}'], undefined],
    ['an object behind other lines', ['["a"]', '"abc"', 'a', '{}', '  {"time":1,"status":2}'], 2],
    ['escapes that are not those of JSON', [String.raw`{"status":"\x22\\\"\u00e9\n"}`], 1],
    ['an escape in a name', [String.raw`{"client\/port":1}`], 1],
  ])('counts the known members of %s', (_, lines, known) => {
    expect(jsonForm(SCHEMA, lines)?.known).toBe(known);
  });

  test.each<[what: string, first: string, schema: LogSchema, line: string, isRecord: boolean]>([
    ['a line with the time', '{"time":1}', SCHEMA, '{"time":1}', true],
    ['a line without the time', '{"time":1}', SCHEMA, '{"status":1}', false],
    ['a line with the other time', '{"time":1}', TWO_TIMES, '{"start":1}', true],
    ['a line with the first time', '{"start":1}', TWO_TIMES, '{"time":1}', true],
    ['a line with neither time', '{"start":1}', TWO_TIMES, '{"status":1}', false],
    ['a line with a field', '{"status":1}', SCHEMA, '{"client:port":1}', true],
    ['a line without a field', '{"status":1}', SCHEMA, '{"x":1}', false],
    ['a line that is not an object', '{"status":1}', SCHEMA, 'status', false],
  ])('%s, of an object that begins with %s', (_, first, schema, line, isRecord) => {
    expect(splits(formOf(first, schema), line)).toBe(isRecord);
  });

  test('decodes the escapes of each field', () => {
    const line = decoded(String.raw`{"time":"\u0031","status":"a\"b","client:port":"é"}`);
    expect([0, 1, 2].map((i) => fieldText(line, i))).toEqual(['a"b', '1', 'é']);
  });

  test('keeps a field with an escape that is not one of JSON, and decodes those behind it', () => {
    const line = decoded(String.raw`{"status":"a\x22b\n","time":"\t"}`);
    expect([0, 1].map((i) => fieldText(line, i))).toEqual([String.raw`a\x22b\n`, '\t']);
  });

  test('keeps absent fields absent', () => {
    expect(isAbsent(decoded(String.raw`{"time":"\n"}`), 0)).toBe(true);
  });
});
