import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../bin/doctor/check.ts';
import { SCOUT_CHECKS } from '../../../bin/doctor/checks.ts';
import { scoutOfEnvironment } from '../../../bin/doctor/context.ts';
import { type Scout, type ScoutOptions, startScout } from '../../../bin/local/emulators/scout.ts';
import {
  respondWith,
  type Behaviour,
  fail,
  html,
  redirect,
  silence,
} from '../../../bin/local/emulators/scout/behaviour.ts';

let scout: Scout;

const start = async (options?: ScoutOptions): Promise<void> => {
  await scout?.close();
  scout = await startScout(options);
};
beforeEach(async () => start());
afterEach(async () => scout.close());

/** Findings about the Scout of the environment, by name. */
const doctor = async (
  variables: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, Finding>>> => {
  const environment = {
    SCOUT_ENDPOINT: scout.endpoint,
    SCOUT_TOKEN_URL: scout.tokenUrl,
    SCOUT_CLIENT_ID: scout.clientId,
    SCOUT_CLIENT_SECRET: scout.clientSecret,
    ...variables,
  };
  const findings: Record<string, Finding> = {};
  for (const check of SCOUT_CHECKS)
    for await (const [name, finding] of check.run({ scout: scoutOfEnvironment(environment) }))
      findings[name] = finding;
  expect(JSON.stringify(findings)).not.toContain(scout.clientSecret);
  return findings;
};

const oauth = (status: number, error: string, description: string): Behaviour =>
  respondWith({ status, body: JSON.stringify({ error, error_description: description }) });

const read = (kind: string): string => readFileSync(`test/fixtures/self-signed.${kind}.pem`, 'utf8');

const skipped = expect.objectContaining({ status: 'skip' });

test('all is well where Scout accepts an empty request on both paths, in gzip and zstd', async () => {
  const findings = await doctor();
  expect(findings).toEqual({
    settings: { status: 'ok', found: `complete, for Scout at ${scout.endpoint}` },
    token: { status: 'ok', found: 'Scout issued one, valid for 3600 s' },
    'Scout accepts metrics': { status: 'ok', found: `${scout.endpoint}/v1/metrics accepts an empty request` },
    'Scout accepts logs': { status: 'ok', found: `${scout.endpoint}/v1/logs accepts an empty request` },
    compression: { status: 'ok', found: 'zstd' },
  });
  expect(scout.requests.map(({ path, headers }) => [path, headers['content-encoding']])).toEqual([
    ['/v1/metrics', 'gzip'],
    ['/v1/logs', 'gzip'],
    ['/v1/logs', 'gzip'],
    ['/v1/logs', 'zstd'],
  ]);
});

test.each([
  ['auto', 'ok', /^gzip\. Scout does not accept zstd: .*415/],
  ['gzip', 'ok', /^gzip\. /],
  ['zstd', 'warn', /^Scout does not accept zstd/],
])('a Scout without zstd, with compression %s', async (compression, status, found) => {
  scout.respond(({ encoding }) => (encoding === 'zstd' ? fail(415) : { type: 'accept' }));
  const { compression: finding } = await doctor({ SCOUT_COMPRESSION: compression });
  expect(finding).toMatchObject({ status, found: expect.stringMatching(found) });
});

test('settings that are wrong are a failure that names the variable', async () => {
  expect(await doctor({ REQUEST_TIMEOUT: '901' })).toMatchObject({
    settings: { status: 'fail', found: expect.stringContaining('REQUEST_TIMEOUT is "901"') },
    token: { status: 'skip' },
  });
  expect(await doctor({ SCOUT_CLIENT_ID: '' })).toMatchObject({
    settings: { status: 'fail', found: expect.stringContaining('SCOUT_CLIENT_ID') },
  });
});

describe('the token', () => {
  test.each<[string, Behaviour, string]>([
    [
      'a realm that does not exist',
      respondWith({ status: 404, body: '{"error":"Realm does not exist"}' }),
      'SCOUT_TOKEN_URL is wrong',
    ],
    ['a page', html(), 'SCOUT_TOKEN_URL is wrong'],
    ['a redirect', redirect('https://id.example.com/login'), 'SCOUT_TOKEN_URL is wrong'],
    [
      'a secret that is told to be wrong',
      oauth(401, 'unauthorized_client', 'Invalid client secret'),
      'SCOUT_CLIENT_SECRET is wrong',
    ],
    [
      'a client that is told to be unknown',
      oauth(401, 'invalid_client', "Invalid value for 'client_id' parameter."),
      'SCOUT_CLIENT_ID is wrong',
    ],
    [
      'one of both',
      oauth(401, 'invalid_client', 'Invalid client or Invalid client credentials'),
      'SCOUT_CLIENT_ID or SCOUT_CLIENT_SECRET is wrong; the server does not say which',
    ],
    [
      'one of both, with 400',
      oauth(400, 'invalid_client', 'failed'),
      'SCOUT_CLIENT_ID or SCOUT_CLIENT_SECRET is wrong',
    ],
    [
      'an API that is not there',
      oauth(403, 'access_denied', 'Service not found: b14collector'),
      'SCOUT_AUDIENCE is wrong',
    ],
    [
      'a client without service account',
      oauth(401, 'unauthorized_client', 'Client not enabled to retrieve service account'),
      'the client may not use the grant client_credentials',
    ],
    ['a server in trouble', fail(503), 'the server is busy or broken'],
  ])('is refused for %s', async (_, behaviour, remedy) => {
    scout.respondToken(behaviour);
    expect(await doctor()).toMatchObject({
      token: { status: 'fail', remedy: expect.stringContaining(remedy) },
      'Scout accepts metrics': skipped,
      'Scout accepts logs': skipped,
    });
  });

  test('is refused by a real endpoint for another secret, and for another audience', async () => {
    scout.rotate(scout.clientId, 'another secret');
    expect(await doctor()).toMatchObject({
      token: { status: 'fail', remedy: expect.stringContaining('SCOUT_CLIENT_ID or SCOUT_CLIENT_SECRET') },
    });
    scout.rotate(scout.clientId, scout.clientSecret);
    expect(await doctor({ SCOUT_AUDIENCE: 'other' })).toMatchObject({
      token: { status: 'fail', remedy: 'SCOUT_AUDIENCE is wrong' },
    });
  });

  test('cannot be obtained where no server listens, or the host is unknown', async () => {
    expect(await doctor({ SCOUT_TOKEN_URL: 'http://127.0.0.1:1/token' })).toMatchObject({
      token: {
        status: 'fail',
        remedy: expect.stringContaining('the host in SCOUT_TOKEN_URL is not reachable from here'),
      },
    });
    expect(await doctor({ SCOUT_TOKEN_URL: 'https://no-such-host.invalid/token' })).toMatchObject({
      token: { status: 'fail', remedy: expect.stringContaining('the host name in SCOUT_TOKEN_URL is wrong') },
    });
  });

  test('cannot be had where the certificate is not trusted', async () => {
    await start({ tls: { key: read('key'), cert: read('cert') } });
    expect(await doctor()).toMatchObject({
      token: {
        status: 'fail',
        remedy: expect.stringContaining('name the private CA in NODE_EXTRA_CA_CERTS'),
      },
    });
  });
});

describe('Scout', () => {
  test.each<[string, Behaviour, string]>([
    ['does not accept the token', fail(401), 'Scout does not accept the token'],
    ['forbids it', fail(403), 'SCOUT_AUDIENCE must be the audience that Scout expects'],
    ['responds with a page', html(), 'must be the base URL, before /v1/metrics and /v1/logs'],
    ['redirects', redirect('https://example.com/'), 'SCOUT_ENDPOINT is wrong'],
    ['does not accept the content type', fail(415), 'does not accept OTLP over HTTP in gzipped protobuf'],
    ['refuses even nothing', fail(400), 'does not accept OTLP over HTTP in gzipped protobuf'],
    ['is busy', fail(429), 'the server is busy or broken'],
    ['is broken', fail(500), 'the server is busy or broken'],
    ['is silent', silence, 'is not reachable from here'],
  ])('%s', async (_, behaviour, remedy) => {
    scout.respond(behaviour);
    const finding = { status: 'fail', remedy: expect.stringContaining(remedy) };
    expect(await doctor({ REQUEST_TIMEOUT: '1' })).toMatchObject({
      token: { status: 'ok' },
      'Scout accepts metrics': finding,
      'Scout accepts logs': finding,
    });
  });

  test('is not at this path', async () => {
    expect(await doctor({ SCOUT_ENDPOINT: `${scout.endpoint}/tenant` })).toMatchObject({
      'Scout accepts logs': { status: 'fail', remedy: expect.stringContaining('SCOUT_ENDPOINT is wrong') },
    });
  });

  test('may take one and not the other', async () => {
    scout.respond(({ path }) => (path === '/v1/logs' ? fail(404) : { type: 'accept' }));
    expect(await doctor()).toMatchObject({
      'Scout accepts metrics': { status: 'ok' },
      'Scout accepts logs': { status: 'fail' },
    });
  });
});
