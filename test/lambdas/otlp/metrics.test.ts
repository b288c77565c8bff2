import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributesOf, decodeMetrics, metricsOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { encodeAttribute, encodeResource, encodeScope } from '../../../lambdas/otlp/common.ts';
import { POINT_ATTRIBUTE } from '../../../lambdas/otlp/data-points.ts';
import { encodeMetric } from '../../../lambdas/otlp/metric.ts';
import { type MetricsRequest, metricsRequest } from '../../../lambdas/otlp/metrics.ts';

const NO_LIMITS = { records: Infinity, bytes: Infinity };

/** A data point: its resource, its metric, an attribute of its own and one that it may share with others. */
interface Piece {
  readonly resource: string;
  readonly metric: string;
  readonly own: string;
  readonly shared: string;
}

const newRequest = (scope = 'scope') => metricsRequest(encodeScope(scope, '1'));
const piece = (members: Partial<Piece> = {}): Piece => ({
  resource: 'r',
  metric: 'm',
  own: 'own',
  shared: 'shared',
  ...members,
});
const attribute = (name: string, value: string) => encodeAttribute(POINT_ATTRIBUTE, name, value);

const stage = (request: MetricsRequest, { resource, metric, own, shared }: Piece): void => {
  const fields = attribute('own', own);
  request.points.reserve(fields.length);
  request.points.copy(fields);
  request.stage(
    { key: resource, content: encodeResource({ resource }) },
    encodeMetric(metric, 'gauge', metric, ''),
    attribute('shared', shared),
  );
};

const commit = (request: MetricsRequest, pieces: readonly Piece[], limits = NO_LIMITS): boolean => {
  for (const one of pieces) stage(request, one);
  return request.commit(limits);
};

/** The data points by metric, each with exactly the attributes that it was given. */
const metricsIn = (request: Uint8Array): readonly (readonly Piece[])[] =>
  metricsOf(decodeMetrics(request)).map(({ resource, metric }) =>
    (metric.gauge?.dataPoints ?? []).map(({ attributes }) => {
      expect(attributes).toHaveLength(2);
      return { resource: resource['resource'], metric: metric.name, ...attributesOf(attributes) } as Piece;
    }),
  );

const text = fc.integer({ min: 0, max: 300 }).map((length) => 'x'.repeat(length));
const name = (letter: string, lengths: readonly number[]) =>
  fc.constantFrom(...lengths).map((length) => letter.repeat(length));

const texts = (pieces: readonly Piece[]): readonly string[] =>
  pieces.map(({ resource, metric, own, shared }) => [resource, metric, own, shared].join()).toSorted();

test('any points within the limits make requests within the limits, each point once', () => {
  const line = fc.array(
    fc.record({ resource: name('r', [1, 2, 200]), metric: name('m', [1, 2, 130]), own: text, shared: text }),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 500, max: 6000 }),
      (lines, records, bytes) => {
        const request = newRequest();
        let kept: (readonly Piece[])[] = [];
        const finish = (): void => {
          const finished = request.finish();
          const metrics = metricsIn(finished.request);
          const names = metrics.map(([point]) => JSON.stringify([point?.resource, point?.metric]));
          expect(texts(metrics.flat())).toEqual(texts(kept.flat()));
          expect(new Set(names).size).toBe(names.length);
          expect(finished.records).toBe(kept.flat().length);
          if (kept.length > 1) expect(finished.request.length).toBeLessThanOrEqual(bytes);
          if (kept.length > 1) expect(finished.records).toBeLessThanOrEqual(records);
          kept = [];
        };
        for (const one of lines) {
          if (!commit(request, one, { records, bytes })) {
            finish();
            expect(commit(request, one, { records, bytes })).toBe(true);
          }
          kept.push(one);
        }
        finish();
      },
    ),
  );
});

describe('the limit of bytes', () => {
  const POINTS = 20;
  const long = 'x'.repeat(20_000);

  test.each<readonly [string, (index: number) => Partial<Piece>]>([
    ['one metric', () => ({ metric: 'm'.repeat(300) })],
    ['a metric each', (index) => ({ metric: `${index}`.padStart(300, 'm') })],
    ['a resource each', (index) => ({ resource: `${index}`.padStart(300, 'r') })],
  ])('is kept, and leaves at most 16 bytes per point unused, for points of %s', (_, members) => {
    /** How many points fit, and the bytes that they take. */
    const fill = (bytes: number) => {
      const request = newRequest('s'.repeat(300));
      let count = 0;
      while (count < POINTS) {
        if (!commit(request, [piece({ shared: long, ...members(count) })], { records: POINTS, bytes })) break;
        count++;
      }
      return { count, bytes: request.finish().request.length };
    };
    const all = fill(Infinity);
    expect(fill(all.bytes + 16 * POINTS)).toEqual(all);
    expect(fill(all.bytes - 1).count).toBe(POINTS - 1);
  });
});

describe('points', () => {
  test('fit beside others up to the limit of records', () => {
    const request = newRequest();
    const limits = { records: 5, bytes: Infinity };
    expect(commit(request, [piece(), piece()], limits)).toBe(true);
    expect(commit(request, [piece(), piece(), piece(), piece()], limits)).toBe(false);
    expect(commit(request, [piece(), piece(), piece()], limits)).toBe(true);
    expect(commit(request, [piece()], limits)).toBe(false);
    expect(request.finish().records).toBe(5);
  });

  test('alone fit, whatever the limits', () => {
    const request = newRequest();
    const limits = { records: 1, bytes: 1 };
    expect(commit(request, [piece(), piece()], limits)).toBe(true);
    expect(commit(request, [piece()], limits)).toBe(false);
    expect(request.finish().records).toBe(2);
  });

  test('that do not fit leave no trace, neither a resource nor a metric', () => {
    const request = newRequest();
    const limits = { records: 1, bytes: Infinity };
    commit(request, [piece()], limits);
    const others = [piece({ resource: 'other' }), piece({ metric: 'other' })];
    for (const other of others) expect(commit(request, [other], limits)).toBe(false);
    const decoded = decodeMetrics(request.finish().request);
    expect(decoded.resourceMetrics).toHaveLength(1);
    expect(metricsOf(decoded)).toHaveLength(1);
  });

  test('are counted in bytes until they are kept or forgotten', () => {
    const request = newRequest();
    const bytes = attribute('own', 'own').length + attribute('shared', 'shared').length;
    for (const count of [1, 2, 3]) {
      stage(request, piece());
      expect(request.stagedBytes()).toBe(count * bytes);
    }
    request.commit(NO_LIMITS);
    expect(request.stagedBytes()).toBe(0);
  });
});

test('nothing of a request comes again in the next', () => {
  const request = newRequest();
  for (const own of ['first', 'second']) {
    commit(request, [piece({ own })]);
    expect(metricsIn(request.finish().request)).toEqual([[piece({ own })]]);
  }
  expect(request.finish()).toMatchObject({ request: { length: 0 }, records: 0 });
});
