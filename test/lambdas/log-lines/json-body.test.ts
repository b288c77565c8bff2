import { describe, expect, test } from 'vitest';
import { jsonBody } from '../../../lambdas/log-lines/json-body.ts';
import { newLine } from '../../../lambdas/log-lines/line.ts';
import { ProtobufWriter } from '../../../lambdas/otlp/protobuf.ts';
import { lineOf } from '../../support/factories/log-schema.ts';

const bodyOf = (line: ReturnType<typeof lineOf>): string => {
  const writer = new ProtobufWriter();
  jsonBody(['time', 'gauge', 'wind'], 2)(writer, line);
  return Buffer.from(writer.written()).toString();
};

describe('a JSON body', () => {
  test.each([
    ['1 pier', '{"time":"1","gauge":"pier"}'],
    ['- ""', '{"time":"-","gauge":""}'],
    ['1 pier west', '{"time":"1","gauge":"pier","wind":"west"}'],
    ['1 pier - x', '{"time":"1","gauge":"pier","field_4":"x"}'],
    ['"a\\b\tc" pier', '{"time":"a\\\\b\\tc","gauge":"pier"}'],
  ])('has the fields of %s', (text, body) => {
    expect(bodyOf(lineOf(text))).toBe(body);
  });

  test('has no field of the line before', () => {
    expect(bodyOf(lineOf('1 pier', lineOf('1 pier west')))).toBe('{"time":"1","gauge":"pier"}');
  });

  test('leaves out fields that are absent', () => {
    const line = lineOf('1 pier');
    line.ends[0] = 0;
    expect(bodyOf(line)).toBe('{"gauge":"pier"}');
    expect(bodyOf(newLine())).toBe('{}');
  });
});
