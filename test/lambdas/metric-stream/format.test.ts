import { describe, expect, test } from 'vitest';
import { decodeMetrics, metricsOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { metricStreamFormat } from '../../../lambdas/metric-stream/format.ts';
import { MOST_MALFORMED } from '../../../lambdas/metric-stream/line.ts';
import {
  add,
  datumLine,
  encode,
  lineWithValue,
  METRICS,
  newEncoder,
  pointsOf,
  RESOURCE,
} from '../../support/factories/metric-points.ts';

const named = (metric_name: string, more = {}) => datumLine({ metric_name, ...more });
const namesIn = (request: Uint8Array) => pointsOf(request).map(({ attributes }) => attributes['MetricName']);

const newFormat = () => metricStreamFormat({ metrics: METRICS, resource: RESOURCE });

describe('the format', () => {
  test('is for the path of metrics', () => {
    expect(newFormat().path).toBe('/v1/metrics');
  });

  test('refuses an object of another format with the reason', () => {
    const opened = newFormat().open({ bucket: 'b', key: 'k' }, Buffer.of(0), { observedMs: 0 });
    expect(opened).toEqual({
      refuse: { type: 'wrong_format', reason: expect.stringMatching(/^not metric-stream JSON: ./) },
    });
  });
});

describe('a line that does not fit', () => {
  test('beside others for its records changes nothing, not even with a part of it', () => {
    const encoder = newEncoder({ limits: { records: 3 } });
    expect(add(encoder, named('a'), 1)).toBe(true);
    expect(add(encoder, named('b'), 2)).toBe(true);
    expect(add(encoder, `${named('c')}${named('d', { timestamp: 9_000_000_000_000 })}{`, 3)).toBe(false);
    expect(add(encoder, lineWithValue({ tm99: 1 }), 3)).toBe(false);
    expect(add(encoder, named('e'), 3)).toBe(true);
    expect(add(encoder, named('f'), 4)).toBe(false);
    const { request, records, rejected, newestMs } = encoder.take();
    expect(namesIn(request)).toEqual(['a', 'b', 'e']);
    expect(metricsOf(decodeMetrics(request))).toHaveLength(3);
    expect({ records, rejected, newestMs }).toEqual({
      records: 3,
      rejected: [],
      newestMs: 1_769_903_940_000,
    });
  });

  test('beside others for its bytes changes nothing', () => {
    const encoder = newEncoder({ limits: { bytes: 2000 } });
    expect(add(encoder, named('a'))).toBe(true);
    expect(add(encoder, named('b'.repeat(1000), { region: 'other' }))).toBe(false);
    expect(add(encoder, named('c'))).toBe(true);
    const { request } = encoder.take();
    expect(namesIn(request)).toEqual(['a', 'c']);
    expect(decodeMetrics(request).resourceMetrics).toHaveLength(1);
  });

  test('alone fits, whatever the limits', () => {
    const encoder = newEncoder({ limits: { records: 1, bytes: 10 } });
    for (const line of [`${named('a')}${named('b')}`, named('c')]) {
      expect(add(encoder, line)).toBe(true);
      expect(add(encoder, named('d'))).toBe(false);
      expect(namesIn(encoder.take().request).join('')).toBe(line.includes('"a"') ? 'ab' : 'c');
    }
  });

  test('beside too many that were rejected is left for the next request', () => {
    const encoder = newEncoder();
    for (let line = 1; line <= MOST_MALFORMED; line++) expect(add(encoder, 'x', line)).toBe(true);
    expect(add(encoder, named('a'), MOST_MALFORMED + 1)).toBe(false);
    expect(encoder.take()).toMatchObject({ records: 0, rejected: { length: MOST_MALFORMED } });
    expect(add(encoder, named('a'), MOST_MALFORMED + 1)).toBe(true);
    expect(encoder.take()).toMatchObject({ records: 1, rejected: [] });
  });

  test('fits beside lines that were all rejected', () => {
    const encoder = newEncoder({ limits: { records: 1, bytes: 10 } });
    expect(add(encoder, '{', 1)).toBe(true);
    expect(add(encoder, '}', 2)).toBe(true);
    expect(add(encoder, named('a'), 3)).toBe(true);
    expect(encoder.take()).toMatchObject({ records: 1, rejected: [{ lineNumber: 1 }, { lineNumber: 2 }] });
  });
});

describe('a request', () => {
  test('groups the points of one name and unit, in the order of their first', () => {
    const lines = [
      named('a'),
      named('b'),
      named('a', { dimensions: {} }),
      named('a', { unit: 'None' }),
      named('a', { unit: '' }),
      named('b', { region: 'other' }),
    ];
    const groups = metricsOf(decodeMetrics(encode(lines).request)).map(({ resource, metric }) => [
      resource['cloud.region'],
      metric.name,
      metric.unit ?? '',
      metric.summary?.dataPoints?.length,
    ]);
    expect(groups).toEqual([
      ['eu-west-1', 'amazonaws.com/AWS/EC2/a', 'Percent', 2],
      ['eu-west-1', 'amazonaws.com/AWS/EC2/b', 'Percent', 1],
      ['eu-west-1', 'amazonaws.com/AWS/EC2/a', '', 2],
      ['other', 'amazonaws.com/AWS/EC2/b', 'Percent', 1],
    ]);
  });

  test('groups names that are alike though their namespaces are not', () => {
    const lines = [named('B/c', { namespace: 'A' }), named('c', { namespace: 'A/B' })];
    const [metric, ...others] = metricsOf(decodeMetrics(encode(lines).request));
    expect(others).toEqual([]);
    expect(metric?.metric.summary?.dataPoints).toHaveLength(2);
  });

  test('stays as it is until the next line, and nothing of it comes again', () => {
    const encoder = newEncoder();
    add(encoder, named('a'));
    const first = encoder.take();
    expect(namesIn(first.request)).toEqual(['a']);
    add(encoder, named('b'));
    expect(namesIn(encoder.take().request)).toEqual(['b']);
    expect(encoder.take()).toMatchObject({ records: 0, rejected: [], newestMs: undefined });
  });

  test('of two encoders at once holds each its own lines', () => {
    const [one, other] = [newEncoder(), newEncoder()];
    for (const name of ['a', 'b', 'c']) {
      add(one, named(name));
      add(other, named(`not ${name}`));
    }
    expect(namesIn(one.take().request)).toEqual(['a', 'b', 'c']);
    expect(namesIn(other.take().request)).toEqual(['not a', 'not b', 'not c']);
  });
});
