import { expect, test } from 'vitest';
import { MOST_BYTES, newSeriesCache } from '../../../lambdas/metric-stream/series-cache.ts';
import { datumLine, METRICS, RESOURCE } from '../../support/factories/metric-points.ts';

const newCache = (resource = RESOURCE) => {
  const { find, size } = newSeriesCache({ metrics: METRICS, resource });
  const seriesOf = (
    dimensions: Readonly<Record<string, string>>,
    { unit = 'Count', ...members }: Readonly<Record<string, string>> = {},
  ) => {
    const [prefix = ''] = datumLine({ dimensions, ...members }).split(',"timestamp":');
    const bytes = Buffer.from(`\n${prefix}`);
    return find(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 1, bytes.length, unit);
  };
  return { seriesOf, size };
};

test('a series is encoded once', () => {
  const { seriesOf } = newCache();
  const series = seriesOf({ InstanceId: 'i-1' });
  expect(seriesOf({ InstanceId: 'i-1' })).toBe(series);
});

test('dimensions and unit tell series apart', () => {
  const { seriesOf } = newCache();
  const series = seriesOf({ InstanceId: 'i-1' });
  expect(seriesOf({ InstanceId: 'i-2' }).attributes).not.toEqual(series.attributes);
  expect(seriesOf({ InstanceId: 'i-1' }, { unit: 'Percent' }).summary.key).not.toBe(series.summary.key);
});

test('series share the resource and the metric that they have in common', () => {
  const { seriesOf } = newCache();
  const [one, other] = [seriesOf({ InstanceId: 'i-1' }), seriesOf({ InstanceId: 'i-2' })];
  expect(other.resource).toBe(one.resource);
  expect(other.summary).toBe(one.summary);
});

test('a full cache keeps its series, and encodes further ones each time', () => {
  const { seriesOf, size } = newCache();
  const kept = seriesOf({ InstanceId: 'i-1' });
  seriesOf({ Filler: 'x'.repeat(MOST_BYTES) });
  const full = size();

  const further = seriesOf({ InstanceId: 'i-2' });
  expect(seriesOf({ InstanceId: 'i-2' })).not.toBe(further);
  expect(seriesOf({ InstanceId: 'i-2' })).toEqual({ ...further, gauge: expect.any(Function) });
  expect(seriesOf({ InstanceId: 'i-1' })).toBe(kept);
  const ofOthers = () => seriesOf({}, { region: 'other', metric_name: 'Other' });
  const [one, again] = [ofOthers(), ofOthers()];
  expect(again.resource).not.toBe(one.resource);
  expect(again.summary).not.toBe(one.summary);
  expect(size()).toBe(full);
});

test('its size counts a resource and a metric beside the series', () => {
  const long = 'x'.repeat(1e6);
  const large = newCache({ ...RESOURCE, attributes: { long } });
  large.seriesOf({});
  expect(large.size()).toBeGreaterThan(1e6);

  // In the series' key, its attributes, the metric's key and its name.
  const { seriesOf, size } = newCache();
  seriesOf({}, { metric_name: long });
  expect(size()).toBeGreaterThan(4e6);
});
