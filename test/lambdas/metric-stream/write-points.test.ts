import { expect, test } from 'vitest';
import type { Datum } from '../../../lambdas/metric-stream/datum.ts';
import { stageDatum } from '../../../lambdas/metric-stream/write-points.ts';
import { encodeScope } from '../../../lambdas/otlp/common.ts';
import { encodeMetric } from '../../../lambdas/otlp/metric.ts';
import { metricsRequest } from '../../../lambdas/otlp/metrics.ts';
import { TIMESTAMP } from '../../support/factories/metric-points.ts';

const MIB = 1024 * 1024;

/** A datum of so many data points, of which each has 1 MiB of attributes. */
const datumOf = (points: number): Datum => ({
  series: {
    resource: { key: 'r', content: new Uint8Array() },
    summary: encodeMetric('s', 'summary', 'm', ''),
    gauge: () => encodeMetric('g', 'gauge', 'm.statistic', ''),
    attributes: new Uint8Array(MIB),
    isUntagged: false,
  },
  timestampMs: TIMESTAMP,
  value: {
    count: 1,
    sum: 1,
    min: 1,
    percentiles: [],
    max: 1,
    others: Array.from({ length: points - 1 }, (_, i) => ({ key: `tm${i}`, value: 1 })),
  },
});

test.each([
  ['16 MiB', [16], [true]],
  ['more than 16 MiB', [17], [false]],
  ['less than 16 MiB together', [8, 7], [true, true]],
  ['more than 16 MiB together', [8, 8, 7], [true, false, true]],
])('data of a line whose attributes take %s', (_, points, expected) => {
  const request = metricsRequest(encodeScope('scope', '1'));
  const staged = points.map((count) => stageDatum(request, datumOf(count)));
  expect(staged).toEqual(expected);
  request.commit({ records: Infinity, bytes: Infinity });
  const kept = points.filter((_count, index) => expected[index]);
  expect(request.finish().records).toBe(kept.reduce((sum, count) => sum + count, 0));
});
