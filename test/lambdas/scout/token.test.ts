import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTokens } from '../../../lambdas/scout/token.ts';
import type { ClientCredentials } from '../../../lambdas/scout/token-endpoint.ts';
import { type Scout, type ScoutOptions, startScout } from '../../../bin/local/emulators/scout.ts';
import {
  accept,
  answer,
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
  const tokens = createTokens({ tokenUrl, audience, requestTimeoutMs: 10_000 }, { readCredentials, now });
  return { ...tokens, get: (deadline = clock + 30_000) => tokens.get(deadline) };
};
const afterSeconds = (seconds: number): void => {
  clock = START + seconds * 1000;
};

describe('a token', () => {
  test('is minted with client credentials by HTTP Basic, form-encoded, and the audience', async () => {
    const scout = await start({ clientId: 'id:with&ünicode', clientSecret: 'p+s s:%/é"' });
    expect(await client(scout).get()).toEqual({ type: 'token', token: expect.stringMatching(/^ey/) });
    expect(scout.tokenRefusals).toEqual([]);
  });

  test('is kept over many requests', async () => {
    const scout = await start();
    const { get } = client(scout);
    const first = await get();
    expect(await get()).toEqual(first);
    expect(scout.minted()).toBe(1);
  });

  test('is minted once, however many ask at a time', async () => {
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

  test('once discarded is minted anew, one time for all who discard it', async () => {
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

  test('is minted with the credentials of the moment, so that a rotated secret is found', async () => {
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
  answer({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('no token', () => {
  test.each([
    ['an HTML page', html(), '200: "response" content-type must be application/json'],
    ['a page and 500', html(500), '500: <!doctype html>'],
    ['a redirect', redirect('https://login.example.com/?x=1'), '307: redirect to https://login.example.com/'],
    ['no access_token', json(200, { token_type: 'Bearer' }), '200: "response" body "access_token"'],
    [
      'a kind of token that is unknown',
      json(200, { access_token: 'a', token_type: 'mac' }),
      '200: unsupported',
    ],
    [
      'a token that is no header value',
      json(200, { access_token: 'a\nb', token_type: 'Bearer' }),
      '200: access_token is no bearer token',
    ],
    [
      'a negative lifetime',
      json(200, { access_token: 'a', token_type: 'Bearer', expires_in: -1 }),
      '200: "response" body "expires_in"',
    ],
    [
      'a challenge beside the error',
      json(
        401,
        { error: 'invalid_client', error_description: 'locked' },
        { 'www-authenticate': 'Basic realm="x"' },
      ),
      '401: {"error":"invalid_client","error_description":"locked"}',
    ],
    [
      'an answer past the limit',
      json(200, { a: 'x'.repeat(100_000), access_token: 'a', token_type: 'Bearer' }),
      '200: failed to parse',
    ],
  ])('%s', async (_name, behaviour, reason) => {
    const scout = await start();
    scout.respondToken(behaviour);
    expect(await client(scout).get()).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining(`token endpoint answered ${reason}`),
    });
  });

  test('a wrong secret: the reason is what the endpoint says', async () => {
    const scout = await start();
    const { get } = client(scout, async () => ({ clientId: scout.clientId, clientSecret: 'a stale one' }));
    expect(await get()).toMatchObject({
      type: 'refused',
      reason:
        'token endpoint answered 401: {"error":"invalid_client","error_description":"unknown client or wrong secret"}',
    });
  });

  test.each([
    ['no answer', silence, 'timed out'],
    ['a broken connection', resetBeforeBody, 'ECONNRESET'],
  ])('%s', async (_name, behaviour, reason) => {
    const scout = await start();
    scout.respondToken(behaviour);
    expect(await client(scout).get(clock + 1000)).toEqual({
      type: 'refused',
      reason: `token endpoint: no answer: ${reason}`,
    });
  });

  test('a secret that cannot be read', async () => {
    const scout = await start();
    const { get } = client(scout, async () => {
      throw new Error('secret scout/oauth-client: access denied', { cause: new Error('it holds "hush"') });
    });
    expect(await get()).toEqual({
      type: 'refused',
      reason: 'client credentials cannot be read: secret scout/oauth-client: access denied',
    });
  });

  test('no time left', async () => {
    const scout = await start();
    expect(await client(scout).get(clock)).toMatchObject({ type: 'refused' });
    expect(scout.tokenRequests()).toBe(0);
  });

  test('a failure is not kept', async () => {
    const scout = await start();
    scout.respondToken([html(503)]);
    const { get } = client(scout);
    expect((await get()).type).toBe('refused');
    expect((await get()).type).toBe('token');
  });

  test('as long as the endpoint wishes', async () => {
    const scout = await start();
    scout.respondToken(
      answer({ status: 429, headers: { 'retry-after': new Date(START + 90_000).toUTCString() } }),
    );
    expect(await client(scout).get()).toMatchObject({ retryAfterMs: 90_000 });
  });
});
