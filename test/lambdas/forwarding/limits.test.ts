import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { s3Objects } from '../../../lambdas/aws/objects.ts';
import { sqsQueue } from '../../../lambdas/aws/queue.ts';
import type { Dependencies } from '../../../lambdas/forwarding/dependencies.ts';
import { withinLimit } from '../../../lambdas/forwarding/limits.ts';

/** Takes every request and never responds. */
let silent: Server;
let dependencies: Pick<Dependencies, 'objects' | 'queue'>;
beforeEach(async () => {
  silent = createServer(() => undefined);
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  const client = {
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  dependencies = {
    objects: s3Objects(new S3Client({ ...client, forcePathStyle: true })),
    queue: sqsQueue(new SQSClient(client)),
  };
});
afterEach(() => {
  silent.closeAllConnections();
  silent.close();
});

const URL = 'http://127.0.0.1/123456789012/work';
const OBJECT = { bucket: 'logs', key: 'alb/a.log', etag: 'e' };

test.each<[string, number, (bounded: Dependencies) => Promise<void>]>([
  ['storing rejected records', 4_000, ({ objects }) => objects.put('logs', 'rejected/a', '{}\n')],
  ['sending to a queue', 2_500, ({ queue }) => queue.send(URL, [{ body: 'x' }])],
  ['changing the visibility', 1_500, ({ queue }) => queue.changeVisibility(URL, 'receipt', 30)],
  ['deleting an object', 1_000, ({ objects }) => objects.remove(OBJECT)],
])('%s is aborted when %i ms remain, even if AWS never responds', async (_what, reserve, call) => {
  const end = performance.now() + reserve + 100;
  const remainingMs = (): number => end - performance.now();
  await expect(call(withinLimit(dependencies as Dependencies, remainingMs))).rejects.toThrow(/abort/i);
  expect(remainingMs()).toBeLessThanOrEqual(reserve + 5);
  expect(remainingMs()).toBeGreaterThan(0);
});

test('a call that begins too late fails at once', async () => {
  const { objects } = withinLimit(dependencies as Dependencies, () => -20);
  await expect(objects.remove(OBJECT)).rejects.toThrow(/abort/i);
});
