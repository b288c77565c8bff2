import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ReadFailure, ReadError, s3Objects } from '../../../lambdas/aws/objects.ts';
import type { SourceObject } from '../../../lambdas/format.ts';
import { collect } from '../../support/factories/collect.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const s3 = mockClient(S3Client);
const objects = s3Objects(new S3Client({ region: 'us-east-1' }));

beforeEach(() => void s3.reset());
afterEach(() => void s3.reset());

/** A body that gives these chunks and then ends, or breaks. */
const body = (chunks: readonly string[], fault?: Error) => {
  const stream = Readable.from(
    (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
      if (fault !== undefined) throw fault;
    })(),
  );
  return stream as never;
};
const httpError = (httpStatusCode: number, name: string): Error =>
  Object.assign(new Error(`${name}, as S3 words it`), { name, $metadata: { httpStatusCode } });
const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

const text = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  let all = '';
  for await (const chunk of chunks) all += Buffer.from(chunk).toString();
  return all;
};
const failure = async (chunks: AsyncIterable<Uint8Array>): Promise<ReadError> => {
  try {
    await text(chunks);
  } catch (error) {
    if (error instanceof ReadError) return error;
    throw error;
  }
  throw new Error('read to its end');
};
/** The bytes of an opened object. */
async function* read(object: SourceObject, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* (await objects.open(object, signal)).bytes;
}
const inputs = (command: typeof GetObjectCommand) =>
  s3.commandCalls(command).map(({ args }) => args[0].input);

describe('open', () => {
  test('asks for the very object that is meant', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({ Body: body(['ab', 'c']), ContentLength: 3, ETag: '"e"' }));
    for (const etag of ['e', '"e"'])
      expect(await text(read({ bucket: 'b', key: 'k', versionId: 'v', etag }))).toBe('abc');
    const asked = { Bucket: 'b', Key: 'k', VersionId: 'v', IfMatch: '"e"', Range: undefined };
    expect(inputs(GetObjectCommand)).toEqual([asked, asked]);
  });

  test('an object whose etag is unknown is asked for without', async () => {
    s3.on(GetObjectCommand).resolves({ Body: body([]), ContentLength: 0 });
    expect(await text(read({ bucket: 'b', key: 'k' }))).toBe('');
    expect(inputs(GetObjectCommand)[0]).toMatchObject({ IfMatch: undefined, VersionId: undefined });
  });

  test('has the entity tag of the first response, without quotes', async () => {
    s3.on(GetObjectCommand)
      .resolvesOnce({ Body: body(['ab'], reset), ContentLength: 3, ETag: '"e"' })
      .resolvesOnce({ Body: body(['c']), ContentLength: 1, ETag: '"e"' });
    const { etag, bytes } = await objects.open({ bucket: 'b', key: 'k' });
    expect([etag, await text(bytes)]).toEqual(['e', 'abc']);
  });

  test.each([
    ['breaks', body(['abc', 'd'], reset)],
    ['is shorter than announced', body(['abc', 'd'])],
  ])('a body that %s is read on at the byte reached, of the same object', async (_how, broken) => {
    s3.on(GetObjectCommand)
      .resolvesOnce({ Body: broken, ContentLength: 6, ETag: '"first"' })
      .resolvesOnce({ Body: body(['ef']), ContentLength: 2, ETag: '"first"' });
    expect(await text(read({ bucket: 'b', key: 'k' }))).toBe('abcdef');
    expect(inputs(GetObjectCommand)[1]).toMatchObject({ Range: 'bytes=4-', IfMatch: '"first"' });
  });

  test.each([
    ['breaks twice', [reset, reset], 'Error: socket hang up'],
    ['is twice too short', [undefined, undefined], 'Error: the body ended after 4 of 6 bytes'],
  ] as const)('a body that %s is unreadable, after what came', async (_how, [one, two], reason) => {
    s3.on(GetObjectCommand)
      .resolvesOnce({ Body: body(['abc'], one), ContentLength: 6 })
      .resolvesOnce({ Body: body(['d'], two), ContentLength: 3 });
    let came = '';
    const watched = async function* () {
      for await (const chunk of read({ bucket: 'b', key: 'k' })) {
        came += Buffer.from(chunk).toString();
        yield chunk;
      }
    };
    expect(await failure(watched())).toMatchObject({
      failure: 'unreadable',
      message: `cannot read s3://b/k: ${reason}`,
    });
    expect(came).toBe('abcd');
    expect(inputs(GetObjectCommand)).toHaveLength(2);
  });

  test('a body longer than its Content-Length is an error', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({ Body: body(['abcdef']), ContentLength: 4 }));
    expect((await failure(read({ bucket: 'b', key: 'k' }))).failure).toBe('unreadable');
  });

  test.each<[number, string, ReadFailure, number]>([
    [403, 'AccessDenied', 'denied', 1],
    [404, 'NoSuchKey', 'gone', 1],
    [412, 'PreconditionFailed', 'overwritten', 1],
    [500, 'InternalError', 'unreadable', 2],
    [503, 'SlowDown', 'unreadable', 2],
  ])('%i %s means %s', async (status, name, expected, requests) => {
    s3.on(GetObjectCommand).rejects(httpError(status, name));
    const error = await failure(read({ bucket: 'b', key: 'a key' }));
    expect(error.failure).toBe(expected);
    expect(error.message).toBe(`cannot read s3://b/a key: ${name}: ${name}, as S3 words it`);
    expect(inputs(GetObjectCommand)).toHaveLength(requests);
  });

  test('an object overwritten before it is read on is overwritten, not unreadable', async () => {
    s3.on(GetObjectCommand)
      .resolvesOnce({ Body: body(['abc'], reset), ContentLength: 6, ETag: '"first"' })
      .rejectsOnce(httpError(412, 'PreconditionFailed'));
    expect((await failure(read({ bucket: 'b', key: 'k' }))).failure).toBe('overwritten');
  });

  test('what was aborted is not opened again', async () => {
    const reading = new AbortController();
    s3.on(GetObjectCommand).callsFake(() => {
      reading.abort();
      throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
    });
    expect((await failure(read({ bucket: 'b', key: 'k' }, reading.signal))).failure).toBe('unreadable');
    expect(inputs(GetObjectCommand)).toHaveLength(1);
  });

  test('a reader that stops closes the body', async () => {
    const stream = body(['a', 'b', 'c']) as unknown as Readable;
    s3.on(GetObjectCommand).resolves({ Body: stream as never, ContentLength: 3 });
    for await (const chunk of read({ bucket: 'b', key: 'k' })) {
      expect(chunk).toHaveLength(1);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });
});

describe('list', () => {
  test('goes through all pages', async () => {
    const pages: Readonly<Record<string, object>> = {
      first: {
        Contents: [{ Key: 'p/1', Size: 5, ETag: '"x"' }, { Key: 'p/2' }],
        NextContinuationToken: 'more',
      },
      more: { NextContinuationToken: 'and more' },
      'and more': { Contents: [{ Key: 'p/3', Size: 7, ETag: '"z"' }] },
    };
    const asked: object[] = [];
    s3.on(ListObjectsV2Command).callsFake(({ ContinuationToken = 'first', ...input }) => {
      asked.push(input);
      return pages[String(ContinuationToken)];
    });
    const listed = await collect(objects.list('b', 'p/', 'p/0'));
    expect(listed).toEqual([
      { key: 'p/1', size: 5, etag: 'x' },
      { key: 'p/2', size: 0, etag: undefined },
      { key: 'p/3', size: 7, etag: 'z' },
    ]);
    const same = { Bucket: 'b', Prefix: 'p/', StartAfter: 'p/0' };
    expect(asked).toEqual([same, same, same]);
  });

  test('an empty prefix lists nothing', async () => {
    s3.on(ListObjectsV2Command).resolves({});
    expect(await collect(objects.list('b', 'p/'))).toEqual([]);
  });
});

test('put writes NDJSON', async () => {
  s3.on(PutObjectCommand).resolves({});
  await objects.put('b', 'rejected/k/1-2.ndjson', '{}\n');
  expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
    Bucket: 'b',
    Key: 'rejected/k/1-2.ndjson',
    Body: '{}\n',
    ContentType: 'application/x-ndjson',
  });
});

const removed = async (object: { etag?: string; versionId?: string }) => {
  s3.on(DeleteObjectCommand).resolves({});
  await objects.remove({ bucket: 'b', key: 'k', ...object });
  return s3.commandCalls(DeleteObjectCommand)[0]?.args[0].input;
};

describe('remove deletes', () => {
  test.each(['e', '"e"'])('the object of the etag %s, and none that took its place', async (etag) => {
    expect(await removed({ etag })).toEqual({ Bucket: 'b', Key: 'k', IfMatch: '"e"' });
  });

  test('the very version, which a condition could not be about', async () => {
    expect(await removed({ etag: 'e', versionId: 'v' })).toEqual({ Bucket: 'b', Key: 'k', VersionId: 'v' });
  });

  test('by key alone where nothing else is known', async () => {
    expect(await removed({})).toEqual({ Bucket: 'b', Key: 'k' });
  });
});
