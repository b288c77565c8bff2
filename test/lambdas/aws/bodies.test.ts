import { S3Client } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { s3Objects } from '../../../lambdas/aws/objects.ts';
import { collect } from '../../support/factories/collect.ts';
import {
  type ObjectStore,
  startObjectStore,
  type StoreRequest,
} from '../../../bin/local/emulators/object-store.ts';

const TEXT = Buffer.from('0123456789'.repeat(400_000));
const OBJECT = { bucket: 'b', key: 'folder/a key+é' };

let store: ObjectStore;
let client: S3Client;
let gets: StoreRequest[];
beforeEach(async () => {
  store = await startObjectStore();
  gets = [];
  store.put(OBJECT.bucket, OBJECT.key, TEXT);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new S3Client({ endpoint: store.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
});
afterEach(async () => {
  client.destroy();
  await store.close();
});

/** Reads the object from a store that misbehaves so at one GET after the other. */
const read = async (
  faults: readonly ReturnType<ObjectStore['misbehave']>[],
  { stallMs = 30_000, signal = new AbortController().signal, perChunk = async () => {} } = {},
): Promise<{ bytes: number; error?: unknown }> => {
  store.misbehave = (request) => {
    gets.push(request);
    return faults[gets.length - 1];
  };
  let bytes = 0;
  try {
    const { bytes: chunks } = await s3Objects(client, stallMs).open(OBJECT, signal);
    for await (const chunk of chunks) {
      expect(TEXT.subarray(bytes, bytes + chunk.length).equals(chunk)).toBe(true);
      bytes += chunk.length;
      await perChunk();
    }
    return { bytes };
  } catch (error) {
    return { bytes, error };
  }
};

describe('a body over a real connection', () => {
  test.each(['reset', 'close'] as const)('that ends in a %s is read on where it ended', async (how) => {
    const { bytes, error } = await read([{ cut: { bytes: 1_000_003, how } }]);
    expect({ bytes, error }).toEqual({ bytes: TEXT.length, error: undefined });
    const reached = /^bytes=(\d+)-$/.exec(gets[1]?.headers.range ?? '')?.[1];
    expect(Number(reached)).toBeLessThanOrEqual(1_000_003);
    expect(gets[1]?.headers['if-match']).toBe(store.objects.get(`b/${OBJECT.key}`)?.etag);
  });

  test('that breaks off twice is unreadable', async () => {
    const cut = { cut: { bytes: 500_000, how: 'reset' } } as const;
    expect((await read([cut, cut])).error).toMatchObject({ failure: 'unreadable' });
    expect(gets).toHaveLength(2);
  });

  test('of an object that is overwritten meanwhile is not read on', async () => {
    const { error } = await read([{ cut: { bytes: 500_000, how: 'close' } }], {
      perChunk: async () => void store.put(OBJECT.bucket, OBJECT.key, 'another'),
    });
    expect(error).toMatchObject({ failure: 'overwritten' });
  });

  test('that a slow Scout keeps waiting is not taken for a broken one', async () => {
    let pauses = 0;
    const perChunk = async (): Promise<void> => {
      if (pauses++ % 40 === 0) await sleep(150);
    };
    const { bytes } = await read([], { stallMs: 100, perChunk });
    expect(bytes).toBe(TEXT.length);
    expect(gets).toHaveLength(1);
  });

  test('that stalls has broken off', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': 10, ETag: '"e"' });
      response.write('01234');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const stalling = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      forcePathStyle: true,
    });
    const { bytes } = await s3Objects(stalling, 200).open(OBJECT);
    await expect(collect(bytes)).rejects.toMatchObject({
      failure: 'unreadable',
      message: expect.stringContaining('no data for 0.2 s'),
    });
    server.closeAllConnections();
    server.close();
  });

  test('ends when time is up, and its connection with it', async () => {
    const reading = new AbortController();
    const { bytes, error } = await read([], {
      signal: reading.signal,
      perChunk: async () => {
        reading.abort();
        await sleep(20);
      },
    });
    expect(error).toMatchObject({ failure: 'unreadable' });
    expect(bytes).toBeLessThan(TEXT.length);
    expect(gets).toHaveLength(1);
  });
});
