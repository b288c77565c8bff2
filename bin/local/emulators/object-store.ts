import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { listenOnLoopback } from '../loopback.ts';
import { listObjects } from './object-listing.ts';

/** Content of an object: bytes, or a file on disk that is streamed. */
export type Body = Buffer | { readonly file: string };

export interface StoredObject {
  readonly body: Body;
  readonly size: number;
  /** In double quotes, as S3 sends it. */
  readonly etag: string;
}

/** A fault in the response to a request. */
export interface Fault {
  /** An error response, such as 403 `AccessDenied` or 503 `SlowDown`. */
  readonly error?: { readonly status: number; readonly code: string };
  /** Of the body that Content-Length promised, only this many bytes come before the connection is reset or closed. */
  readonly cut?: { readonly bytes: number; readonly how: 'reset' | 'close' };
  /** Wait before the response begins. */
  readonly delayMs?: number;
}

export interface StoreRequest {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** Header names in lower case. */
  readonly headers: IncomingMessage['headers'];
}

export interface ObjectStore {
  /** For `AWS_ENDPOINT_URL_S3`. An address, not a name: the SDK then asks with the bucket in the path. */
  readonly endpoint: string;
  /** Objects by `bucket/key`. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  readonly put: (bucket: string, key: string, body: Body | string) => StoredObject;
  /** Called before each response; `undefined` means no fault. */
  misbehave: (request: StoreRequest) => Fault | undefined;
  readonly close: () => Promise<void>;
}

/** Starts an object store on loopback that speaks as much of S3's protocol as forwarding uses. */
export const startObjectStore = async (): Promise<ObjectStore> => {
  const objects = new Map<string, StoredObject>();
  const server = createServer((request, response) => {
    respond(store, objects, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const { host, close } = await listenOnLoopback(server);
  const store: ObjectStore = {
    endpoint: `http://${host}`,
    objects,
    put: (bucket, key, body) => {
      const stored = toStored(typeof body === 'string' ? Buffer.from(body) : body);
      objects.set(`${bucket}/${key}`, stored);
      return stored;
    },
    misbehave: () => undefined,
    close,
  };
  return store;
};

const toStored = (body: Body): StoredObject => {
  if (Buffer.isBuffer(body)) {
    return { body, size: body.length, etag: `"${createHash('md5').update(body).digest('hex')}"` };
  }
  const { size, mtimeMs } = statSync(body.file);
  return {
    body,
    size,
    etag: `"${createHash('md5').update(`${body.file} ${size} ${mtimeMs}`).digest('hex')}"`,
  };
};

const respond = async (
  store: ObjectStore,
  objects: Map<string, StoredObject>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? '/', store.endpoint);
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const { method = 'GET', headers } = request;
  const sent = await buffer(request);

  const fault = store.misbehave({ method, bucket, key, headers });
  if (fault?.delayMs !== undefined) await delay(fault.delayMs);
  if (fault?.error !== undefined) return refuse(response, fault.error.status, fault.error.code);

  const name = `${bucket}/${key}`;
  const stored = objects.get(name);
  if (method === 'GET' && key === '') {
    response.setHeader('Content-Type', 'application/xml');
    response.end(listObjects(bucket, objects, url.searchParams));
  } else if (method === 'PUT') {
    if (headers['content-encoding'] === 'aws-chunked') return refuse(response, 501, 'NotImplemented');
    response.setHeader('ETag', store.put(bucket, key, sent).etag).end();
  } else if (method === 'DELETE') {
    objects.delete(name);
    response.writeHead(204).end();
  } else if (method !== 'GET') {
    refuse(response, 501, 'NotImplemented');
  } else if (stored === undefined) {
    refuse(response, 404, 'NoSuchKey');
  } else if (headers['if-match'] !== undefined && headers['if-match'] !== stored.etag) {
    refuse(response, 412, 'PreconditionFailed');
  } else {
    await send(stored, headers.range, fault, response);
  }
};

const refuse = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
};

const send = async (
  { body, size, etag }: StoredObject,
  range: string | undefined,
  fault: Fault | undefined,
  response: ServerResponse,
): Promise<void> => {
  const [from, to] = parseRange(range, size);
  if (range !== undefined && from >= size) return refuse(response, 416, 'InvalidRange');
  response.writeHead(range === undefined ? 200 : 206, {
    ETag: etag,
    'Content-Length': to - from,
    'Last-Modified': new Date().toUTCString(),
    ...(range !== undefined && { 'Content-Range': `bytes ${from}-${to - 1}/${size}` }),
    ...(fault?.cut !== undefined && { Connection: 'close' }),
  });
  if (from === to) return void response.end();
  const end = Math.min(to, from + (fault?.cut?.bytes ?? size));
  const source = Buffer.isBuffer(body)
    ? Readable.from([body.subarray(from, end)])
    : end > from
      ? createReadStream(body.file, { start: from, end: end - 1, highWaterMark: 256 * 1024 })
      : Readable.from([]);
  await pipeline(source, response, { end: false });
  if (fault?.cut === undefined) return void response.end();
  // The client shall have what was written before it learns of the cut.
  await delay(50);
  if (fault.cut.how === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.end();
};

/** The first byte and the one past the last. */
const parseRange = (range: string | undefined, size: number): readonly [number, number] => {
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  return [Number(from), to === '' ? size : Math.min(size, Number(to) + 1)];
};
