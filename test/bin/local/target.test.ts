import { expect, test } from 'vitest';
import { openTarget, type TargetOptions } from '../../../bin/local/target.ts';

const SCOUT = {
  SCOUT_ENDPOINT: 'https://otel.example.com/tenant/otlp',
  SCOUT_TOKEN_URL: 'https://id.example.com/token',
  SCOUT_CLIENT_ID: 'id',
  SCOUT_CLIENT_SECRET: 'sesame',
  SCOUT_AUDIENCE: 'mine',
};

const target = async (options: Partial<TargetOptions>) => {
  const opened = await openTarget({
    otlp: undefined,
    areSamples: false,
    sendsSamples: false,
    environment: {},
    onRequest: () => undefined,
    ...options,
  });
  await opened.close();
  return opened;
};

test('without a connection everything goes to a Scout on this machine', async () => {
  const { isEmbedded, endpoint, text } = await target({});
  expect(isEmbedded).toBe(true);
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(text).toContain(endpoint);
});

test('files go to the Scout of the environment, which is named without its secret', async () => {
  const { isEmbedded, env, text } = await target({ environment: SCOUT });
  expect(isEmbedded).toBe(false);
  expect(env).toEqual(SCOUT);
  expect(text).toBe('Sends to the Scout of SCOUT_ENDPOINT, "https://otel.example.com/tenant/otlp".');
});

test.each([
  [false, 'http://127.0.0.1'],
  [true, SCOUT.SCOUT_ENDPOINT],
])('samples go to the Scout of the environment only with --send-samples (%s)', async (sendsSamples, url) => {
  const { endpoint } = await target({ areSamples: true, sendsSamples, environment: SCOUT });
  expect(endpoint.startsWith(url)).toBe(true);
});

test.each([
  ['http://localhost:4318', false],
  ['http://[::1]:4318', false],
  ['https://otel.example.com', true],
])('samples go to --otlp %s, with --send-samples: %s', async (otlp, sendsSamples) => {
  const { endpoint, env } = await target({ otlp, areSamples: true, sendsSamples, environment: SCOUT });
  expect(endpoint).toBe(otlp);
  // The client of a Scout is not for another receiver.
  expect(JSON.stringify(env)).not.toContain('sesame');
});
