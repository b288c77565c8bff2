import { readFileSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../bin/doctor/check.ts';
import { SCOUT_CHECKS } from '../../../bin/doctor/scout.ts';
import type { StackSettings } from '../../../lib/settings.ts';
import { type Scout, type ScoutOptions, startScout } from '../../../bin/local/emulators/scout.ts';
import {
  answer,
  type Behaviour,
  fail,
  html,
  redirect,
  silence,
} from '../../../bin/local/emulators/scout/behaviour.ts';
import { awsError, contextOf, examine } from '../../support/harness/examine.ts';

const secrets = mockClient(SecretsManagerClient);
let scout: Scout;

const start = async (options?: ScoutOptions): Promise<void> => {
  await scout?.close();
  scout = await startScout(options);
};
beforeEach(async () => {
  secrets.reset();
  await start();
  secretIs(JSON.stringify({ clientId: scout.clientId, clientSecret: scout.clientSecret }));
});
afterEach(async () => scout.close());

const secretIs = (SecretString: string): void => {
  secrets.on(GetSecretValueCommand, { SecretId: 'scout/oauth-client' }).resolves({ SecretString });
};

const doctor = async (overrides: Partial<StackSettings> = {}): Promise<Readonly<Record<string, Finding>>> => {
  const urls = { scoutEndpoint: scout.endpoint, scoutTokenUrl: scout.tokenUrl };
  const findings = await examine(SCOUT_CHECKS, await contextOf({}, { ...urls, ...overrides }));
  expect(JSON.stringify(findings)).not.toContain(scout.clientSecret);
  return findings;
};

const oauth = (status: number, error: string, description: string): Behaviour =>
  answer({ status, body: JSON.stringify({ error, error_description: description }) });

const read = (kind: string): string => readFileSync(`test/fixtures/self-signed.${kind}.pem`, 'utf8');

const skipped = expect.objectContaining({ status: 'skip' });

describe('before a deploy', () => {
  it('all is well where Scout takes an empty request on both paths', async () => {
    const findings = await doctor();
    expect(Object.values(findings).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(findings['token']?.found).toBe('Scout gave one, good for 3600 s');
    expect(
      scout.requests.map(({ path, logs, metrics, status }) => ({ path, logs, metrics, status })),
    ).toEqual([
      { path: '/v1/metrics', metrics: {}, status: 200 },
      { path: '/v1/logs', logs: {}, status: 200 },
    ]);
    expect(scout.tokenRequests()).toBe(1);
  });

  it('settings that the functions would refuse are a failure, and nothing else is lost by it', async () => {
    const findings = await doctor({ requestTimeout: 901 });
    expect(findings['settings']).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('REQUEST_TIMEOUT is "901"'),
    });
    expect(findings['secret']).toMatchObject({ status: 'ok' });
  });
});

describe('the secret', () => {
  it('that is missing is created with the command given', async () => {
    secrets.on(GetSecretValueCommand).rejects(awsError('ResourceNotFoundException'));
    expect(await doctor()).toMatchObject({
      secret: {
        status: 'fail',
        found: 'there is no secret scout/oauth-client in eu-west-1',
        remedy: `aws secretsmanager create-secret --name scout/oauth-client --secret-string '{"clientId":"…","clientSecret":"…"}'`,
      },
      token: { status: 'skip', found: 'needs the secret' },
      'Scout takes metrics': { status: 'skip', found: 'needs a token' },
      'Scout takes logs': skipped,
    });
  });

  it.each(['not JSON: hush', '{"clientId":"forwarder"}', '{"id":"hush","secret":"hush"}'])(
    'that holds something else is not quoted: %s',
    async (text) => {
      secretIs(text);
      const { secret } = await doctor();
      expect(secret).toMatchObject({
        status: 'fail',
        found: expect.stringContaining('must be JSON text such as {"clientId"'),
        remedy: expect.stringContaining('put-secret-value --secret-id scout/oauth-client'),
      });
      expect(JSON.stringify(secret)).not.toContain('hush');
    },
  );

  it('that may not be read is a warning that names the right', async () => {
    const message = 'User: arn:aws:iam::123456789012:user/x is not authorized to perform: kms:Decrypt on it';
    secrets.on(GetSecretValueCommand).rejects(awsError('AccessDeniedException', message));
    expect(await doctor()).toMatchObject({
      secret: { status: 'warn', remedy: 'allow the IAM action kms:Decrypt to whoever runs this' },
      token: skipped,
    });
  });
});

describe('the token', () => {
  const credentials = 'in the secret scout/oauth-client is wrong';

  it.each<[string, Behaviour, string]>([
    [
      'a realm that does not exist',
      answer({ status: 404, body: '{"error":"Realm does not exist"}' }),
      'scoutTokenUrl is wrong',
    ],
    ['a page', html(), 'scoutTokenUrl is wrong'],
    ['a redirect', redirect('https://id.example.com/login'), 'scoutTokenUrl is wrong'],
    [
      'a secret that is told to be wrong',
      oauth(401, 'unauthorized_client', 'Invalid client secret'),
      `clientSecret ${credentials}`,
    ],
    [
      'a client that is told to be unknown',
      oauth(401, 'invalid_client', "Invalid value for 'client_id' parameter."),
      `clientId ${credentials}`,
    ],
    [
      'one of both',
      oauth(401, 'invalid_client', 'Invalid client or Invalid client credentials'),
      `clientId or clientSecret ${credentials}; the server does not tell which`,
    ],
    [
      'one of both, with 400',
      oauth(400, 'invalid_client', 'failed'),
      `clientId or clientSecret ${credentials}`,
    ],
    [
      'an API that is not there',
      oauth(403, 'access_denied', 'Service not found: b14collector'),
      'scoutAudience is wrong: b14collector',
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
      'Scout takes metrics': skipped,
      'Scout takes logs': skipped,
    });
  });

  it('is refused by a real endpoint for another secret, and for another audience', async () => {
    scout.rotate(scout.clientId, 'another secret');
    expect(await doctor()).toMatchObject({
      token: { status: 'fail', remedy: expect.stringContaining('clientId or clientSecret') },
    });
    scout.rotate(scout.clientId, scout.clientSecret);
    expect(await doctor({ scoutAudience: 'other' })).toMatchObject({
      token: { status: 'fail', remedy: 'scoutAudience is wrong: other' },
    });
  });

  it('cannot be had where nobody listens, or the host is unknown', async () => {
    const scoutTokenUrl = 'http://127.0.0.1:1/token';
    expect(await doctor({ scoutTokenUrl })).toMatchObject({
      token: {
        status: 'fail',
        remedy: `${scoutTokenUrl} is not in reach from here: check its host and port, proxies and firewalls`,
      },
    });
    expect(await doctor({ scoutTokenUrl: 'https://no-such-host.invalid/token' })).toMatchObject({
      token: { status: 'fail', remedy: expect.stringContaining('the host name in scoutTokenUrl is wrong') },
    });
  });

  it('cannot be had where the certificate is not trusted', async () => {
    await start({ tls: { key: read('key'), cert: read('cert') } });
    expect(await doctor()).toMatchObject({
      token: { status: 'fail', remedy: expect.stringContaining('name the private CA in caCertificateFile') },
    });
  });
});

describe('Scout', () => {
  it.each<[string, Behaviour, string]>([
    ['does not accept the token', fail(401), 'Scout does not accept the token'],
    ['forbids it', fail(403), 'scoutAudience be what Scout expects (now b14collector)'],
    ['answers with a page', html(), 'must be the base URL, that before /v1/metrics and /v1/logs'],
    ['redirects', redirect('https://example.com/'), 'scoutEndpoint is wrong'],
    ['knows no such content', fail(415), 'does not take OTLP over HTTP as gzipped protobuf'],
    ['refuses even nothing', fail(400), 'does not take OTLP over HTTP as gzipped protobuf'],
    ['is busy', fail(429), 'the server is busy or broken'],
    ['is broken', fail(500), 'the server is busy or broken'],
    ['is silent', silence, 'is not in reach from here'],
  ])('%s', async (_, behaviour, remedy) => {
    scout.respond(behaviour);
    const finding = { status: 'fail', remedy: expect.stringContaining(remedy) };
    expect(await doctor({ requestTimeout: 1 })).toMatchObject({
      token: { status: 'ok' },
      'Scout takes metrics': finding,
      'Scout takes logs': finding,
    });
  });

  it('is not at this path', async () => {
    expect(await doctor({ scoutEndpoint: `${scout.endpoint}/tenant` })).toMatchObject({
      'Scout takes logs': { status: 'fail', remedy: expect.stringContaining('scoutEndpoint is wrong') },
    });
  });

  it('may take one and not the other', async () => {
    scout.respond(({ path }) => (path === '/v1/logs' ? fail(404) : { type: 'accept' }));
    expect(await doctor()).toMatchObject({
      'Scout takes metrics': { status: 'ok' },
      'Scout takes logs': { status: 'fail' },
    });
  });
});
