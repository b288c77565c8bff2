import { expect, test } from 'vitest';
import { attributesOf, decodeLogs } from '../../../bin/local/emulators/scout/otlp.ts';
import type { TagsOf } from '../../../lambdas/format.ts';
import { formatWith, lineWith, OBJECT, OBSERVED_MS } from '../../support/factories/alb-records.ts';
import { encoderFor } from '../../support/factories/encoder.ts';

const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef';
const LIMITS = { records: 100, bytes: 1024 * 1024 };

/** The resource of an object of three lines, and how many of its records lack tags. */
const resourceOf = (tags: TagsOf, object = OBJECT, environment = {}) => {
  const head = Buffer.from(lineWith());
  const encoder = encoderFor(formatWith(environment), object, OBSERVED_MS, LIMITS, head, tags);
  for (const lineNumber of [1, 2, 3]) encoder.add(head, 0, head.length, lineNumber, false);
  const { request, untagged } = encoder.take();
  const [logs] = decodeLogs(request).resourceLogs ?? [];
  return { attributes: attributesOf(logs?.resource?.attributes), untagged };
};

test('the tags of the load balancer are attributes of the resource, before those of the settings', () => {
  const tags: TagsOf = (arn) => (arn === BALANCER ? { team: 'web', env: 'test' } : undefined);
  const environment = { SCOUT_RESOURCE_ATTRIBUTES: 'aws.tag.env=fixed' };
  expect(resourceOf(tags, OBJECT, environment)).toMatchObject({
    attributes: { 'cloud.resource_id': BALANCER, 'aws.tag.team': 'web', 'aws.tag.env': 'fixed' },
    untagged: 0,
  });
});

test('every record is counted whose tags were not read yet', () => {
  const { attributes, untagged } = resourceOf(() => undefined);
  expect(untagged).toBe(3);
  expect(Object.keys(attributes).filter((name) => name.startsWith('aws.tag.'))).toEqual([]);
});

test('tags are not missed where the key names no resource', () => {
  expect(resourceOf(() => undefined, { ...OBJECT, key: 'logs/alb/copy.log.gz' }).untagged).toBe(0);
});
