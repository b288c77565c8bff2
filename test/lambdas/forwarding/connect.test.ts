import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../../../lambdas/forwarding/connect.ts';
import { collect } from '../../support/factories/collect.ts';
import { startMessageQueues } from '../../../bin/local/emulators/message-queues.ts';
import { startScout } from '../../../bin/local/emulators/scout.ts';
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

const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/work';

describe('the real dependencies', () => {
  test('read tags, of the account and region of the function, where a list of keys is given', async () => {
    const calls = await startTagging();
    const { tags } = connect('logs', {
      ...environment,
      QUEUE_URL,
      AWS_REGION: 'us-east-1',
      RESOURCE_TAGS: 'team',
    });
    await tags?.current((of) => {
      of('arn:aws:rds:us-east-1:123456789012:db:main');
      of('arn:aws:rds:us-east-1:210987654321:cluster:of-another-account');
      of('arn:aws:sqs:eu-west-1:123456789012:in-another-region');
    });
    expect(calls).toEqual([{ ResourceTypeFilters: ['rds:db'], ResourcesPerPage: 100 }]);
    expect(connect('logs', { ...environment, QUEUE_URL }).tags).toBeUndefined();
  });

  test('try again to read tags, and read them where the account is unknown', async () => {
    const calls = await startTagging(1);
    const { tags } = connect('logs', { ...environment, RESOURCE_TAGS: 'team' });
    await tags?.current((of) => void of('arn:aws:rds:us-east-1:123456789012:db:main'));
    expect(calls).toHaveLength(2);
  });

  test('reach S3 and SQS at the endpoints that the environment names', async () => {
    const [store, queues] = await Promise.all([startObjectStore(), startMessageQueues()]);
    closing.push(store.close, queues.close);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', store.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', queues.endpoint);
    const { objects, queue } = connect('logs', environment);
    const headers: string[] = [];
    store.misbehave = (request) => void headers.push(...Object.keys(request.headers));
    await objects.put('b', 'a key', 'text');
    const { bytes } = await objects.open({ bucket: 'b', key: 'a key' });
    const chunks = await collect(bytes);
    expect(Buffer.concat(chunks).toString()).toBe('text');
    // The SDK's checksums cost more CPU than the rest, and some stores refuse them.
    expect(headers.filter((name) => name.includes('checksum'))).toEqual([]);
    await queue.send(queues.url('work'), [{ body: 'x', delaySeconds: 5 }]);
    expect(queues.messages).toMatchObject([{ queue: 'work', body: 'x', delaySeconds: 5 }]);
  });

  test('reach the objects of a store that serves all buckets under one name', async () => {
    const store = await startObjectStore();
    closing.push(store.close);
    const AWS_ENDPOINT_URL = store.endpoint.replace('127.0.0.1', 'localhost');
    vi.stubEnv('AWS_ENDPOINT_URL', AWS_ENDPOINT_URL);
    const hosts: unknown[] = [];
    store.misbehave = ({ headers }) => void hosts.push(headers.host);
    await connect('logs', { ...environment, AWS_ENDPOINT_URL }).objects.put('logs', 'k', 'text');
    expect(hosts).toEqual([new URL(AWS_ENDPOINT_URL).host]);
  });

  test('request a token with the credentials of the environment where no secret is named', async () => {
    const scout = await startScout();
    closing.push(scout.close);
    const connected = connect('logs', scout.environment);
    const call = { retryInPlace: false, deadline: connected.monotonicNow() + 10_000 };
    const body = await connected.scout.compress(new Uint8Array());
    expect(await connected.scout.export('/v1/logs', body, call)).toMatchObject({
      outcome: { type: 'accepted' },
    });
  });

  test('print each line of metrics as a line of its own', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    onTestFinished(() => write.mockRestore());
    connect('logs', environment).print('{"_aws":{}}');
    expect(write).toHaveBeenCalledExactlyOnceWith('{"_aws":{}}\n');
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

/** Starts a service of tags that fails so many times; returns what it is asked for. */
const startTagging = async (failures = 0): Promise<unknown[]> => {
  const calls: unknown[] = [];
  const server = createServer((request, response) => {
    void collect<Buffer>(request).then((body) => {
      calls.push(JSON.parse(Buffer.concat(body).toString()));
      response.writeHead(calls.length <= failures ? 503 : 200).end('{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(async () => void server.close());
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return calls;
};

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
