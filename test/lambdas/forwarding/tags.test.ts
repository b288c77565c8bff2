import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ObjectStore, startObjectStore } from '../../../bin/local/emulators/object-store.ts';
import { type Scout, startScout } from '../../../bin/local/emulators/scout.ts';
import { attributesOf } from '../../../bin/local/emulators/scout/otlp.ts';
import type { TaggedResources } from '../../../lambdas/aws/tags.ts';
import { resourceTags } from '../../../lambdas/forwarding/resource-tags.ts';
import { metricStreamFormat } from '../../../lambdas/metric-stream/format.ts';
import { datumLine } from '../../support/factories/metric-points.ts';
import { createForwarder } from '../../support/harness/forwarder.ts';

const INSTANCE = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0';
const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:pay';
const LINES = `${datumLine()}\n`.repeat(5);

describe('an object whose resources have tags', () => {
  let scout: Scout;
  let store: ObjectStore;
  beforeAll(async () => {
    [scout, store] = await Promise.all([startScout(), startObjectStore()]);
  });
  afterAll(async () => {
    await Promise.all([scout.close(), store.close()]);
  });

  /** Forwards an object where tags are read so. */
  const forward = async (read: (types: readonly string[]) => Promise<TaggedResources>, text = LINES) => {
    const clock = { monotonicNow: () => performance.now(), random: () => 0.5 };
    const forwarder = createForwarder({
      store,
      environment: scout.environment,
      formats: (settings) => () => metricStreamFormat(settings),
      tags: resourceTags(read, {}, clock),
    });
    onTestFinished(forwarder.close);
    const before = scout.metrics().length;
    const start = performance.now();
    const isDone = await forwarder.receive(forwarder.put('metrics/1.gz', gzipSync(text)));
    const points = scout
      .metrics()
      .slice(before)
      .flatMap(({ metric }) => metric.summary?.dataPoints ?? [])
      .map(({ attributes }) => attributesOf(attributes));
    return { forwarder, isDone, points, milliseconds: performance.now() - start };
  };

  test('is sent with them, and counts no record without', async () => {
    const { forwarder, points } = await forward(async () => new Map([[INSTANCE, { team: 'web' }]]));
    expect(points.map((attributes) => attributes['aws.tag.team'])).toEqual(Array(5).fill('web'));
    expect(forwarder.report()).not.toHaveProperty('RecordsUntagged');
    expect(forwarder.account()).not.toHaveProperty('untagged');
  });

  test('is sent with those of each resource that one of its first lines is about', async () => {
    const text = [
      datumLine(),
      datumLine({ namespace: 'AWS/SQS', dimensions: { QueueName: 'orders' } }),
      datumLine({ namespace: 'AWS/Lambda', dimensions: { FunctionName: 'pay' } }),
    ];
    const reads: (readonly string[])[] = [];
    const { points } = await forward(async (types) => {
      reads.push(types);
      return new Map([
        [INSTANCE, { team: 'web' }],
        [QUEUE, { team: 'shop' }],
        [FUNCTION, { team: 'money' }],
      ]);
    }, text.join('\n'));
    expect(points.map((attributes) => attributes['aws.tag.team'])).toEqual(['web', 'shop', 'money']);
    expect(reads).toEqual([['ec2:instance', 'sqs', 'lambda:function']]);
  });

  test('is dead-lettered as something else where it is, and no tags are read', async () => {
    const read = vi.fn(async () => new Map());
    const { forwarder, isDone } = await forward(read, '{"resourceMetrics":[]}\n');
    expect(isDone).toBe(true);
    expect(forwarder.deadLetters).toMatchObject([{ error: { type: 'wrong_format' } }]);
    expect(read).not.toHaveBeenCalled();
  });

  test.each<[string, () => Promise<TaggedResources>]>([
    ['hangs', () => new Promise(() => undefined)],
    ['is denied', () => Promise.reject(new Error('AccessDeniedException'))],
  ])('is sent without them where reading them %s, all of it, and counts that', async (_, read) => {
    const { forwarder, isDone, points, milliseconds } = await forward(read);
    expect(isDone).toBe(true);
    expect(points.map((attributes) => attributes['cloud.resource_id'])).toEqual(Array(5).fill(INSTANCE));
    expect(forwarder.report()).toMatchObject({ RecordsUntagged: 5, RecordsDelivered: 5 });
    expect(forwarder.account()).toMatchObject({ untagged: 5, delivered: 5 });
    expect(milliseconds).toBeLessThan(3000);
  });
});
