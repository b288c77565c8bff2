import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { SourceObject } from '../format.ts';

/** Why an object could not be read, as far as somebody must act on it differently. */
export type ReadFailure = 'gone' | 'denied' | 'overwritten' | 'unreadable';

export class ReadError extends Error {
  readonly failure: ReadFailure;
  constructor(failure: ReadFailure, message: string) {
    super(message);
    this.name = 'ReadError';
    this.failure = failure;
  }
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag?: string | undefined;
}

/** S3, as far as forwarding needs it. */
export interface Objects {
  /**
   * The object's bytes. A body that breaks off is reopened once where it broke.
   * @param opened told the entity tag, before the first byte
   * @throws ReadError
   */
  readonly read: (
    object: SourceObject,
    signal: AbortSignal,
    opened?: (etag: string | undefined) => void,
  ) => AsyncIterable<Uint8Array>;
  readonly list: (bucket: string, prefix: string, startAfter?: string) => AsyncIterable<ListedObject>;
  readonly put: (bucket: string, key: string, body: string, signal?: AbortSignal) => Promise<void>;
  /** Deletes exactly this object. @throws Error if another one has taken its place */
  readonly remove: (object: SourceObject, signal?: AbortSignal) => Promise<void>;
}

const REOPENS = 1;

/**
 * A body that gives nothing for so long has broken off. The SDK's own idle timer would do for that, but it also runs
 * while a slow Scout keeps us from reading.
 */
const STALL_MS = 30_000;

export const s3Objects = (client: S3Client, stallMs = STALL_MS): Objects => ({
  read: (object, signal, opened) => read(client, object, signal, stallMs, opened),
  list: (bucket, prefix, startAfter) => list(client, bucket, prefix, startAfter),
  put: async (bucket, key, body, signal) => {
    const ContentType = 'application/x-ndjson';
    const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType });
    await client.send(command, { abortSignal: signal });
  },
  remove: async ({ bucket, key, versionId, etag }, signal) => {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html: only for current versions.
    const IfMatch = versionId === undefined ? ifMatch(etag) : undefined;
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, IfMatch });
    await client.send(command, { abortSignal: signal });
  },
});

/** An entity tag is quoted in a header, but not in an event. */
const ifMatch = (etag: string | undefined): string | undefined =>
  etag === undefined ? undefined : `"${etag.replaceAll('"', '')}"`;

async function* read(
  client: S3Client,
  object: SourceObject,
  signal: AbortSignal,
  stallMs: number,
  opened?: (etag: string | undefined) => void,
): AsyncGenerator<Uint8Array> {
  let { etag } = object;
  let size: number | undefined;
  let offset = 0;
  for (let reopened = 0; ; reopened++) {
    try {
      const response = await client.send(
        new GetObjectCommand({
          Bucket: object.bucket,
          Key: object.key,
          VersionId: object.versionId,
          IfMatch: ifMatch(etag),
          Range: offset > 0 ? `bytes=${offset}-` : undefined,
        }),
        { abortSignal: signal },
      );
      etag ??= response.ETag;
      size ??= response.ContentLength;
      if (offset === 0) opened?.(etag?.replaceAll('"', ''));
      for await (const chunk of unstalled(response.Body as Readable, stallMs)) {
        offset += chunk.length;
        yield chunk;
      }
      if (size === undefined || offset === size) return;
      throw new Error(`the body ended after ${offset} of ${size} bytes`);
    } catch (error) {
      const failure = failureOf(error);
      if (failure !== 'unreadable' || reopened === REOPENS || signal.aborted) {
        throw new ReadError(failure, `cannot read s3://${object.bucket}/${object.key}: ${describe(error)}`);
      }
    }
  }
}

/** The chunks of a body that fails when the next is too long in coming. */
async function* unstalled(body: Readable, stallMs: number): AsyncGenerator<Uint8Array> {
  const fail = (): unknown => body.destroy(new Error(`nothing came for ${stallMs / 1000} s`));
  let timer = setTimeout(fail, stallMs);
  try {
    for await (const chunk of body) {
      clearTimeout(timer);
      yield chunk as Uint8Array;
      timer = setTimeout(fail, stallMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function* list(
  client: S3Client,
  bucket: string,
  prefix: string,
  startAfter: string | undefined,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        StartAfter: startAfter,
        ContinuationToken: token,
      }),
    );
    for (const { Key, Size, ETag } of page.Contents ?? []) {
      if (Key !== undefined) yield { key: Key, size: Size ?? 0, etag: ETag };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

const FAILURES: Readonly<Record<number, ReadFailure>> = { 403: 'denied', 404: 'gone', 412: 'overwritten' };

const failureOf = (error: unknown): ReadFailure => {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  return FAILURES[status ?? 0] ?? 'unreadable';
};

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
