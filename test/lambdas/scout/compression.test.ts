import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Scout as FakeScout, startScout } from '../../../bin/local/emulators/scout.ts';
import {
  accept,
  type Behaviour,
  fail,
  refuseMarked,
  refuseZstd,
  resetBeforeBody,
} from '../../../bin/local/emulators/scout/behaviour.ts';
import { encodeLogs } from '../../../bin/local/emulators/scout/otlp.ts';
import { readFunctionSettings } from '../../../lambdas/function-settings.ts';
import { createScout, type Sent } from '../../../lambdas/scout/scout.ts';

let fake: FakeScout;
let logged: unknown[];
beforeEach(async () => {
  fake = await startScout();
  logged = [];
  vi.spyOn(console, 'info').mockImplementation((line) => void logged.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fake.close();
});

/** An environment of the function: its Scout is kept, and with it what is known of the encoding. */
const environment = (mode?: string) => {
  const settings = { ...fake.environment, ...(mode !== undefined && { SCOUT_COMPRESSION: mode }) };
  let skipped = 0;
  const monotonicNow = (): number => performance.now() + skipped;
  const scout = createScout('logs', readFunctionSettings(settings).scout, {
    readCredentials: async () => fake,
    now: Date.now,
    monotonicNow,
    random: () => 0,
    sleep: async (ms) => void (skipped += ms),
  });
  const send = async (text: string, retryInPlace = false): Promise<Sent> => {
    const body = await scout.compress(encodeLogs([text]));
    return scout.export('/v1/logs', body, { retryInPlace, deadline: monotonicNow() + 60_000 });
  };
  return { scout, send };
};

const encodings = (): unknown[] => fake.requests.map(({ headers }) => headers['content-encoding']);
const stored = (): unknown[] => fake.logs().map(({ record }) => record.body?.stringValue);
const bytesOnWire = (from = 0): number =>
  fake.requests.slice(from).reduce((sum, { bytes }) => sum + bytes, 0);

test('requests are in zstd', async () => {
  const { scout, send } = environment();
  const request = encodeLogs(['a line']);
  const { bytes, encoding } = await scout.compress(request);
  expect(encoding).toBe('zstd');
  expect(zstdDecompressSync(bytes).equals(request)).toBe(true);
  expect(await send('one')).toMatchObject({ outcome: { type: 'accepted' }, requests: 1 });
  expect([encodings(), stored()]).toEqual([['zstd'], ['one']]);
});

test.each([
  ['zstd', ['zstd']],
  ['gzip', ['gzip']],
])('SCOUT_COMPRESSION=%s sends every request so, and believes a refusal', async (mode, expected) => {
  fake.respond([fail(415)]);
  expect(await environment(mode).send('one')).toMatchObject({
    outcome: { type: 'refused', status: 415 },
    requests: 1,
  });
  expect(encodings()).toEqual(expected);
});

describe('a Scout that does not take zstd', () => {
  test.each([400, 404, 405, 406, 413, 415, 418, 422])(
    'and says so with %i gets gzip at once and from then on, which is logged once',
    async (status) => {
      fake.respond(refuseZstd(status));
      const { send } = environment();
      const first = await send('one');
      expect(first).toMatchObject({ outcome: { type: 'accepted', rejected: 0 }, requests: 2, retries: 0 });
      expect(first.bytes).toBe(bytesOnWire());
      const second = await send('two');
      expect(second).toMatchObject({ outcome: { type: 'accepted' }, requests: 1 });
      expect(second.bytes).toBe(bytesOnWire(2));
      expect([encodings(), stored()]).toEqual([
        ['zstd', 'gzip', 'gzip'],
        ['one', 'two'],
      ]);
      expect(logged).toEqual([
        {
          message: 'Scout accepts gzip but not zstd: gzip from now on',
          refusal: `Scout responded ${status}: unsupported content encoding: zstd`,
        },
      ]);
    },
  );

  test('gets each of four requests in flight once in gzip, whichever comes first', async () => {
    fake.respond(refuseZstd(415, accept(20)));
    const { send } = environment();
    const texts = ['one', 'two', 'three', 'four'];
    const sent = await Promise.all(texts.map(async (text) => send(text)));
    expect(sent.map(({ outcome, requests }) => [outcome.type, requests])).toEqual(
      texts.map(() => ['accepted', 2]),
    );
    expect(sent.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(bytesOnWire());
    expect(stored()).toHaveLength(4);
    expect(new Set(stored())).toEqual(new Set(texts));
    expect(logged).toHaveLength(1);
  });

  test('gets a request in gzip that was compressed in zstd before the refusal', async () => {
    fake.respond(refuseZstd(400));
    const { scout, send } = environment();
    const early = await scout.compress(encodeLogs(['early']));
    await send('one');
    const limits = { retryInPlace: false, deadline: performance.now() + 60_000 };
    const sent = await scout.export('/v1/logs', early, limits);
    expect(sent).toMatchObject({ outcome: { type: 'accepted' }, requests: 1 });
    expect(sent.bytes).toBe(bytesOnWire(2));
    expect(stored()).toEqual(['one', 'early']);
  });

  test('keeps gzip through a retry and a new token', async () => {
    for (const [behaviour, requests] of [
      [fail(503), 3],
      [fail(401), 3],
      [resetBeforeBody, 3],
    ] as const) {
      fake.respond([fail(415), behaviour]);
      const before = fake.requests.length;
      const sent = await environment().send('one', true);
      expect(sent).toMatchObject({ outcome: { type: 'accepted' }, requests });
      expect(encodings().slice(before)).toEqual(['zstd', 'gzip', 'gzip']);
      expect(logged.splice(0)).toHaveLength(1);
    }
  });
});

describe('a refusal in both encodings', () => {
  test('is believed, and says nothing about zstd', async () => {
    fake.respond([fail(400, 'zstd: bad record'), fail(400, 'gzip: bad record')]);
    const { send } = environment();
    expect(await send('one')).toMatchObject({
      outcome: { type: 'invalid', reason: 'Scout responded 400: gzip: bad record' },
      requests: 2,
    });
    await send('two');
    expect(encodings()).toEqual(['zstd', 'gzip', 'zstd']);
    expect(logged).toEqual([]);
  });

  test('in gzip with another status counts as that', async () => {
    fake.respond([fail(415), fail(503)]);
    expect(await environment().send('one')).toMatchObject({
      outcome: { type: 'retryable', status: 503 },
      requests: 2,
    });
    expect(logged).toEqual([]);
  });
});

describe('a refusal of zstd is believed at once', () => {
  test('after zstd was accepted', async () => {
    fake.respond(refuseMarked(['poison']));
    const { send } = environment();
    await send('one');
    expect(await send('poison')).toMatchObject({ outcome: { type: 'invalid' }, requests: 1 });
    expect(encodings()).toEqual(['zstd', 'zstd']);
  });

  test.each([408, 429, 500, 501, 502, 503, 504])('with status %i', async (status) => {
    fake.respond(refuseZstd(status));
    expect(await environment().send('one')).toMatchObject({ outcome: { status }, requests: 1 });
    expect(stored()).toEqual([]);
  });

  test.each([401, 403])('with status %i, after a new token', async (status) => {
    fake.respond(refuseZstd(status));
    expect(await environment().send('one')).toMatchObject({ outcome: { status }, requests: 2 });
    expect([encodings(), stored()]).toEqual([['zstd', 'zstd'], []]);
  });
});

test('nothing is sent in gzip when time is up after the refusal', async () => {
  fake.respond(lateRefusal(300));
  const { scout } = environment();
  const body = await scout.compress(encodeLogs(['one']));
  const sent = await scout.export('/v1/logs', body, {
    retryInPlace: false,
    deadline: performance.now() + 1_200,
  });
  expect(sent).toMatchObject({ outcome: { type: 'retryable', code: 'out_of_time' }, requests: 1 });
  expect(stored()).toEqual([]);
});

const lateRefusal = (delayMs: number): Behaviour => ({ type: 'respond', response: { status: 400, delayMs } });
