import { expect, test } from 'vitest';
import { MOST_NAMES, newCatalog } from '../../../lambdas/metric-stream/series-cache.ts';
import { METRICS, RESOURCE } from '../../support/factories/metric-points.ts';

const SOURCE = JSON.stringify({
  account_id: '123456789012',
  region: 'eu-west-1',
  namespace: 'AWS/SQS',
  metric_name: 'M',
}).slice(1, -1);

test('the attributes of a series are encoded once, and each time when the catalog is full', () => {
  const catalog = newCatalog({ metrics: METRICS, resource: RESOURCE });
  const { attributes } = catalog.series('Count', SOURCE);
  const kept = attributes('{"QueueName":"a"}');
  expect(attributes('{"QueueName":"a"}')).toBe(kept);

  attributes(JSON.stringify({ Filler: 'x'.repeat(MOST_NAMES) }));
  const full = catalog.size();
  const first = attributes('{"QueueName":"b"}');
  expect(attributes('{"QueueName":"b"}')).not.toBe(first);
  expect(attributes('{"QueueName":"b"}')).toEqual(first);
  expect(attributes('{"QueueName":"a"}')).toBe(kept);
  expect(catalog.size()).toBe(full);
});
