import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMetrics, metricsOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { add, datumLine, encode, newEncoder, pointsOf } from '../../support/factories/metric-points.ts';

const named = (metric_name: string, more = {}) => datumLine({ metric_name, ...more });

describe('any lines, given again after a refusal,', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const line = fc
    .record({
      account_id: fc.constantFrom('1', '2'),
      region: fc.constantFrom('a', 'b'),
      namespace: fc.oneof(fc.constantFrom('A', 'A/B', 'A/B/C'), text),
      metric_name: fc.oneof(fc.constantFrom('D', 'B/D', 'C/D'), text),
      dimensions: fc.dictionary(text, text, { maxKeys: 4 }),
      unit: fc.constantFrom('None', '', 'Count'),
      statistics: fc.constantFrom({}, { p50: 1 }, { tm99: 1, IQM: 2 }),
    })
    .map(({ statistics, ...members }) =>
      datumLine({ ...members, value: { sum: 1, count: 1, ...statistics } }),
    );

  test('make requests within the limits, with every data point once and every metric once', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 1500, max: 6000 }),
        fc.boolean(),
        (lines, records, bytes, dimensionAttributes) => {
          const encoder = newEncoder({ limits: { records, bytes }, metrics: { dimensionAttributes } });
          const requests: Buffer[] = [];
          let inRequest = 0;
          const take = (): void => {
            const taken = encoder.take();
            expect(taken.rejected).toEqual([]);
            if (inRequest > 1) expect(taken.request.length).toBeLessThanOrEqual(bytes);
            if (inRequest > 1) expect(taken.records).toBeLessThanOrEqual(records);
            expect(pointsOf(taken.request)).toHaveLength(taken.records);
            requests.push(Buffer.from(taken.request));
            inRequest = 0;
          };
          for (const one of lines) {
            if (!add(encoder, one)) {
              take();
              expect(add(encoder, one)).toBe(true);
            }
            inRequest++;
          }
          take();
          for (const request of requests) {
            const metrics = metricsOf(decodeMetrics(request)).map(({ resource, metric }) =>
              JSON.stringify([resource, metric.name, metric.unit, metric.gauge === undefined]),
            );
            expect(new Set(metrics).size).toBe(metrics.length);
          }
          const sent = requests.flatMap((request) => pointsOf(request)).map((point) => JSON.stringify(point));
          const expected = lines.flatMap((one) =>
            pointsOf(encode([one], { metrics: { dimensionAttributes } }).request),
          );
          expect(sent.toSorted()).toEqual(expected.map((point) => JSON.stringify(point)).toSorted());
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a request may hold tens of thousands of points and several MiB', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    named(`m${i % 700}`, { dimensions: { id: `instance-of-example-${i}` } }),
  );
  const { request, records } = encode(lines, { limits: { records: 20_000, bytes: 8 * 1024 * 1024 } });
  expect(request.length).toBeGreaterThan(3 * 1024 * 1024);
  const ids = pointsOf(request).map(({ attributes }) => attributes['Dimensions']);
  expect(new Set(ids).size).toBe(records);
});
