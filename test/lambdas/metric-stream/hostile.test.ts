import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  datumLine,
  encode,
  newEncoder,
  pointIn,
  pointsOf,
  add,
} from '../../support/factories/metric-points.ts';
import { decodeMetrics } from '../../../bin/local/emulators/scout/otlp.ts';

const MIB = 1024 * 1024;

/** Every text in a decoded message. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** Any line becomes data points or rejections. */
const accountFor = (line: string | Uint8Array): void => {
  const { request, records, rejected } = encode([line], { metrics: { dimensionAttributes: true } });
  expect(pointsOf(request)).toHaveLength(records);
  for (const { reason } of rejected) expect(reason).not.toBe('');
  const isBlank = Buffer.from(line).toString('utf8').trim() === '';
  expect(records + rejected.length > 0).toBe(!isBlank);
};

describe('no input throws, and none goes unaccounted for:', () => {
  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), accountFor), { numRuns: 2000 });
  });

  test('random JSON', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 4 }), accountFor), { numRuns: 1000 });
  });

  test('a datum with random values for its members', () => {
    const anything = fc.jsonValue({ maxDepth: 2 });
    const members = [
      'account_id',
      'region',
      'namespace',
      'metric_name',
      'dimensions',
      'timestamp',
      'value',
      'unit',
    ];
    const changes = fc.dictionary(fc.constantFrom(...members), anything, { maxKeys: 2 });
    fc.assert(
      fc.property(changes, (changed) => accountFor(datumLine(changed))),
      { numRuns: 1000 },
    );
  });

  test('a datum with a few bytes changed', () => {
    const line = Buffer.from(datumLine());
    const change = fc.tuple(fc.nat(line.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Buffer.from(line);
        for (const [at, byte] of changes) bytes[at] = byte;
        accountFor(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['braces', '{'.repeat(MIB)],
    ['brackets after a name', `{"value":${'['.repeat(MIB)}`],
    ['braces that close again', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`],
    [
      'nested brackets as a count',
      datumLine().replace('"count":3', `"count":${'['.repeat(4e5)}${']'.repeat(4e5)}`),
    ],
    ['quotes', '"'.repeat(MIB)],
    ['backslashes', `"${'\\'.repeat(MIB)}`],
    ['empty objects', '{}'.repeat(20_000)],
    ['digits', datumLine().replace('"sum":7.5', `"sum":${'9'.repeat(MIB)}`)],
    ['a long name', datumLine({ metric_name: 'x'.repeat(MIB) })],
    ['a long name in the wrong form', `${datumLine({ metric_name: 'x'.repeat(MIB) }).slice(0, -1)} `],
    [
      'many dimensions',
      datumLine({ dimensions: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [i, ''])) }),
    ],
    [
      'many percentiles',
      datumLine({
        value: {
          sum: 1,
          count: 1,
          ...Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`p1.${i}`, 1])),
        },
      }),
    ],
  ])('a line of up to 1 MiB of %s', (_, line) => {
    accountFor(line);
  });
});

test('many statistics with long names make no request that is far larger than the line', () => {
  const statistics = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`s${i}`, 1]));
  const line = datumLine({ metric_name: 'x'.repeat(400_000), value: { sum: 1, count: 1, ...statistics } });
  const encoder = newEncoder();
  expect(add(encoder, `${datumLine()}${line}${datumLine()}`)).toBe(true);
  const { request, records, rejected } = encoder.take();
  expect(request.length).toBeLessThan(2000);
  expect(records).toBe(2);
  expect(rejected.map(({ reason }) => reason)).toEqual([
    'the data points of the line take more than 16777216 bytes',
  ]);
});

test('a datum with a thousand statistics is sent with all of them', () => {
  const statistics = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`TM(${i}:)`, i]));
  const { records, rejected } = encode([datumLine({ value: { sum: 1, count: 1, ...statistics } })]);
  expect({ records, rejected }).toEqual({ records: 1001, rejected: [] });
});

describe('halves of surrogate pairs', () => {
  const lone = String.raw`a\ud800b\udc00`;
  const line = datumLine({
    account_id: '?',
    region: '?',
    namespace: '?',
    metric_name: '?',
    unit: '?',
    dimensions: { 'x?': '?' },
    value: { sum: 1, count: 1, '?': 2 },
  }).replaceAll('?', lone);

  test('make valid UTF-8 all the same', () => {
    const { request, records } = encode([line], { metrics: { dimensionAttributes: true } });
    expect(records).toBe(2);
    const texts = textsIn(decodeMetrics(request));
    expect(texts.every((text) => text.isWellFormed())).toBe(true);
    expect(texts).toContain('a\uFFFDb\uFFFD');
  });

  test('are kept in Dimensions as JSON escapes them', () => {
    const [point] = pointsOf(encode([line]).request);
    expect(point?.attributes['Dimensions']).toBe(`{"x${lone}":"${lone}"}`);
  });

  test('of any texts make valid UTF-8', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      minLength: 1,
    });
    fc.assert(
      fc.property(text, text, (metric_name, value) => {
        const { request } = encode([datumLine({ metric_name, dimensions: { [metric_name]: value } })]);
        expect(textsIn(decodeMetrics(request)).every((found) => found.isWellFormed())).toBe(true);
      }),
    );
  });
});

test('names and values that mean something to JavaScript mean nothing here', () => {
  const line =
    '{"__proto__":{"unit":"Percent","value":{"count":9,"sum":9}},"constructor":1,"toString":2,"namespace":"__proto__",' +
    '"metric_name":"hasOwnProperty","dimensions":{"__proto__":"a","toJSON":"b"},"timestamp":1769903940000,' +
    '"value":{"count":1,"sum":2,"__proto__":{"min":1}}}';
  expect(pointIn(line)).toMatchObject({
    name: 'amazonaws.com/__proto__/hasOwnProperty',
    unit: '',
    summary: { count: '1', sum: 2, quantiles: [] },
    attributes: { Dimensions: '{"__proto__":"a","toJSON":"b"}' },
  });
});
