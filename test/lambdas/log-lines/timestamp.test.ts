import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf, type TimeForm, timeReader } from '../../../lambdas/log-lines/timestamp.ts';

const into = instantOf(0);
const read = timeReader(into);

/** Nanoseconds since the epoch, `undefined` if the text is no time. */
const nanosOf = (text: string): bigint | undefined => {
  const bytes = Buffer.from(`"${text}" 9`);
  return read(bytes, 1, text.length + 1) ? BigInt(into.high) * 2n ** 32n + BigInt(into.low) : undefined;
};

describe('timeReader', () => {
  test.each([
    ['2026-01-31T23:59:58.123456Z', 1769903998123456000n],
    ['2026-01-31T23:59:58.000001Z', 1769903998000001000n],
    ['2026-01-31T23:59:58.999999Z', 1769903998999999000n],
    ['2026-01-31T23:59:58Z', 1769903998000000000n],
    ['2026-01-31T23:59:58.1Z', 1769903998100000000n],
    ['2026-01-31T23:59:58.123456789Z', 1769903998123456789n],
    ['2026-01-31T23:59:58.1234567891Z', 1769903998123456789n],
    ['1970-01-01T00:00:00.000000Z', 0n],
    ['2024-02-29T00:00:00.000000Z', 1709164800000000000n],
    ['2262-04-11T23:46:59.999999Z', 9223372019999999000n],
  ])('reads %s exactly', (text, nanos) => {
    expect(nanosOf(text)).toBe(nanos);
    expect(into.ms).toBe(Number(nanos / 1_000_000n));
  });

  test.each([
    '-',
    '',
    'Z',
    '2026-01-31',
    '2026-01-31T23:59Z',
    '2026-01-31T23:59:5Z',
    '2026-01-31T23:59:58',
    '2026-01-31T23:59:58.123456',
    '2026-01-31T23:59.58Z',
    '2026-01-31T23:59:/8Z',
    '2026-01-31T23:59:5/Z',
    '2026-01-31T23:59:58.1/3Z',
    '2026-01-31T23:59:58.Z',
    '2026-01-31T23:59:58.12x456Z',
    '2026-01-31T23:59:58,123456Z',
    '2026-01-31T23:59:58.123456+01:00',
    '2026-01-31T23:59:60.000000Z',
    '2026-01-31T23:59:5:.000000Z',
    '2026-01-31T24:00:00.000000Z',
    '2026-02-30T00:00:00.000000Z',
    '2026-13-01T00:00:00.000000Z',
    '2026-1-31T023:59:58.000000Z',
    '1969-12-31T23:59:59.999999Z',
    '2262-04-11T23:48:00.000000Z',
  ])('refuses "%s"', (text) => {
    expect(nanosOf(text)).toBeUndefined();
  });

  test('reads a time after one that it refused', () => {
    expect(nanosOf('2026-02-30T00:00:01Z')).toBeUndefined();
    expect(nanosOf('2026-02-30T00:00:01Z')).toBeUndefined();
    expect(nanosOf('2026-03-02T00:00:01Z')).toBe(1772409601000000000n);
  });

  test('agrees with Date, in any order of times', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2262-01-01'), noInvalidDate: true }), (date) => {
        expect(nanosOf(date.toISOString())).toBe(BigInt(date.getTime()) * 1_000_000n);
        expect(nanosOf(date.toISOString().replace('Z', '017Z'))).toBe(
          BigInt(date.getTime()) * 1_000_000n + 17_000n,
        );
      }),
    );
  });
});

/** Nanoseconds since the epoch, if what stands in `text` up to `end` is a time. */
const nanosIn = (form: TimeForm, text: string, end = text.length): bigint | undefined => {
  const time = instantOf(0);
  return timeReader(time, form)(Buffer.from(text), 0, end)
    ? BigInt(time.high) * 2n ** 32n + BigInt(time.low)
    : undefined;
};

describe('timeReader of times in UTC', () => {
  test.each([
    ['2026-01-31T23:59:58.123456', 1769903998123456000n],
    ['2026-01-31T23:59:58.123456Z', 1769903998123456000n],
    ['2026-01-31T23:59:58', 1769903998000000000n],
    ['2026-01-31T23:59:58Z', 1769903998000000000n],
  ])('reads %s, with or without Z', (text, nanos) => {
    expect(nanosIn('utc', text)).toBe(nanos);
  });

  test('reads nothing behind the field', () => {
    const text = '2026-01-31T23:59:58';

    for (let end = 0; end < text.length; end++) expect(nanosIn('utc', text, end)).toBeUndefined();
  });
});

describe('timeReader of seconds since the epoch', () => {
  test.each([
    ['0', 0n],
    ['1769903998', 1769903998000000000n],
    ['9223372036', 9223372036000000000n],
  ])('reads %s exactly', (text, nanos) => {
    expect(nanosIn('epoch seconds', text)).toBe(nanos);
  });

  test.each(['', '-', '-1', '1769903998.5', '176990399:', '176990399/', '9223372037', '1769903998000'])(
    'refuses "%s"',
    (text) => {
      expect(nanosIn('epoch seconds', text)).toBeUndefined();
    },
  );
});
