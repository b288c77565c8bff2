import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTokens } from '../../../lambdas/scout/token.ts';
import { type ClientCredentials, requestToken } from '../../../lambdas/scout/token-endpoint.ts';
import { type Scout, type ScoutOptions, startScout } from '../../../bin/local/emulators/scout.ts';
import {
  accept,
  respondWith,
  type Behaviour,
  html,
  redirect,
  resetBeforeBody,
  silence,
} from '../../../bin/local/emulators/scout/behaviour.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
let clock = START;
const now = (): number => clock;
const scouts: Scout[] = [];

const start = async (options: ScoutOptions = {}): Promise<Scout> => {
  const scout = await startScout({ now, ...options });
  scouts.push(scout);
  return scout;
};
beforeEach(() => {
  clock = START;
});
afterEach(async () => {
  for (const scout of scouts.splice(0)) await scout.close();
});

const client = (scout: Scout, readCredentials = async (): Promise<ClientCredentials> => scout) => {
  const { tokenUrl, audience } = scout;
  const tokens = createTokens(
    { tokenUrl, audience, requestTimeoutMs: 10_000 },
    { readCredentials, now, monotonicNow: now },
  );
  return { ...tokens, get: (deadline = clock + 30_000) => tokens.get(deadline) };
};
const afterSeconds = (seconds: number): void => {
  clock = START + seconds * 1000;
};

describe('a token', () => {
  test('is requested with client credentials by HTTP Basic, form-encoded, and the audience', async () => {
    const scout = await start({ clientId: 'id:with&ünicode', clientSecret: 'p+s s:%/é"' });
    expect(await client(scout).get()).toEqual({ type: 'token', token: expect.stringMatching(/^ey/) });
    expect(scout.tokenRefusals).toEqual([]);
  });

  test('is used for many requests', async () => {
    const scout = await start();
    const { get } = client(scout);
    const first = await get();
    expect(await get()).toEqual(first);
    expect(scout.minted()).toBe(1);
  });

  test('is requested once, however many need it at a time', async () => {
    const scout = await start();
    scout.respondToken(accept(50));
    const { get } = client(scout);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(new Set(tokens.map((token) => JSON.stringify(token))).size).toBe(1);
    expect(scout.tokenRequests()).toBe(1);
  });

  test.each([
    [3600, 3539, 3541],
    [100, 89, 91],
    [undefined, 269, 271],
  ])('that lasts %s s is still used after %i s, renewed after %i s', async (lifetime, early, late) => {
    const scout = await start({ lifetime });
    const { get } = client(scout);
    await get();
    afterSeconds(early);
    await get();
    expect(scout.minted()).toBe(1);
    afterSeconds(late);
    await get();
    expect(scout.minted()).toBe(2);
  });

  test('is requested again after it was discarded, once for all that discard it', async () => {
    const scout = await start();
    const { get, discard } = client(scout);
    const first = await get();
    if (first.type !== 'token') throw new Error(first.reason);
    discard(first.token);
    const second = await get();
    discard(first.token);
    expect(await get()).toEqual(second);
    expect(second).not.toEqual(first);
    expect(scout.minted()).toBe(2);
  });

  test('is requested with the credentials of the moment, so that a rotated secret is found', async () => {
    const scout = await start();
    let credentials = { clientId: scout.clientId, clientSecret: scout.clientSecret };
    const { get } = client(scout, async () => credentials);
    await get();
    credentials = { clientId: 'forwarder-2', clientSecret: 'rotated' };
    scout.rotate('forwarder-2', 'rotated');
    afterSeconds(3600);
    expect((await get()).type).toBe('token');
  });
});

const json = (status: number, body: object, headers = {}): Behaviour =>
  respondWith({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const TOKEN = { access_token: 'a-token', token_type: 'Bearer' };

describe('a usable token is read from', () => {
  test.each<[string, Behaviour, number]>([
    ['201', json(201, TOKEN), 269],
    ['a response without a content type', respondWith({ status: 200, body: JSON.stringify(TOKEN) }), 269],
    [
      'JSON after a byte order mark',
      respondWith({ status: 200, body: `\uFEFF\n${JSON.stringify(TOKEN)}\n` }),
      269,
    ],
    ['a response without token_type', json(200, { access_token: 'a-token' }), 269],
    ['token_type in lower case', json(200, { ...TOKEN, token_type: 'bearer' }), 269],
    ['a lifetime as text', json(200, { ...TOKEN, expires_in: '100' }), 89],
    ...[null, '', 'soon', -1, 0, true, [100], {}, '-5'].map((expires_in): [string, Behaviour, number] => [
      `a response with the unusable lifetime ${JSON.stringify(expires_in)}`,
      json(200, { ...TOKEN, expires_in }),
      269,
    ]),
    ...[
      { refresh_token: null, scope: null, id_token: null },
      { refresh_token: '', scope: ['a', 'b'], id_token: 'x.y.z' },
      { refresh_token: 7, scope: {}, id_token: {}, error: 'none' },
    ].map((members): [string, Behaviour, number] => [
      `a response with the other members ${JSON.stringify(members)}`,
      json(200, { ...TOKEN, ...members }),
      269,
    ]),
  ])('%s', async (_name, behaviour, seconds) => {
    const scout = await start();
    scout.respondToken(behaviour);
    const { get } = client(scout);
    expect(await get()).toEqual({ type: 'token', token: 'a-token' });
    afterSeconds(seconds);
    await get();
    expect(scout.tokenRequests()).toBe(1);
    afterSeconds(seconds + 2);
    await get();
    expect(scout.tokenRequests()).toBe(2);
  });
});

describe('without a token the reason names the status, and of the response only its error', () => {
  const notAToken = { type: 'refused', code: 'not_a_token', status: 200 };
  test.each<[string, Behaviour, object]>([
    ['an HTML page', html(), notAToken],
    ['an empty body', respondWith({ status: 204 }), { ...notAToken, status: 204 }],
    ['null', respondWith({ status: 200, body: 'null' }), notAToken],
    ['a list', respondWith({ status: 200, body: '[{"access_token":"a"}]' }), notAToken],
    ['no access_token', json(200, { token_type: 'Bearer' }), notAToken],
    ['a nested access_token', json(200, { data: TOKEN }), notAToken],
    ['another kind of token', json(200, { access_token: 'a', token_type: 'mac' }), notAToken],
    ['a token that cannot be a header', json(200, { access_token: 'a\nb', token_type: 'Bearer' }), notAToken],
    ['a body over the limit', json(200, { a: 'x'.repeat(100_000), ...TOKEN }), notAToken],
    [
      'a page with status 500',
      html(500),
      { type: 'retryable', code: 'token_refused', status: 500, reason: 'token endpoint responded 500' },
    ],
    [
      'a redirect',
      redirect('https://login.example.com/?x=1'),
      {
        type: 'refused',
        code: 'redirect',
        status: 307,
        reason: 'token endpoint responded 307: a redirect, which is not followed',
      },
    ],
    [
      'an error beside a challenge',
      json(
        401,
        { error: 'invalid_client', error_description: 'locked' },
        { 'www-authenticate': 'Basic realm="x"' },
      ),
      {
        type: 'refused',
        code: 'token_refused',
        status: 401,
        detail: 'invalid_client',
        reason: 'token endpoint responded 401: invalid_client: locked',
      },
    ],
    [
      'an error that is not text',
      json(400, { error: { message: 'a' }, error_description: 7 }),
      { status: 400, detail: undefined, reason: 'token endpoint responded 400' },
    ],
    [
      '429',
      respondWith({ status: 429, headers: { 'retry-after': '9' } }),
      { type: 'retryable', retryAfterMs: 9000 },
    ],
    ['408', respondWith({ status: 408 }), { type: 'retryable' }],
    ['503', html(503), { type: 'retryable', status: 503 }],
    ['404', html(404), { type: 'refused', status: 404 }],
  ])('%s', async (_name, behaviour, result) => {
    const scout = await start();
    scout.respondToken(behaviour);
    expect(await client(scout).get()).toMatchObject(result);
  });

  test('a wrong secret', async () => {
    const scout = await start();
    const { get } = client(scout, async () => ({ clientId: scout.clientId, clientSecret: 'a stale one' }));
    expect(await get()).toMatchObject({
      type: 'refused',
      reason: 'token endpoint responded 401: invalid_client: unknown client or wrong secret',
    });
  });

  test.each([
    ['no response', silence, { code: 'timeout', reason: 'token endpoint: no response: timed out' }],
    [
      'a broken connection',
      resetBeforeBody,
      { code: 'network', detail: 'ECONNRESET', reason: 'token endpoint: no response: ECONNRESET' },
    ],
  ])('%s', async (_name, behaviour, failure) => {
    const scout = await start();
    scout.respondToken(behaviour);
    expect(await client(scout).get(clock + 1000)).toEqual({ type: 'retryable', ...failure });
  });

  test('a secret that cannot be read', async () => {
    const scout = await start();
    const { get } = client(scout, async () => {
      throw new Error('secret scout/oauth-client: access denied', { cause: new Error('it holds "hush"') });
    });
    expect(await get()).toEqual({
      type: 'refused',
      code: 'no_credentials',
      reason: 'client credentials cannot be read: secret scout/oauth-client: access denied',
    });
  });

  test('no time left', async () => {
    const scout = await start();
    expect(await client(scout).get(clock)).toMatchObject({ type: 'refused', code: 'out_of_time' });
    expect(scout.tokenRequests()).toBe(0);
  });
});

test('a failed token request is not cached', async () => {
  const scout = await start();
  scout.respondToken([html(503)]);
  const { get } = client(scout);
  expect((await get()).type).toBe('retryable');
  expect((await get()).type).toBe('token');
});

test('a Retry-After date of the token endpoint is counted from now', async () => {
  const scout = await start();
  scout.respondToken(
    respondWith({ status: 429, headers: { 'retry-after': new Date(START + 90_000).toUTCString() } }),
  );
  expect(await client(scout).get()).toMatchObject({ retryAfterMs: 90_000 });
});

/** The user and password of the token request, as HTTP Basic sends them. */
const basicCredentials = async (clientId: string, clientSecret: string): Promise<string | undefined> => {
  let authorization: string | undefined;
  const server = createServer((request, response) => {
    ({ authorization } = request.headers);
    response.end(JSON.stringify(TOKEN));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await requestToken({ tokenUrl, audience: 'a' }, { clientId, clientSecret }, AbortSignal.timeout(5000), now);
  server.close().closeAllConnections();
  return authorization && Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
};

describe('client authentication', () => {
  test('leaves -, _ and . as they are in HTTP Basic, for servers that do not decode', async () => {
    expect(await basicCredentials('scout-fwd_1.prod', 'a-b_c.d')).toBe('scout-fwd_1.prod:a-b_c.d');
  });

  test('encodes everything else as a form does', async () => {
    expect(await basicCredentials('a:b c', 'p+s%/é!~')).toBe('a%3Ab+c:p%2Bs%25%2F%C3%A9%21%7E');
  });

  test('is repeated in the form where HTTP Basic is refused, and stays with what worked', async () => {
    const scout = await start({ authentication: 'form', clientSecret: 'p+s s:%/é"' });
    const { get } = client(scout);
    expect((await get()).type).toBe('token');
    expect(scout.tokenRequests()).toBe(2);
    afterSeconds(3600);
    expect((await get()).type).toBe('token');
    expect(scout.tokenRequests()).toBe(3);
  });

  test('is repeated once after 400 invalid_client', async () => {
    const scout = await start();
    scout.respondToken([json(400, { error: 'invalid_client' })]);
    const result = await client(scout).get();
    expect(scout.tokenRequests()).toBe(2);
    expect(result).toMatchObject({ reason: 'token endpoint responded 400: invalid_client' });
  });

  test.each([
    ['another error', json(400, { error: 'invalid_scope' })],
    ['403', json(403, { error: 'invalid_client' })],
    ['a failure of the server', json(503, { error: 'invalid_client' })],
  ])('is not repeated after %s', async (_name, behaviour) => {
    const scout = await start();
    scout.respondToken(behaviour);
    await client(scout).get();
    expect(scout.tokenRequests()).toBe(1);
  });
});
