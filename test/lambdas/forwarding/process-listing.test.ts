import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { albFormat } from '../../support/factories/log-formats.ts';
import { skipReason } from '../../../lambdas/log-lines/log-formats.ts';
import { albText, range, storedLines } from '../../support/factories/alb-object.ts';
import { BUCKET, createForwarder } from '../../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../../support/harness/scout-and-store.ts';
import { accept, fail } from '../../../bin/local/emulators/scout/behaviour.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = create();
});
afterEach(() => forwarder.close());

const create = (settings: Record<string, string> = {}) =>
  createForwarder({
    store,
    environment: { ...scout.environment, SOURCE_BUCKET: BUCKET, ...settings },
    formats: (settings) => (key, size) => {
      const skip = skipReason(key, size);
      return skip === undefined ? albFormat(settings) : { skip };
    },
  });
const keys = (): (string | undefined)[] => forwarder.queued.map(({ key }) => key);
const put = (...names: readonly string[]): void => {
  for (const name of names) forwarder.put(name, albText(2));
};
const SIZE = albText(2).length;

describe('with a queue', () => {
  test('a listing queues one item per object, and returns their number', async () => {
    put('alb/1.log', 'alb/a key+é.log', 'other/3.log');
    expect(await forwarder.invoke({ prefix: 'alb/' })).toEqual({ objects: 2, bytes: 2 * SIZE, queued: 2 });
    expect(forwarder.queued).toEqual(
      ['alb/1.log', 'alb/a key+é.log'].map((key) => ({
        bucket: BUCKET,
        key,
        etag: store.objects.get(`${BUCKET}/${key}`)?.etag.replaceAll('"', ''),
        backfill: true,
      })),
    );
    expect(scout.count()).toBe(0);
    for (const item of forwarder.queued.splice(0)) expect(await forwarder.receive(item)).toBe(true);
    expect(storedLines(scout)).toEqual([1, 2, 1, 2]);
  });

  test('it goes through all pages', async () => {
    const names = range(1, 2345).map((number) => `alb/${String(number).padStart(5, '0')}.log`);
    for (const name of names) store.put(BUCKET, name, 'x');
    expect(await forwarder.invoke({ prefix: 'alb/' })).toEqual({ objects: 2345, bytes: 2345, queued: 2345 });
    expect(keys()).toEqual(names);
  });

  test('a dry run only counts', async () => {
    put('alb/1.log', 'alb/2.log');
    expect(await forwarder.invoke({ prefix: 'alb/', dryRun: true })).toEqual({
      objects: 2,
      bytes: 2 * SIZE,
      queued: 0,
    });
    expect(forwarder.queued).toEqual([]);
  });

  test('what the pipeline would not forward is left out, and what was rejected', async () => {
    put('alb/1.log', 'alb/ELBAccessLogTestFile', 'rejected/alb/1.log/1-2.ndjson', 'rejected/alb/1.log');
    store.put(BUCKET, 'alb/empty.log', '');
    expect(await forwarder.invoke({ prefix: '' })).toEqual({ objects: 1, bytes: SIZE, queued: 1 });
    expect(await forwarder.invoke({ prefix: 'rejected/' })).toEqual({ objects: 0, bytes: 0, queued: 0 });
    expect(keys()).toEqual(['alb/1.log']);
  });

  test('it begins after a key, if asked to', async () => {
    put('alb/1.log', 'alb/2.log', 'alb/3.log');
    expect(await forwarder.invoke({ prefix: 'alb/', startAfter: 'alb/1.log' })).toMatchObject({ objects: 2 });
    expect(keys()).toEqual(['alb/2.log', 'alb/3.log']);
  });

  test('it can be of another bucket, and needs one', async () => {
    store.put('elsewhere', 'alb/1.log', 'x');
    expect(await forwarder.invoke({ bucket: 'elsewhere', prefix: '' })).toMatchObject({ objects: 1 });
    expect(forwarder.queued).toMatchObject([{ bucket: 'elsewhere' }]);
    forwarder = create({ SOURCE_BUCKET: '' });
    await expect(forwarder.invoke({ prefix: 'alb/' })).rejects.toThrow(
      'a manual run needs "bucket", or SOURCE_BUCKET',
    );
  });

  test('an empty prefix returns zeros', async () => {
    expect(await forwarder.invoke({ prefix: 'nothing/' })).toEqual({ objects: 0, bytes: 0, queued: 0 });
  });

  test('a queue that takes nothing fails the invocation', async () => {
    put('alb/1.log');
    forwarder.faults.send = () => new Error('Throttled');
    await expect(forwarder.invoke({ prefix: 'alb/' })).rejects.toThrow('Throttled');
  });
});

describe('when time runs short', () => {
  test('it returns where to resume, and resumes there', async () => {
    const names = range(1, 250).map((number) => `alb/${String(number).padStart(5, '0')}.log`);
    for (const name of names) store.put(BUCKET, name, 'x');
    forwarder.faults.send = () => {
      forwarder.clock.now += 50_000;
      return undefined;
    };
    const first = await forwarder.invoke({ prefix: 'alb/' }, 110_000);
    expect(first).toEqual({ objects: 200, bytes: 200, queued: 200, startAfter: 'alb/00200.log' });
    expect(await forwarder.invoke({ prefix: 'alb/', startAfter: 'alb/00200.log' })).toEqual({
      objects: 50,
      bytes: 50,
      queued: 50,
    });
    expect(keys()).toEqual(names);
  });

  test('before anything was listed, it says so too', async () => {
    put('alb/1.log');
    expect(await forwarder.invoke({ prefix: 'alb/' }, 9000)).toEqual({
      objects: 0,
      bytes: 0,
      queued: 0,
      startAfter: '',
    });
    const later = { prefix: 'alb/', startAfter: 'alb/0.log' };
    expect(await forwarder.invoke(later, 9000)).toMatchObject({ startAfter: 'alb/0.log' });
    expect(await forwarder.invoke({ prefix: 'alb/', startAfter: '' })).toEqual({
      objects: 1,
      bytes: SIZE,
      queued: 1,
    });
  });
});

describe('without a queue', () => {
  beforeEach(() => {
    forwarder = create({ QUEUE_URL: '', DEAD_LETTER_QUEUE_URL: '' });
  });

  test('the objects are forwarded at once', async () => {
    put('alb/1.log', 'alb/2.log', 'alb/3.log');
    expect(await forwarder.invoke({ prefix: 'alb/' })).toEqual({ objects: 3, bytes: 3 * SIZE, queued: 0 });
    expect(storedLines(scout)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 3, RecordsDelivered: 6 });
    // They are from the past, by request: how late they are is no news.
    expect(forwarder.report()).not.toHaveProperty('DeliveryLag');
  });

  test('when time runs short it returns the last forwarded key', async () => {
    put('alb/1.log', 'alb/2.log', 'alb/3.log');
    scout.respond(() => {
      forwarder.clock.now += 50_000;
      return accept();
    });
    const result = await forwarder.invoke({ prefix: 'alb/' }, 110_000);
    expect(result).toEqual({ objects: 2, bytes: 2 * SIZE, queued: 0, startAfter: 'alb/2.log' });
    expect(scout.count()).toBe(2);
  });

  test('a failure fails the invocation, and names what is missing', async () => {
    put('alb/1.log', 'alb/2.log');
    scout.respond([accept(), fail(500, 'down')]);
    await expect(forwarder.invoke({ prefix: 'alb/' })).rejects.toThrow(
      'not delivered: s3://logs/alb/2.log from line 1 to 2: Scout responded 500: down',
    );
  });

  test('a dry run only counts', async () => {
    put('alb/1.log');
    expect(await forwarder.invoke({ prefix: 'alb/', dryRun: true })).toEqual({
      objects: 1,
      bytes: SIZE,
      queued: 0,
    });
    expect(scout.count()).toBe(0);
  });
});
