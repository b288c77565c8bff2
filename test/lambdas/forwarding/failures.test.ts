import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALB_KEY, albText, marked, range, storedLines } from '../../support/factories/alb-object.ts';
import { createForwarder } from '../../support/harness/forwarder.ts';
import { startScout } from '../../../bin/local/emulators/scout.ts';
import { scout, store, useScoutAndStore } from '../../support/harness/scout-and-store.ts';
import {
  accept,
  respondWith,
  type Behaviour,
  fail,
  html,
  redirect,
  resetAfterBody,
  resetBeforeBody,
  silence,
} from '../../../bin/local/emulators/scout/behaviour.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = create();
});
afterEach(() => forwarder.close());

const create = (more: Partial<Parameters<typeof createForwarder>[0]> = {}, settings = {}) =>
  createForwarder({
    store,
    environment: { ...scout.environment, BATCH_SIZE: '5', REQUEST_TIMEOUT: '1', ...settings },
    ...more,
  });
/** Behaves so for the lines that are marked, and accepts all others. */
const forMarked =
  (behaviour: Behaviour): Behaviour =>
  ({ body }) =>
    body.includes('unlucky') ? behaviour : accept();

const TRANSIENT: readonly (readonly [string, Behaviour, string])[] = [
  ['408', fail(408), 'Scout responded 408: scripted'],
  ['429', fail(429), 'Scout responded 429: scripted'],
  ['502', fail(502), 'Scout responded 502: scripted'],
  ['503', fail(503), 'Scout responded 503: scripted'],
  ['504', fail(504), 'Scout responded 504: scripted'],
];
const LATER: readonly (readonly [string, Behaviour, string])[] = [
  ['a redirect', redirect('https://login.example.com/?state=1'), 'redirect to https://login.example.com/'],
  ['a page with status 200', html(), '(not an OTLP response)'],
  ['500', fail(500), 'Scout responded 500'],
  ['501', fail(501), 'Scout responded 501'],
  ['404', fail(404), 'Scout responded 404'],
  ['405', fail(405), 'Scout responded 405'],
  ['415', fail(415), 'Scout responded 415'],
  ['410', fail(410), 'Scout responded 410'],
];

describe.each(TRANSIENT)('%s', (_what, behaviour, reason) => {
  test('is tried again in place, until Scout accepts', async () => {
    scout.respond([behaviour, behaviour]);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.account()).toMatchObject({
      read: 5,
      delivered: 5,
      continued: 0,
      requests: 3,
      retries: 2,
    });
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1, RecordsDelivered: 5, ExportRetries: 2 });
    expect([forwarder.queued, forwarder.deadLetters, forwarder.visibility]).toEqual([[], [], []]);
  });

  test('is tried for 20 seconds; then the message waits, by its receive count', async () => {
    scout.respond(behaviour);
    const before = forwarder.clock.now;
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(false);
    expect(forwarder.clock.now - before).toBeGreaterThan(10_000);
    expect(forwarder.clock.now - before).toBeLessThanOrEqual(20_000);
    expect(scout.count()).toBeGreaterThan(3);
    expect(forwarder.visibility).toEqual([45]);
    expect(forwarder.account()).toMatchObject({
      read: 5,
      delivered: 0,
      continued: 5,
      level: 'warn',
      message: 'not delivered',
      'error.type': 'undelivered',
      reason: expect.stringContaining(reason),
      lines: '1-5',
    });
    expect(forwarder.report()).toMatchObject({
      ObjectsForwarded: 0,
      RecordsDelivered: 0,
      LedgerImbalance: 0,
    });
    expect(forwarder.report()['DeliveryLag']).toBeGreaterThan(0);
    expect(forwarder.queued).toEqual([]);
  });

  test('is not tried again in place at a later receive', async () => {
    scout.respond(behaviour);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 2 })).toBe(false);
    expect(forwarder.account()).toMatchObject({ requests: 1, retries: 0 });
    expect(forwarder.visibility).toEqual([90]);
  });

  test('of some lines only sends exactly those back to the queue', async () => {
    scout.respond(forMarked(behaviour));
    const object = forwarder.put(ALB_KEY, albText(15, marked('unlucky', 8)));
    expect(await forwarder.receive(object, { receives: 2 })).toBe(true);
    const stored = storedLines(scout);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored).toEqual(expect.arrayContaining(range(1, 5)));
    expect(stored).not.toEqual(expect.arrayContaining([8]));
    const { etag } = object.Records[0]?.s3.object ? { etag: object.Records[0].s3.object.eTag } : { etag: '' };
    const [item] = forwarder.queued;
    expect(forwarder.queued).toHaveLength(1);
    expect(item).toMatchObject({
      bucket: 'logs',
      key: ALB_KEY,
      etag,
      fromLine: 6,
      attempt: 1,
      delaySeconds: 45,
    });
    // The third batch may have been in flight.
    expect(stored.length).toBe((item?.toLine ?? 15) === 10 ? 10 : 5);
    expect(forwarder.visibility).toEqual([]);

    scout.respond(accept());
    expect(await forwarder.receive(item)).toBe(true);
    expect(storedLines(scout).toSorted((a, b) => a - b)).toEqual(range(1, 15));
  });
});

describe('Retry-After', () => {
  test.each<[string, Behaviour, number]>([
    ['in seconds', fail(429, 'slow down', 7), 7_000],
    ['as a date', fail(503, 'busy', new Date('2026-01-01T00:10:09Z')), 9_000],
  ])('%s is honoured in place', async (_how, behaviour, wait) => {
    const before = forwarder.clock.now;
    scout.respond([behaviour]);
    await forwarder.receive(forwarder.put(ALB_KEY, albText(5)));
    expect(forwarder.clock.now - before).toBe(wait);
    expect(storedLines(scout)).toEqual(range(1, 5));
  });

  test.each<[string, Behaviour, number]>([
    ['in seconds', fail(429, 'slow down', 120), 120],
    ['as a date', fail(503, 'busy', new Date('2026-01-01T00:20:00Z')), 600],
    ['of a moment', fail(503, 'busy', 0), 30],
    ['of a day', fail(503, 'closed', 86_400), 3600],
    ['with a status that is not tried again', fail(500, 'closed', 300), 300],
  ])('%s is how long the message waits', async (_how, behaviour, seconds) => {
    scout.respond(behaviour);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 9 })).toBe(false);
    expect(forwarder.visibility).toEqual([seconds]);
  });

  test('is how long a continuation waits, as long as a queue can delay it', async () => {
    for (const [seconds, delaySeconds] of [
      [200, 200],
      [3000, 900],
    ] as const) {
      scout.respond(forMarked(fail(429, 'slow down', seconds)));
      await forwarder.receive(forwarder.put(ALB_KEY, albText(10, marked('unlucky', 8))));
      expect(forwarder.queued.at(-1)).toMatchObject({ fromLine: 6, attempt: 1, delaySeconds });
    }
  });
});

describe('a connection reset before the body was read', () => {
  test('is repeated at once on a new connection at every receive, since the kept-alive one may have been dead', async () => {
    scout.respond([resetBeforeBody]);
    const { now } = forwarder.clock;
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 2 })).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.account()).toMatchObject({ delivered: 5, requests: 2, retries: 0 });
    expect(forwarder.clock.now).toBe(now);
  });

  test('twice is retried in place at the first receive', async () => {
    scout.respond([resetBeforeBody, resetBeforeBody]);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(true);
    expect(forwarder.account()).toMatchObject({ delivered: 5, requests: 3, retries: 1 });
  });

  test('each time sends the lines back to the queue', async () => {
    scout.respond(resetBeforeBody);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 2 })).toBe(false);
    expect(forwarder.account()).toMatchObject({
      requests: 2,
      continued: 5,
      lines: '1-5',
      reason: 'Scout: no response: ECONNRESET',
    });
  });
});

describe('no response', () => {
  test('within the time-out sends the lines back to the queue', async () => {
    scout.respond(silence);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 2 })).toBe(false);
    expect(forwarder.account()).toMatchObject({
      requests: 1,
      reason: 'Scout: no response: timed out',
    });
  });

  test('because it was lost after Scout took the lines makes copies, each with the same uid', async () => {
    scout.respond([resetAfterBody]);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(3)))).toBe(true);
    expect(storedLines(scout)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(forwarder.account()).toMatchObject({ read: 3, delivered: 3, requests: 2, retries: 0 });
  });

  test('never outlives the function', async () => {
    forwarder = create({}, { REQUEST_TIMEOUT: '900' });
    // Of the 15.5 seconds, 9 are waited and the last 5 are for the bookkeeping.
    scout.respond([fail(503, 'busy', 9)]);
    scout.respond(silence);
    const started = performance.now();
    const object = forwarder.put(ALB_KEY, albText(5));
    expect(await forwarder.receive(object, { limitMs: 15_500 })).toBe(false);
    expect(performance.now() - started).toBeGreaterThan(1400);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(forwarder.account()).toMatchObject({ requests: 2, continued: 5 });
  });
});

describe.each([401, 403])('%i', (status) => {
  test('requests one new token with credentials read again, and repeats the request', async () => {
    let reads = 0;
    const { clientId, clientSecret } = scout;
    forwarder = create({
      readCredentials: async () => {
        reads++;
        return { clientId, clientSecret };
      },
    });
    scout.respond([accept(), fail(status)]);
    await forwarder.receive(forwarder.put('first', albText(5)));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 2 })).toBe(true);
    expect([scout.minted(), reads]).toEqual([2, 2]);
    expect(storedLines(scout)).toEqual([...range(1, 5), ...range(1, 5)]);
    expect(forwarder.account()).toMatchObject({ delivered: 5, requests: 2, retries: 0 });
  });

  test('again means back to the queue, not halved', async () => {
    scout.respond(fail(status, 'no rights'));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(false);
    expect(scout.count()).toBe(2);
    expect(forwarder.visibility).toEqual([45]);
    expect(forwarder.account()).toMatchObject({
      continued: 5,
      lines: '1-5',
      reason: `Scout responded ${status}: no rights`,
    });
  });
});

describe('without a token', () => {
  test('because its endpoint fails, nothing is sent and the message waits', async () => {
    scout.respondToken(fail(500, 'down', 100));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(false);
    expect(scout.count()).toBe(0);
    expect(forwarder.visibility).toEqual([100]);
    expect(forwarder.account()).toMatchObject({
      requests: 0,
      continued: 5,
      reason: expect.stringMatching(/^token endpoint responded 500/),
    });
  });

  test('because the secret cannot be read: the message waits until it can', async () => {
    let isReadable = false;
    const { clientId, clientSecret } = scout;
    forwarder = create({
      readCredentials: async () => {
        if (!isReadable) throw new Error('AccessDeniedException');
        return { clientId, clientSecret };
      },
    });
    const object = forwarder.put(ALB_KEY, albText(5));
    expect(await forwarder.receive(object)).toBe(false);
    expect(forwarder.account()).toMatchObject({
      reason: 'client credentials cannot be read: AccessDeniedException',
    });
    isReadable = true;
    expect(await forwarder.receive(object, { receives: 2 })).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
  });
});

describe.each(LATER)('%s', (_what, behaviour, reason) => {
  test('sends the lines back to the queue, after one request and not halved', async () => {
    scout.respond(behaviour);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(false);
    expect(scout.count()).toBe(1);
    expect(forwarder.visibility).toEqual([45]);
    expect(forwarder.account()).toMatchObject({
      delivered: 0,
      rejected: 0,
      continued: 5,
      retries: 0,
      lines: '1-5',
      reason: expect.stringContaining(reason),
    });
    expect(forwarder.kept()).toEqual({});
  });

  test('after progress sends exactly the missing lines', async () => {
    scout.respond(forMarked(behaviour));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(9, marked('unlucky', 7))))).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.queued).toMatchObject([{ fromLine: 6, toLine: 9, attempt: 1, delaySeconds: 45 }]);
  });
});

test('a redirect is never followed', async () => {
  const other = await startScout();
  scout.respond(redirect(`${other.endpoint}/v1/logs`, 308));
  await forwarder.receive(forwarder.put(ALB_KEY, albText(5)));
  expect(other.count()).toBe(0);
  await other.close();
});

test('neither secret nor header is ever in a log line or a dead letter', async () => {
  forwarder = create({}, { SCOUT_HEADERS: '{"x-key":"open sesame"}' });
  scout.respond(respondWith({ status: 500, body: 'bad key: open sesame' }));
  scout.respondToken([respondWith({ status: 400, body: `{"error":"${scout.clientSecret}"}` })]);
  const object = forwarder.put(ALB_KEY, albText(5));
  await forwarder.receive(object);
  await forwarder.receive(object, { receives: 300 });
  const said = JSON.stringify([forwarder.logged, forwarder.deadLetters, forwarder.report()]);
  expect(said).toContain('token endpoint responded 400: ***');
  expect(said).toContain('Scout responded 500: bad key: ***');
  expect(said).not.toContain(scout.clientSecret);
  expect(said).not.toContain('sesame');
});
