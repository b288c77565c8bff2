import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Datum, readDatum } from '../../../lambdas/metric-stream/datum.ts';
import { newSeriesCache } from '../../../lambdas/metric-stream/series-cache.ts';
import { lineSource, readUsualLine } from '../../../lambdas/metric-stream/usual-line.ts';
import { datum, datumLine, METRICS, pointIn, RESOURCE } from '../../support/factories/metric-points.ts';

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
  fc.constantFrom('AWS/EC2', 'p99', '__proto__', '10', '9', ' ', '!', ','),
);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, 1e-300, 1e300),
);
const percent = fc
  .tuple(fc.integer({ min: 1, max: 99 }), fc.option(fc.integer({ min: 1, max: 99_999 }).map(String)))
  .map(([whole, fraction]) => (fraction === null ? `${whole}` : `${whole}.${fraction}`));

const anyDatum = fc.record({
  account_id: text,
  region: text,
  namespace: text,
  metric_name: text,
  dimensions: fc.dictionary(text, text, { maxKeys: 5 }),
  timestamp: fc.integer({ min: 1e12, max: 9_999_999_999_999 }),
  count: fc.oneof(fc.nat(), fc.double({ min: 0, max: 2 ** 53, noNaN: true })),
  sum: number,
  min: number,
  max: number,
  percentiles: fc.dictionary(percent, number, { maxKeys: 3 }),
  unit: fc.oneof(
    text.filter((unit) => unit !== 'None'),
    fc.constantFrom('Count', 'Bytes/Second', ''),
  ),
});

const lineOf = ({
  count,
  sum,
  min,
  max,
  percentiles,
  ...members
}: typeof anyDatum extends fc.Arbitrary<infer T> ? T : never) => {
  const extra = Object.fromEntries(Object.entries(percentiles).map(([key, value]) => [`p${key}`, value]));
  const { unit, ...rest } = members;
  return JSON.stringify({ ...datum(), ...rest, value: { max, min, sum, count, ...extra }, unit });
};

test('any datum is decoded again as it was', () => {
  fc.assert(
    fc.property(anyDatum, (given) => {
      const point = pointIn(lineOf(given));
      const percentiles = Object.entries(given.percentiles)
        .map(([key, value]): [number, number] => [Number(`${key}e-2`), value])
        .toSorted(([a], [b]) => a - b)
        .filter(([quantile], index, all) => quantile !== all[index - 1]?.[0]);
      expect(point).toMatchObject({
        name: `amazonaws.com/${given.namespace}/${given.metric_name}`,
        unit: given.unit,
        timeUnixNano: String(BigInt(given.timestamp) * 1_000_000n),
        resource: { 'cloud.account.id': given.account_id, 'cloud.region': given.region },
        attributes: { Namespace: given.namespace, MetricName: given.metric_name },
      });
      expect(point.summary?.count).toBe(String(Math.round(given.count)));
      expect(point.summary?.sum === given.sum).toBe(true);
      expect(
        point.summary?.quantiles
          .flat()
          .every((value, i) => value === [[0, given.min], ...percentiles, [1, given.max]].flat()[i]),
      ).toBe(true);
      expect(point.summary?.quantiles).toHaveLength(percentiles.length + 2);
      const dimensions = String(point.attributes['Dimensions']);
      expect(JSON.parse(dimensions)).toEqual(given.dimensions);
      expect(dimensions).toBe(
        `{${Object.keys(given.dimensions)
          .toSorted((a, b) => (a < b ? -1 : 1))
          .map((name) => `${JSON.stringify(name)}:${JSON.stringify(given.dimensions[name])}`)
          .join(',')}}`,
      );
    }),
    { numRuns: 1000 },
  );
});

/** A line as it is read by the short way for the usual form, if it takes that, and by JSON.parse. */
const readBothWays = (line: string) => {
  const bytes = Buffer.from(line);
  const cache = newSeriesCache({ metrics: METRICS, resource: RESOURCE });
  const usual = readUsualLine(lineSource(bytes), 0, bytes.length, cache);
  return { usual, parsed: () => readDatum(JSON.parse(line), cache) };
};

/** What is written of a datum. */
const contentOf = ({ series: { resource, summary, attributes }, timestampMs, value }: Datum) => ({
  resource: resource.key,
  metric: summary.key,
  attributes,
  timestampMs,
  value,
});

test('the short way for the usual form reads what JSON.parse reads', () => {
  let short = 0;
  fc.assert(
    fc.property(anyDatum, (given) => {
      const { usual, parsed } = readBothWays(lineOf(given));
      if (usual === undefined) return;
      short++;
      expect(contentOf(usual)).toEqual(contentOf(parsed()));
    }),
    { numRuns: 1000 },
  );
  expect(short).toBeGreaterThan(100);
});

test('the short way is never taken for a line that JSON.parse refuses, or reads otherwise', () => {
  const line = datumLine({ value: { max: 4, min: 3, sum: 2, count: 1, 'p99.9': 5 } });
  const piece = fc.oneof(
    fc.constantFrom('"', '\\', ',', ':', '{', '}', '[', '.', '-', '0', 'e', ' ', '\u0001', 'é'),
    fc.constantFrom('"a":1,', ',"b":"c"', ',"timestamp":1769903940001', ',"timestamp":1,"value":{', '}{'),
  );
  let short = 0;
  fc.assert(
    fc.property(fc.nat(line.length), fc.nat(2), piece, (at, removed, inserted) => {
      const { usual, parsed } = readBothWays(line.slice(0, at) + inserted + line.slice(at + removed));
      if (usual === undefined) return;
      short++;
      expect(contentOf(usual)).toEqual(contentOf(parsed()));
    }),
    { numRuns: 5000 },
  );
  expect(short).toBeGreaterThan(100);
});

test('nothing may stand between a timestamp of unusual length and the value', () => {
  const line = datumLine().replace(/"timestamp":\d+,"value":/, '"timestamp":1.7699039E12,"value":x');
  expect(readBothWays(line).usual).toBeUndefined();
});
