import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { encodePartialSuccess, encodeStatus } from '../../../bin/local/emulators/scout/otlp.ts';
import { readFunctionSettings } from '../../../lambdas/function-settings.ts';
import { createScout } from '../../../lambdas/scout/scout.ts';
import { ENCODINGS, secretText, tokenText } from '../../support/factories/secret-encodings.ts';

interface Reply {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

let tokenReply: Reply;
let scoutReply: Reply;
const server = createServer((request, response) => {
  const { status, headers = {}, body = '' } = request.url === '/token' ? tokenReply : scoutReply;
  request.resume().on('end', () => response.writeHead(status, headers).end(body));
});
let url: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close().closeAllConnections());

const output: string[] = [];
beforeEach(() => {
  output.length = 0;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk) => output.push(String(chunk)) > 0);
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...words) => void output.push(JSON.stringify(words)));
});
afterEach(() => vi.restoreAllMocks());

/** All that is told about one export: its outcome, and what was printed. */
const told = async (
  clientSecret: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const environment = {
    SCOUT_ENDPOINT: url,
    SCOUT_TOKEN_URL: `${url}/token`,
    SCOUT_SECRET_NAME: 'scout/oauth-client',
    SCOUT_HEADERS: JSON.stringify(headers),
  };
  const scout = createScout('logs', readFunctionSettings(environment).scout, {
    readCredentials: async () => ({ clientId: 'forwarder', clientSecret }),
    now: Date.now,
    monotonicNow: () => performance.now(),
    random: Math.random,
    sleep: async () => undefined,
  });
  const body = await scout.compress(new Uint8Array());
  const limits = { retryInPlace: false, deadline: performance.now() + 60_000 };
  return JSON.stringify([await scout.export('/v1/logs', body, limits), output]);
};

/** Neither the text nor 16 characters of it in a row, as it is or as it was written into the response. */
const expectHidden = (all: string, ...texts: readonly string[]): void => {
  for (const text of texts) {
    expect(all).not.toContain(text);
    for (let at = 0; at + 16 <= text.length; at++) {
      const part = text.slice(at, at + 16).replaceAll(/[\s\p{Cc}]+/gu, ' ');
      if (all.includes(part)) expect.fail(`${JSON.stringify(part)} is told in ${all}`);
    }
  }
};

const status = fc.constantFrom(
  200,
  201,
  202,
  204,
  302,
  307,
  400,
  401,
  403,
  404,
  408,
  413,
  422,
  429,
  500,
  503,
);
const contentType = fc.constantFrom(
  undefined,
  'application/json',
  'application/x-protobuf',
  'text/html',
  'text/plain; charset=iso-8859-1',
  'application/octet-stream',
);

/** Bodies that a text may stand in. */
const BODIES: Readonly<Record<string, (text: string) => string | Uint8Array>> = {
  text: (text) => `rejected: ${text} .`,
  page: (text) => `<html><title>Denied</title><body>${text}</body></html>`,
  error: (text) => JSON.stringify({ error: text, error_description: 'no' }),
  description: (text) =>
    JSON.stringify({ error: 'invalid_client', error_description: `client ${text} unknown` }),
  'nested error': (text) => JSON.stringify({ error: { error_description: text } }),
  'nested token': (text) => JSON.stringify({ data: { access_token: text, token_type: 'Bearer' } }),
  'token beside an error': (text) => JSON.stringify({ access_token: text, token_type: 'mac', error: 'x' }),
  'token name': (text) => JSON.stringify({ [text]: true }),
  list: (text) => JSON.stringify([{ access_token: text }]),
  'broken JSON': (text) => `{"access_token":"${text}","error":"${text}"`,
  status: (text) => encodeStatus(3, `bad token ${text}`),
  'partial success': (text) => encodePartialSuccess('/v1/logs', 1, `bad token ${text}`),
  'partial success in JSON': (text) =>
    JSON.stringify({ partialSuccess: { rejectedLogRecords: 1, errorMessage: `bad token ${text}` } }),
};
const reply = fc.record({
  status,
  contentType,
  body: fc.constantFrom(...Object.keys(BODIES)),
  encoding: fc.constantFrom(...Object.keys(ENCODINGS)),
});

const replyWith = (
  { status, contentType, body, encoding }: typeof reply extends fc.Arbitrary<infer T> ? T : never,
  text: string,
  headers: OutgoingHttpHeaders = {},
): Reply & { readonly encoded: string } => {
  const encoded = ENCODINGS[encoding]?.(text) ?? '';
  return {
    status,
    headers: { ...(contentType && { 'content-type': contentType }), ...headers },
    ...(status !== 204 && { body: BODIES[body]?.(encoded) ?? '' }),
    encoded,
  };
};

test('the client secret, wherever the token endpoint repeats it', async () => {
  await fc.assert(
    fc.asyncProperty(reply, secretText, async (plan, secret) => {
      const planned = replyWith(plan, secret);
      tokenReply = planned;
      const all = await told(secret);
      expectHidden(all, secret, planned.encoded);
    }),
    { numRuns: 300 },
  );
});

test('the HTTP Basic credentials, wherever the token endpoint repeats them', async () => {
  await fc.assert(
    fc.asyncProperty(reply, secretText, async (plan, secret) => {
      const basic = Buffer.from(String(new URLSearchParams([['', secret]])).slice(1)).toString('base64');
      const credentials = Buffer.from(`forwarder:${String(new URLSearchParams([['', secret]])).slice(1)}`);
      const planned = replyWith(plan, credentials.toString('base64'));
      tokenReply = planned;
      expectHidden(await told(secret), basic, secret);
    }),
    { numRuns: 200 },
  );
});

/** Those that leave a token in one piece: of a token that the forwarder does not know, only its look tells. */
const IN_ONE_PIECE = Object.keys(ENCODINGS).filter((name) => !/space|lines/.test(name));

test('a token that the token endpoint gave in a response that is not one', async () => {
  await fc.assert(
    fc.asyncProperty(reply, fc.constantFrom(...IN_ONE_PIECE), tokenText, async (plan, encoding, token) => {
      const planned = replyWith({ ...plan, encoding }, token);
      tokenReply = planned;
      scoutReply = { status: 200 };
      expectHidden(await told('the secret itself'), token, planned.encoded);
    }),
    { numRuns: 300 },
  );
});

test('the bearer token and the values of extra headers, wherever Scout repeats them', async () => {
  await fc.assert(
    fc.asyncProperty(reply, tokenText, tokenText, fc.boolean(), async (plan, token, apiKey, repeatsToken) => {
      tokenReply = { status: 200, body: JSON.stringify({ access_token: token, token_type: 'Bearer' }) };
      const planned = replyWith(plan, repeatsToken ? token : apiKey);
      scoutReply = planned;
      expectHidden(await told('the secret itself', { 'x-api-key': apiKey }), token, apiKey, planned.encoded);
    }),
    { numRuns: 300 },
  );
});

test('what a Location header may hold: user, password, query, fragment', async () => {
  const locations: readonly ((text: string) => string)[] = [
    (text) => `https://user:${text}@login.example.com/start`,
    (text) => `https://${text}@login.example.com/start`,
    (text) => `//user:${text}@login.example.com/start`,
    (text) => String.raw`https:\\user:${text}@login.example.com\start`,
    (text) => `https://login.example.com/start?token=${text}`,
    (text) => `https://login.example.com/start#${text}`,
    (text) => `/start?a=b;token=${text}`,
    (text) => `?${text}`,
    (text) => `https://user:p?${text}@login.example.com/`,
    (text) => `mailto:${text}@example.com`,
    (text) => `data:text/plain,${text}`,
    (text) => `http://[${text}`,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(301, 302, 303, 307, 308, 201, 400, 503),
      fc.constantFrom(...locations),
      tokenText,
      fc.boolean(),
      async (status, locate, unknown, isToken) => {
        const redirect = { status, headers: { location: locate(unknown) } };
        tokenReply = isToken ? redirect : { status: 200, body: '{"access_token":"a-token-of-16-ch"}' };
        scoutReply = redirect;
        expectHidden(await told('the secret itself'), unknown);
      },
    ),
    { numRuns: 200 },
  );
});

test('secrets in the path of a redirect', async () => {
  const token = 'abcdefghijkl.0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  tokenReply = { status: 200, body: JSON.stringify({ access_token: token }) };
  scoutReply = { status: 307, headers: { location: `/login/${token}/x` } };
  const all = await told('the secret itself');
  expectHidden(all, token);
  expect(all).toContain('redirect to http');
});
