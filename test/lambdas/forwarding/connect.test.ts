import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../../../lambdas/forwarding/connect.ts';
import { collect } from '../../support/factories/collect.ts';
import { startMessageQueues } from '../../../bin/local/emulators/message-queues.ts';
import { startObjectStore } from '../../../bin/local/emulators/object-store.ts';

const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closing.splice(0).map((close) => close()));
});

const environment = {
  SCOUT_ENDPOINT: 'https://otel.example.com',
  SCOUT_TOKEN_URL: 'https://id.example.com/token',
  SCOUT_SECRET_NAME: 'scout/oauth-client',
};

describe('the real dependencies', () => {
  test('read tags, of the account and region of the function, where a list of keys is given', async () => {
    const calls: unknown[] = [];
    const server = createServer((request, response) => {
      void collect<Buffer>(request).then((body) => {
        calls.push(JSON.parse(Buffer.concat(body).toString()));
        response.end('{}');
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closing.push(async () => void server.close());
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/work';
    const { tags } = connect('logs', {
      ...environment,
      QUEUE_URL,
      AWS_REGION: 'us-east-1',
      RESOURCE_TAGS: 'team',
    });
    await tags?.current((of) => {
      for (const place of ['us-east-1:123456789012', 'us-east-1:210987654321', 'eu-west-1:123456789012'])
        of(`arn:aws:rds:${place}:db:main`);
    });
    expect(calls).toEqual([{ ResourceTypeFilters: ['rds:db'], ResourcesPerPage: 100 }]);
    expect(connect('logs', { ...environment, QUEUE_URL }).tags).toBeUndefined();
  });

  test('reach S3 and SQS at the endpoints that the environment names', async () => {
    const [store, queues] = await Promise.all([startObjectStore(), startMessageQueues()]);
    closing.push(store.close, queues.close);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', store.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', queues.endpoint);
    const { objects, queue } = connect('logs', environment);
    await objects.put('b', 'a key', 'text');
    const { bytes } = await objects.open({ bucket: 'b', key: 'a key' });
    const chunks = await collect(bytes);
    expect(Buffer.concat(chunks).toString()).toBe('text');
    await queue.send(queues.url('work'), [{ body: 'x', delaySeconds: 5 }]);
    expect(queues.messages).toMatchObject([{ queue: 'work', body: 'x', delaySeconds: 5 }]);
  });

  test('do not wait for a silent S3 or SQS for long', async () => {
    const endpoint = await startSilent();
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    const { objects, queue } = connect('logs', environment);
    const calls = [objects.put('b', 'k', 'text'), queue.send(`${endpoint}/work`, [{ body: 'x' }])];
    for (const outcome of await Promise.allSettled(calls))
      expect(String((outcome as PromiseRejectedResult).reason)).toContain('TimeoutError');
  });

  test('do not wait for a silent Secrets Manager past the time there is', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', await startSilent());
    const { scout, monotonicNow } = connect('logs', environment);
    const call = { retryInPlace: true, deadline: monotonicNow() + 500 };
    expect(await scout.export('/v1/logs', await scout.compress(new Uint8Array()), call)).toMatchObject({
      outcome: { type: 'refused', reason: expect.stringMatching(/^client credentials cannot be read: /) },
      requests: 0,
    });
  });
});

/** A server that accepts every request and never responds; its endpoint. */
const startSilent = async (): Promise<string> => {
  const server = createServer(() => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
