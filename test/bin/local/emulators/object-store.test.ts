import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageQueues } from '../../../../bin/local/emulators/message-queues.ts';
import { startMessageQueues } from '../../../../bin/local/emulators/message-queues.ts';
import type { ObjectStore } from '../../../../bin/local/emulators/object-store.ts';
import { startObjectStore } from '../../../../bin/local/emulators/object-store.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const Bucket = 'example-logs';
const folder = mkdtempSync(join(tmpdir(), 'object-store-'));
let store: ObjectStore;
let queues: MessageQueues;
let s3: S3Client;
let sqs: SQSClient;

beforeAll(async () => {
  store = await startObjectStore();
  queues = await startMessageQueues();
  const region = 'us-east-1';
  s3 = new S3Client({ endpoint: store.endpoint, region, credentials, maxAttempts: 1 });
  sqs = new SQSClient({ endpoint: queues.endpoint, region, credentials });
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await store.close();
  await queues.close();
});

const read = async (key: string, more: { Range?: string; IfMatch?: string } = {}): Promise<string> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key, ...more }));
  return (await Body?.transformToString()) ?? '';
};

describe('the object store, asked by the AWS SDK', () => {
  test('gives back what was put, whole and by range, also from a file', async () => {
    const Key = 'alb/a key+with (odd) characters & <more>.log';
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello object' }));
    expect(await read(Key)).toBe('hello object');
    expect(await read(Key, { Range: 'bytes=6-' })).toBe('object');
    expect(await read(Key, { Range: 'bytes=0-4' })).toBe('hello');
    const whole = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(whole).toMatchObject({ ETag, ContentLength: 12 });

    writeFileSync(join(folder, 'big'), 'from disk');
    store.put(Bucket, 'big', { file: join(folder, 'big') });
    expect(await read('big', { Range: 'bytes=5-' })).toBe('disk');
  });

  test('refuses another ETag, and what is not there', async () => {
    store.put(Bucket, 'seen', 'one');
    await expect(read('seen', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'seen' }));
    await expect(read('seen')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('lists in pages, in the order of keys', async () => {
    for (const name of ['c', 'a', 'e', 'b', 'd']) store.put(Bucket, `list/${name}&`, name);
    const keys: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 2, ContinuationToken }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(keys).toEqual(['list/a&', 'list/b&', 'list/c&', 'list/d&', 'list/e&']);
  });

  test.each(['reset', 'close'] as const)('can break a body off by a %s', async (how) => {
    store.put(Bucket, 'cut', 'x'.repeat(100_000));
    store.misbehave = ({ key }) => (key === 'cut' ? { cut: { bytes: 70_000, how } } : undefined);
    await expect(read('cut')).rejects.toThrow();
    store.misbehave = () => undefined;
    expect(await read('cut')).toHaveLength(100_000);
  });

  test('can refuse as S3 does', async () => {
    store.misbehave = () => ({ error: { status: 403, code: 'AccessDenied' } });
    await expect(read('cut')).rejects.toMatchObject({ name: 'AccessDenied' });
    store.misbehave = () => undefined;
  });
});

test('the queues keep what the AWS SDK sends', async () => {
  const QueueUrl = queues.url('dead');
  await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        {
          Id: '0',
          MessageBody: 'é',
          DelaySeconds: 5,
          MessageAttributes: { why: { DataType: 'String', StringValue: 'so' } },
        },
      ],
    }),
  );
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'r', VisibilityTimeout: 60 }));
  expect(queues.messages).toEqual([{ queue: 'dead', body: 'é', delaySeconds: 5, attributes: { why: 'so' } }]);
});
