import { withEncoder } from '../../../support/factories/encoder.ts';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Format } from '../../../../lambdas/format.ts';
import { albFormat } from '../../../support/factories/log-formats.ts';
import { metricStreamFormat } from '../../../../lambdas/metric-stream/format.ts';
import { ALB_KEY, albText, marked } from '../../../support/factories/alb-object.ts';
import { BUCKET, createForwarder } from '../../../support/harness/forwarder.ts';
import type { StoreRequest } from '../../../../bin/local/emulators/object-store.ts';
import { scout, store, useScoutAndStore } from '../../../support/harness/scout-and-store.ts';
import {
  accept,
  fail,
  partialSuccess,
  refuseMarked,
} from '../../../../bin/local/emulators/scout/behaviour.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
let deletes: StoreRequest[];
beforeEach(() => {
  deletes = [];
  store.misbehave = (request) => {
    if (request.method === 'DELETE') deletes.push(request);
    return undefined;
  };
  forwarder = create();
});
afterEach(() => forwarder.close());

const create = (
  settings: Record<string, string> = {},
  more: Partial<Parameters<typeof createForwarder>[0]> = {},
) =>
  createForwarder({
    store,
    environment: { ...scout.environment, BATCH_SIZE: '5', DELETE_PROCESSED_FILES: 'true', ...settings },
    ...more,
  });
const isThere = (key = ALB_KEY): boolean => store.objects.has(`${BUCKET}/${key}`);

describe('an object is deleted', () => {
  test('once all of it was delivered, and only if it is still the same', async () => {
    const object = forwarder.put(ALB_KEY, albText(12));
    const etag = store.objects.get(`${BUCKET}/${ALB_KEY}`)?.etag;
    expect(await forwarder.receive(object)).toBe(true);
    expect(isThere()).toBe(false);
    expect(deletes.map(({ key, headers }) => [key, headers['if-match']])).toEqual([[ALB_KEY, etag]]);
  });

  test('once what was rejected of it is kept', async () => {
    scout.respond(refuseMarked(['poison']));
    await forwarder.receive(forwarder.put(ALB_KEY, albText(5, marked('poison', 2))));
    expect(Object.values(forwarder.kept()).flat()).toHaveLength(1);
    expect(isThere()).toBe(false);
  });

  test('if its entity tag was not known before it was read', async () => {
    const etag = forwarder.put(ALB_KEY, albText(3)).Records[0]?.s3.object.eTag;
    expect(await forwarder.receive({ bucket: BUCKET, key: ALB_KEY })).toBe(true);
    expect(deletes.map(({ headers }) => headers['if-match'])).toEqual([`"${etag}"`]);
    expect(isThere()).toBe(false);
  });

  test('if it has no lines', async () => {
    expect(await forwarder.receive(forwarder.put(ALB_KEY, gzipSync('')))).toBe(true);
    expect(isThere()).toBe(false);
  });

  test('with each that a message names', async () => {
    const Records = ['alb/1.log', 'alb/2.log'].flatMap((key) => forwarder.put(key, albText(2)).Records);
    await forwarder.receive({ Records });
    expect(deletes.map(({ key }) => key)).toEqual(['alb/1.log', 'alb/2.log']);
  });
});

const leavingOut = (format: Format): Format =>
  withEncoder(format, (inner) => {
    let filtered = 0;
    return {
      add: (bytes, start, end, line, cut) => {
        if (line !== 3) return inner.add(bytes, start, end, line, cut);
        filtered++;
        return true;
      },
      take: () => ({ ...inner.take(), filtered }),
    };
  });

const staying = async (work: unknown, more: { receives?: number; limitMs?: number } = {}): Promise<void> => {
  await forwarder.receive(work, more);
  expect(isThere()).toBe(true);
  expect(deletes).toEqual([]);
};

describe('an object stays', () => {
  test('unless the setting says so', async () => {
    forwarder = create({ DELETE_PROCESSED_FILES: 'false' });
    await staying(forwarder.put(ALB_KEY, albText(5)));
  });

  test('if any of it was not delivered, and when that is delivered later', async () => {
    scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
    await staying(forwarder.put(ALB_KEY, albText(10, marked('unlucky', 7))));
    scout.respond(accept());
    await staying(forwarder.queued[0]);
  });

  test('if nothing of it was delivered', async () => {
    scout.respond(fail(503));
    await staying(forwarder.put(ALB_KEY, albText(5)));
  });

  test('if it was split for want of time', async () => {
    await staying(forwarder.put(ALB_KEY, albText(20)), { receives: 3 });
    expect(forwarder.queued).toHaveLength(1);
  });

  test('if only a range of it was asked for', async () => {
    forwarder.put(ALB_KEY, albText(5));
    await staying({ bucket: BUCKET, key: ALB_KEY, fromLine: 1, toLine: 5 });
    await staying({ bucket: BUCKET, key: ALB_KEY, fromLine: 2 });
  });

  test('if its gzip is broken', async () => {
    await staying(forwarder.put(ALB_KEY, gzipSync(albText(200)).subarray(0, -20)));
    expect(forwarder.deadLetters).toHaveLength(1);
  });

  test('if it is something else', async () => {
    await staying(forwarder.put(ALB_KEY, Buffer.of(0, 1, 2, 3)));
    expect(forwarder.deadLetters).toHaveLength(1);
  });

  test('if Scout refused records without saying which: only the object holds them', async () => {
    scout.respond([accept(), partialSuccess(1, 'too old')]);
    await staying(forwarder.put(ALB_KEY, albText(10)));
    expect(forwarder.account()).toMatchObject({ delivered: 9, rejected: 1 });
  });

  test('if configuration left records of it out: they are neither delivered nor kept', async () => {
    forwarder = create({}, { formats: (settings) => () => leavingOut(albFormat(settings)) });
    await staying(forwarder.put(ALB_KEY, albText(5)));
    expect(forwarder.account()).toMatchObject({ read: 5, delivered: 4, filtered: 1 });
  });

  test('if what was rejected of it cannot be kept', async () => {
    forwarder = create({}, { formats: (settings) => () => metricStreamFormat(settings) });
    const object = forwarder.put(ALB_KEY, 'bad\n');
    store.misbehave = ({ method }) =>
      method === 'PUT' ? { error: { status: 503, code: 'SlowDown' } } : undefined;
    await staying(object);
  });

  test('if its message names another that failed and cannot be queued', async () => {
    scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
    forwarder.faults.send = () => new Error('Throttled');
    const Records = [
      ...forwarder.put(ALB_KEY, albText(2)).Records,
      ...forwarder.put('alb/2.log', albText(2, marked('unlucky', 1))).Records,
    ];
    await staying({ Records });
  });
});

test('an object that was overwritten meanwhile is not deleted: the new one was not read', async () => {
  const object = forwarder.put(ALB_KEY, albText(5));
  scout.respond(() => {
    store.put(BUCKET, ALB_KEY, 'another');
    return accept();
  });
  store.misbehave = ({ method, headers }) => {
    const { etag } = store.objects.get(`${BUCKET}/${ALB_KEY}`) ?? {};
    const isOther = method === 'DELETE' && headers['if-match'] !== etag;
    return isOther ? { error: { status: 412, code: 'PreconditionFailed' } } : undefined;
  };
  expect(await forwarder.receive(object)).toBe(true);
  expect(isThere()).toBe(true);
  expect(forwarder.logged).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: 'not deleted',
      error: expect.stringContaining('PreconditionFailed'),
    }),
  );
});

test('a delete that fails is logged, and the message is done all the same', async () => {
  const object = forwarder.put(ALB_KEY, albText(5));
  store.misbehave = ({ method }) =>
    method === 'DELETE' ? { error: { status: 403, code: 'AccessDenied' } } : undefined;
  expect(await forwarder.receive(object)).toBe(true);
  expect(isThere()).toBe(true);
  expect(forwarder.logged).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'not deleted', key: ALB_KEY }),
  );
});
