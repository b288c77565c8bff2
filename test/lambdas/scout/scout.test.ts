import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Body } from '../../../lambdas/scout/compression.ts';
import { createScout, type Sent } from '../../../lambdas/scout/scout.ts';
import { readFunctionSettings } from '../../../lambdas/function-settings.ts';
import { VERSION } from '../../../lambdas/version.ts';
import { type Scout, startScout } from '../../../bin/local/emulators/scout.ts';
import {
  accept,
  respondWith,
  type Behaviour,
  earlySuccess,
  fail,
  html,
  partialSuccess,
  redirect,
  silence,
} from '../../../bin/local/emulators/scout/behaviour.ts';

/** An empty ExportLogsServiceRequest. */
const EMPTY: Body = { bytes: gzipSync(Buffer.alloc(0)), encoding: 'gzip' };
const DATE = new Date('2030-01-02T03:04:05Z');

let scout: Scout;
beforeEach(async () => {
  scout = await startScout();
});
afterEach(() => scout.close());

const client = (environment: Record<string, string> = {}) => {
  const settings = readFunctionSettings({ ...scout.environment, ...environment }).scout;
  const { clientId = '', clientSecret = '' } = settings;
  const waits: number[] = [];
  let skipped = 0;
  const monotonicNow = () => performance.now() + skipped;
  const { export: send } = createScout('logs', settings, {
    readCredentials: async () => ({ clientId, clientSecret }),
    now: Date.now,
    monotonicNow,
    random: () => 0,
    sleep: async (ms) => {
      waits.push(ms);
      skipped += ms;
    },
  });
  return {
    waits,
    send: (call: { retryInPlace?: boolean; deadline?: number; body?: Body } = {}) =>
      send('/v1/logs', call.body ?? EMPTY, {
        retryInPlace: call.retryInPlace ?? false,
        deadline: call.deadline ?? monotonicNow() + 60_000,
      }),
  };
};

describe('the outcome of a response', () => {
  const accepted = { type: 'accepted', rejected: 0, message: '' };
  const rows: readonly (readonly [string, Behaviour, object])[] = [
    ['200', accept(), accepted],
    ['202 and nothing else', respondWith({ status: 202 }), accepted],
    ['204', respondWith({ status: 204 }), accepted],
    ['200 with empty JSON', respondWith({ status: 200, body: '{}' }), accepted],
    ['partial success', partialSuccess(3, 'too old'), { ...accepted, rejected: 3, message: 'too old' }],
    ['a warning', partialSuccess(0, 'deprecated'), { ...accepted, message: 'deprecated' }],
    [
      'partial success in JSON',
      partialSuccess(4, 'no name', true),
      { ...accepted, rejected: 4, message: 'no name' },
    ],
    ['408', fail(408), { type: 'retryable', reason: 'Scout responded 408: scripted' }],
    ['429', fail(429, 'slow down', 7), { type: 'retryable', retryAfterMs: 7000 }],
    ['502', fail(502), { type: 'retryable', retryAfterMs: undefined }],
    [
      '503',
      fail(503, 'busy', 0),
      { type: 'retryable', reason: 'Scout responded 503: busy', retryAfterMs: 0 },
    ],
    ['503 for a day', fail(503, 'closed', 86_400), { type: 'retryable', retryAfterMs: 3_600_000 }],
    ['503 until long ago', fail(503, 'busy', new Date(0)), { type: 'retryable', retryAfterMs: 0 }],
    ['503 until a date', fail(503, 'busy', DATE), { type: 'retryable', retryAfterMs: 3_600_000 }],
    [
      '503 until it pleases',
      respondWith({ status: 503, headers: { 'retry-after': 'soon' } }),
      { type: 'retryable', reason: 'Scout responded 503', retryAfterMs: undefined },
    ],
    ['504', fail(504), { type: 'retryable' }],
    [
      '413',
      fail(413, 'body over 4 MiB'),
      { type: 'too_large', reason: 'Scout responded 413: body over 4 MiB' },
    ],
    ['400', fail(400, 'bad record'), { type: 'invalid', reason: 'Scout responded 400: bad record' }],
    [
      '400 of a Collector over its limit',
      fail(400, 'http: request body too large'),
      { type: 'too_large', reason: 'Scout responded 400: http: request body too large' },
    ],
    ['422', fail(422), { type: 'invalid' }],
    ['404', fail(404), { type: 'refused', reason: 'Scout responded 404: scripted' }],
    ['405', fail(405), { type: 'refused' }],
    ['415', fail(415), { type: 'refused' }],
    ['418', fail(418), { type: 'refused' }],
    ['500', fail(500, 'oops', 9), { type: 'refused', retryAfterMs: 9000 }],
    ['501', fail(501), { type: 'refused' }],
    [
      'a page',
      html(),
      {
        type: 'refused',
        reason: 'Scout responded 200: <!doctype html><title>Sign in</title> (not an OTLP response)',
      },
    ],
    [
      'an empty page',
      respondWith({ status: 200, headers: { 'content-type': 'text/html' } }),
      { type: 'refused' },
    ],
    ['text', respondWith({ status: 200, body: 'OK' }), { type: 'refused' }],
    ['unrelated JSON', respondWith({ status: 200, body: '{"error":"no tenant"}' }), { type: 'refused' }],
    [
      'a redirect',
      redirect('https://login.example.com/start?state=abc#x'),
      { type: 'refused', reason: 'Scout responded 307: redirect to https://login.example.com/start' },
    ],
    [
      'a reason over two lines, and long',
      fail(503, `a\nb\t${'x'.repeat(5000)}`),
      { reason: `Scout responded 503: a b ${'x'.repeat(196)}` },
    ],
  ];
  test.each(rows)('%s', async (_name, behaviour, outcome) => {
    scout.respond(behaviour);
    const sent = await client().send();
    expect(sent.outcome).toMatchObject(outcome);
    expect(sent).toMatchObject({ retries: 0, requests: 1, bytes: EMPTY.bytes.length });
    expect(scout.count()).toBe(1);
  });

  test('a refused connection is retryable', async () => {
    const dead = await startScout();
    await dead.close();
    const { outcome } = await client({ SCOUT_ENDPOINT: dead.endpoint }).send();
    expect(outcome).toEqual({
      type: 'retryable',
      code: 'network',
      detail: 'ECONNREFUSED',
      reason: 'Scout: no response: ECONNREFUSED',
    });
  });

  test('a success whose body breaks off is retryable', async () => {
    scout.respond(
      respondWith({ status: 200, headers: { 'content-length': '10' }, body: 'abc', breakOff: true }),
    );
    expect((await client().send()).outcome).toEqual({
      type: 'retryable',
      code: 'network',
      detail: 'ECONNRESET',
      reason: 'Scout: no response: ECONNRESET',
    });
  });

  test('a partial success with a long message has the beginning of it', async () => {
    scout.respond(partialSuccess(5, 'y'.repeat(200_000)));
    const { outcome } = await client().send();
    expect(outcome).toMatchObject({
      type: 'accepted',
      rejected: 5,
      message: expect.stringMatching(/^y{4000}$/),
    });
  });

  test('an endless response is not read to its end', async () => {
    scout.respond(respondWith({ status: 200, body: 'z'.repeat(1000), endless: true }));
    expect((await client().send()).outcome.type).toBe('refused');
  });
});

test('a success before the request was read to its end is retryable', async () => {
  scout.respond(respondWith({ status: 200 }));
  const { send } = client();
  await send();
  scout.respond([earlySuccess]);
  const body: Body = { bytes: randomBytes(16 * 2 ** 20), encoding: 'gzip' };
  const sent = await send({ body });
  expect(sent.outcome).toEqual({
    type: 'retryable',
    code: 'early_response',
    status: 200,
    reason: 'Scout responded 200 (before it had the request)',
  });
  expect(sent.bytes).toBe(body.bytes.length);
});

describe('time', () => {
  test('no response within the time-out is retryable', async () => {
    scout.respond(silence);
    const started = Date.now();
    const { outcome } = await client({ REQUEST_TIMEOUT: '1' }).send();
    expect(outcome).toEqual({
      type: 'retryable',
      code: 'timeout',
      reason: 'Scout: no response: timed out',
    });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('the time-out covers a body that trickles', async () => {
    scout.respond(respondWith({ status: 200, body: 'x'.repeat(1000), trickleMs: 50 }));
    const { outcome } = await client({ REQUEST_TIMEOUT: '1' }).send();
    expect(outcome).toEqual({
      type: 'retryable',
      code: 'timeout',
      reason: 'Scout: no response: timed out',
    });
  });

  test('no request reaches past the deadline', async () => {
    const { send } = client();
    await send();
    scout.respond(silence);
    const started = performance.now();
    const sent = await send({ deadline: started + 1_500, retryInPlace: true });
    expect(sent).toMatchObject({
      outcome: { type: 'retryable', reason: 'Scout: no response: timed out' },
      requests: 1,
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test.each([0, 900])('%i ms before the deadline nothing is sent', async (left) => {
    const { send } = client();
    await send();
    const sent = await send({ deadline: performance.now() + left });
    expect(sent).toEqual({
      outcome: { type: 'retryable', code: 'out_of_time', reason: 'Scout: no time left for a request' },
      requests: 0,
      retries: 0,
      bytes: 0,
    });
    expect(scout.count()).toBe(1);
  });

  test('a slow response in time counts', async () => {
    scout.respond(accept(300));
    expect((await client({ REQUEST_TIMEOUT: '2' }).send()).outcome.type).toBe('accepted');
  });
});

describe('retry in place', () => {
  test('repeats the request until it is accepted, and counts', async () => {
    scout.respond([fail(503), fail(502), fail(429, 'wait', 2)]);
    const { send, waits } = client();
    const sent = await send({ retryInPlace: true });
    expect(sent).toMatchObject({
      outcome: { type: 'accepted' },
      requests: 4,
      retries: 3,
      bytes: 4 * EMPTY.bytes.length,
    });
    expect(waits).toEqual([250, 500, 2000]);
  });

  test('is only for retryable outcomes', async () => {
    for (const status of [400, 404, 413, 500]) {
      scout.respond([fail(status)]);
      expect(await client().send({ retryInPlace: true })).toMatchObject({ requests: 1, retries: 0 });
    }
  });

  test('a wait longer than the time allowed is left to the caller', async () => {
    scout.respond(fail(503, 'closed', 21));
    const { outcome, retries } = await client().send({ retryInPlace: true });
    expect(outcome).toMatchObject({ type: 'retryable', retryAfterMs: 21_000 });
    expect(retries).toBe(0);
  });
});

describe('authorization', () => {
  test.each([401, 403])(
    'after %i one new token is requested, and the request is sent again',
    async (status) => {
      const { send } = client();
      await send();
      scout.respond([fail(status)]);
      expect(await send()).toMatchObject({ outcome: { type: 'accepted' }, requests: 2, retries: 0 });
      expect(scout.minted()).toBe(2);
    },
  );

  test('tokens revoked mid-run cost one token request, however many requests are in flight', async () => {
    const { send } = client();
    await send();
    scout.revokeTokens();
    const sent = await Promise.all(Array.from({ length: 8 }, () => send()));
    expect(sent.map(({ outcome }) => outcome.type)).toEqual(Array(8).fill('accepted'));
    expect(scout.minted()).toBe(2);
  });

  test('401 with a new token too is refused after two requests', async () => {
    scout.respond(fail(401, 'no such tenant'));
    expect(await client().send({ retryInPlace: true })).toMatchObject({
      outcome: { type: 'refused', reason: 'Scout responded 401: no such tenant' },
      requests: 2,
    });
    expect(scout.minted()).toBe(2);
  });

  test('without a token nothing is sent, and the token request is repeated in place', async () => {
    scout.respondToken(respondWith({ status: 503, headers: { 'retry-after': '5' }, body: 'down' }));
    const { send, waits } = client();
    expect(await send({ retryInPlace: true })).toMatchObject({
      outcome: { type: 'retryable', code: 'token_refused', status: 503, retryAfterMs: 5000 },
      requests: 0,
      retries: 3,
      bytes: 0,
    });
    expect(waits).toEqual([5000, 5000, 5000]);
    expect(scout.tokenRequests()).toBe(4);
  });

  test('a token request that fails once delays the request, at the first receive only', async () => {
    for (const behaviour of [fail(503), fail(408), fail(500), fail(429, 'slow', 1)]) {
      scout.respondToken([behaviour, behaviour]);
      scout.revokeTokens();
      const { send } = client();
      expect((await send()).outcome).toMatchObject({ type: 'retryable' });
      expect(await send({ retryInPlace: true })).toMatchObject({
        outcome: { type: 'accepted' },
        requests: 1,
        retries: 1,
      });
    }
  });

  test('a token request that is refused is not repeated', async () => {
    scout.respondToken(respondWith({ status: 400, body: '{"error":"invalid_scope"}' }));
    expect(await client().send({ retryInPlace: true })).toMatchObject({
      outcome: { type: 'refused', code: 'token_refused', status: 400, detail: 'invalid_scope' },
      retries: 0,
    });
    expect(scout.tokenRequests()).toBe(1);
  });
});

describe('the request', () => {
  test('is gzipped protobuf with the version as user agent, and the headers of the user', async () => {
    const headers = {
      'X-Scope': 'tenant-1',
      Authorization: 'Basic eA==',
      'Content-Type': 'text/plain',
      'content-encoding': 'br',
      'Content-Length': '3',
      'Transfer-Encoding': 'chunked',
      Connection: 'close',
      Upgrade: 'h2c',
      'User-Agent': 'other',
      'X-Pasted': ' key\n',
    };
    const { outcome } = await client({ SCOUT_HEADERS: JSON.stringify(headers) }).send();
    expect(outcome.type).toBe('accepted');
    expect(scout.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
    expect(scout.requests[0]?.headers).not.toHaveProperty('upgrade');
    expect(scout.requests[0]?.headers).toMatchObject({
      'x-scope': 'tenant-1',
      'x-pasted': 'key',
      connection: 'keep-alive',
      authorization: expect.stringMatching(/^Bearer /),
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'content-length': String(EMPTY.bytes.length),
      'user-agent': `scout-forwarder/${VERSION}`,
    });
  });

  test('reuses its connection, whatever the responses were', async () => {
    const large = respondWith({ status: 500, body: 'x'.repeat(60_000) });
    scout.respond([
      html(),
      fail(503),
      fail(400),
      redirect('/x'),
      partialSuccess(1, 'x'),
      large,
      large,
      large,
    ]);
    const { send } = client();
    for (let i = 0; i < 10; i += 1) await send();
    expect(new Set(scout.requests.map(({ remotePort }) => remotePort)).size).toBe(1);
  });
});

describe('TLS', () => {
  test('a self-signed Scout and a self-signed token endpoint are refused', async () => {
    const [key, cert] = ['key', 'cert'].map((name) =>
      readFileSync(new URL(`../../fixtures/self-signed.${name}.pem`, import.meta.url), 'utf8'),
    ) as [string, string];
    const selfSigned = await startScout({ tls: { key, cert } });
    const toScout = await client({ SCOUT_ENDPOINT: selfSigned.endpoint }).send();
    const toToken = await client({ SCOUT_TOKEN_URL: selfSigned.tokenUrl }).send();
    // The server itself is sound: who trusts the certificate gets a response.
    const status = await new Promise((resolve) => {
      get(selfSigned.endpoint, { ca: cert }, (response) => resolve(response.resume().statusCode));
    });
    await selfSigned.close();
    expect(toScout.outcome).toEqual({
      type: 'retryable',
      code: 'network',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      reason: 'Scout: no response: DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(toToken.outcome).toEqual({
      type: 'retryable',
      code: 'network',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      reason: 'token endpoint: no response: DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(status).toBe(401);
    expect(selfSigned.requests.filter(({ path }) => path === '/v1/logs')).toEqual([]);
    expect(selfSigned.tokenRequests()).toBe(0);
  });
});

describe('secrets', () => {
  test('never reach a reason or the output, even where the other side repeats them', async () => {
    const output: string[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => output.push(String(chunk)) > 0);
    }
    const apiKey = 'key-1234-abcdef';
    const secret = scout.clientSecret;
    const quoted = [secret, JSON.stringify(secret), encodeURIComponent(secret), basicOf(scout)].join(' ');
    const { send } = client({ SCOUT_HEADERS: JSON.stringify({ 'x-api-key': apiKey }) });
    const sent: Sent[] = [await send()];
    const token = String(scout.requests[0]?.headers['authorization']).replace('Bearer ', '');
    // At the end, one that straddles the length to which reasons are cut.
    const echo = `Bearer ${token}, ${apiKey}, ${'x'.repeat(150)}${token}`;
    const failures = [200, 400, 404, 413, 500, 503, 401].map((status) => respondWith({ status, body: echo }));
    for (const behaviour of [partialSuccess(1, echo), ...failures]) {
      scout.respond([behaviour]);
      sent.push(await send());
    }
    scout.revokeTokens();
    for (const status of [200, 400, 401, 500]) {
      scout.respondToken([
        respondWith({ status, headers: { 'content-type': 'application/json' }, body: quoted }),
      ]);
      sent.push(await send());
    }
    vi.restoreAllMocks();

    const all = JSON.stringify(sent) + output.join('');
    for (const text of [token.slice(0, 20), secret, secret.slice(0, 8), encodeURIComponent(secret), apiKey]) {
      expect(all).not.toContain(text);
    }
    expect(all).not.toContain(basicOf(scout));
    expect(all.split('***').length).toBeGreaterThan(20);
  });
});

const basicOf = ({ clientId, clientSecret }: Scout): string => {
  const encoded = [clientId, clientSecret].map((text) => encodeURIComponent(text).replaceAll('%20', '+'));
  return Buffer.from(encoded.join(':')).toString('base64');
};

test('the deadline may pass while the token is requested', async () => {
  scout.respondToken(accept(400));
  const { send } = client();
  const { outcome } = await send({ deadline: performance.now() + 200 });
  expect(outcome).toEqual({
    type: 'retryable',
    code: 'timeout',
    reason: 'token endpoint: no response: timed out',
  });
  await sleep(300);
  expect(scout.count()).toBe(0);
});
