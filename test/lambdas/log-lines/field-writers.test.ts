import { expect, test } from 'vitest';
import {
  address,
  duration,
  type FieldWriter,
  int,
  list,
  text,
  writeFields,
} from '../../../lambdas/log-lines/field-writers.ts';
import { ProtobufWriter } from '../../../lambdas/otlp/protobuf.ts';
import { attributesOfRecord } from '../../support/factories/encoded-record.ts';
import { lineOf, loaded } from '../../support/factories/log-schema.ts';

const BEFORE = 'what stands before the field ';

/** The attributes that a field in the middle of a line becomes. */
const written = (write: FieldWriter, field: string) => {
  const writer = new ProtobufWriter();
  write(writer, loaded(`${BEFORE}${field} 9`), BEFORE.length, BEFORE.length + field.length);
  return attributesOfRecord(writer.written());
};

test.each([
  ['0', 0n],
  ['-12', -12n],
  ['1.0', 1n],
  ['1000000000000.0', 1_000_000_000_000n],
  ['1e3', 1000n],
  ['123456789012345', 123_456_789_012_345n],
])('%s is the whole number %d', (field, value) => {
  expect(written(int('n'), field)).toEqual({ n: value });
});

test.each(['1.5', 'a', '1a', '--1', '1234567890123456a', '9223372036854775808'])(
  '%s is not a whole number of 64 bits',
  (field) => {
    expect(written(int('n'), field)).toEqual({});
  },
);

test.each([
  ['1', true],
  ['9', true],
  ['0', false],
  ['10', false],
])('%s is within 1 to 9: %s', (field, within) => {
  expect(written(int('n', 1, 9), field)).toEqual(within ? { n: BigInt(field) } : {});
});

test.each([
  ['0', 0],
  ['0.025', 0.025],
  ['5.8E-4', 0.00058],
  ['0.1234567890123456789', 0.12345678901234568],
])('%s is a duration', (field, value) => {
  expect(written(duration('d'), field)).toEqual({ d: value });
});

test.each(['-1', '.5', '5.', '1.2.3', '1,5', 'a', '1e999', '9'.repeat(309)])(
  '%s is not a duration',
  (field) => {
    expect(written(duration('d'), field)).toEqual({});
  },
);

test.each([
  ['10.0.0.1:80', { host: '10.0.0.1', port: 80n }],
  ['10.0.0.1:-', { host: '10.0.0.1' }],
  ['10.0.0.1:x', { host: '10.0.0.1' }],
  ['-:80', { port: 80n }],
])('%s is written as a host and a port', (field, attributes) => {
  expect(written(address('host', 'port'), field)).toEqual(attributes);
});

test.each([
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['a,,b,', ['a', '', 'b', '']],
  ['"a","b"', ['a', 'b']],
  ['"",a', ['', 'a']],
  ['b"', ['b"']],
  ['"b', ['"b']],
  ['",a', ['"', 'a']],
])('the list %s has its items without their quotes', (field, items) => {
  expect(written(list('l', ','), field)).toEqual({ l: items });
});

test('a list with fewer items than asked for is left out', () => {
  expect(written(list('l', ',', 2), 'a')).toEqual({});
  expect(written(list('l', ',', 2), 'a,b')).toEqual({ l: ['a', 'b'] });
});

test('the fields of a line are written but for those that are nothing, and none of the line before', () => {
  const writer = new ProtobufWriter();
  writeFields((i) => text(`f${i}`), writer, lineOf('a - c', lineOf('v w x y')));

  expect(attributesOfRecord(writer.written())).toEqual({ f0: 'a', f2: 'c' });
});
