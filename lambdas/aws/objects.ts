import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { SourceObject } from '../format.ts';

/** Read failure categories that callers treat differently. */
export type ReadFailure = 'gone' | 'denied' | 'overwritten' | 'unreadable';

export class ReadError extends Error {
  readonly failure: ReadFailure;
  constructor(failure: ReadFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReadError';
    this.failure = failure;
  }
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag?: string | undefined;
}

export interface OpenObject {
  /** Without quotes. */
  readonly etag: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** S3, as far as forwarding needs it. */
export interface Objects {
  /**
   * Opens an object. A body that breaks off is reopened once at the byte reached; the bytes too throw a ReadError.
   * @throws ReadError
   */
  readonly open: (object: SourceObject, signal?: AbortSignal) => Promise<OpenObject>;
  readonly list: (bucket: string, prefix: string, startAfter?: string) => AsyncIterable<ListedObject>;
  readonly put: (bucket: string, key: string, body: string, signal?: AbortSignal) => Promise<void>;
  /** Deletes exactly this object. @throws Error if another one has taken its place */
  readonly remove: (object: SourceObject, signal?: AbortSignal) => Promise<void>;
}

export const REOPENS = 1;

/** A body with no data for this long is considered stalled. The SDK's own idle timer also runs while Scout is slow and nothing is read. */
export const STALL_MS = 30_000;

export const s3Objects = (client: S3Client, stallMs = STALL_MS): Objects => ({
  open: (object, signal) => open(client, object, signal, stallMs),
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
  etag === undefined ? undefined : `"${withoutQuotes(etag)}"`;

const withoutQuotes = (etag: string | undefined): string | undefined => etag?.replaceAll('"', '');

const open = async (
  client: S3Client,
  object: SourceObject,
  signal: AbortSignal | undefined,
  stallMs: number,
): Promise<OpenObject> => {
  let { etag } = object;
  let offset = 0;
  let reopens = 0;
  /** @throws ReadError if the object cannot be opened again after this error */
  const checkReopen = (error: unknown): void => {
    const failure = failureOf(error);
    if (failure === 'unreadable' && reopens++ < REOPENS && !signal?.aborted) return;
    const message = `cannot read s3://${object.bucket}/${object.key}: ${describe(error)}`;
    throw new ReadError(failure, message, { cause: error });
  };
  const get = async (): Promise<GetObjectCommandOutput> => {
    const command = new GetObjectCommand({
      Bucket: object.bucket,
      Key: object.key,
      VersionId: object.versionId,
      IfMatch: ifMatch(etag),
      Range: offset > 0 ? `bytes=${offset}-` : undefined,
    });
    try {
      return await client.send(command, { abortSignal: signal });
    } catch (error) {
      checkReopen(error);
      return get();
    }
  };
  let response = await get();
  const size = response.ContentLength;
  etag ??= response.ETag;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      try {
        for await (const chunk of withStallTimeout(response.Body as Readable, stallMs)) {
          offset += chunk.length;
          yield chunk;
        }
        if (size === undefined || offset === size) return;
        throw new Error(`the body ended after ${offset} of ${size} bytes`);
      } catch (error) {
        checkReopen(error);
      }
      response = await get();
    }
  };
  return { etag: withoutQuotes(etag), bytes: bytes() };
};

/** The chunks of a body, which fails if the next one takes too long. */
async function* withStallTimeout(body: Readable, stallMs: number): AsyncGenerator<Uint8Array> {
  const fail = (): unknown => body.destroy(new Error(`no data for ${stallMs / 1000} s`));
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
  const input = { Bucket: bucket, Prefix: prefix, StartAfter: startAfter };
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, input)) {
    for (const { Key, Size, ETag } of Contents) {
      if (Key !== undefined) yield { key: Key, size: Size ?? 0, etag: withoutQuotes(ETag) };
    }
  }
}

const FAILURES: Readonly<Record<number, ReadFailure>> = { 403: 'denied', 404: 'gone', 412: 'overwritten' };

const failureOf = (error: unknown): ReadFailure => {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  return FAILURES[status ?? 0] ?? 'unreadable';
};

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
