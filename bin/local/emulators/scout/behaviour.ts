import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePartialSuccess, encodeStatus } from './otlp.ts';

/** Behaviour of an embedded Scout for one request whose token is good. */
export type Behaviour =
  | Settled
  /** Decided by what the request holds. */
  | ((request: { readonly path: string; readonly body: Buffer; readonly encoding: string }) => Behaviour);

export type Settled =
  | { readonly type: 'accept'; readonly delayMs?: number }
  | { readonly type: 'respond'; readonly response: ScriptedResponse }
  /** The records are stored, but for `rejected` of them. */
  | { readonly type: 'partial'; readonly rejected: number; readonly message: string; readonly json?: boolean }
  /** `after_body`: the records are stored, and the client never learns it. */
  | { readonly type: 'reset'; readonly when: 'before_body' | 'after_body' }
  /** Success before the body is read, of which nothing is stored. */
  | { readonly type: 'early_success' }
  /** The connection stays open; no response is sent. */
  | { readonly type: 'silence' };

export interface ScriptedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly delayMs?: number;
  /** The head is sent at once, then a byte of the body every `trickleMs` milliseconds. */
  readonly trickleMs?: number;
  /** The connection breaks after the body, which is then shorter than announced. */
  readonly breakOff?: boolean;
  /** The body comes again and again for as long as the client reads. */
  readonly endless?: boolean;
}

export const accept = (delayMs = 0): Settled => ({ type: 'accept', delayMs });
export const respondWith = (response: ScriptedResponse): Settled => ({ type: 'respond', response });
export const partialSuccess = (rejected: number, message: string, json = false): Settled => ({
  type: 'partial',
  rejected,
  message,
  json,
});
export const resetBeforeBody: Settled = { type: 'reset', when: 'before_body' };
export const resetAfterBody: Settled = { type: 'reset', when: 'after_body' };
export const earlySuccess: Settled = { type: 'early_success' };
export const silence: Settled = { type: 'silence' };

/** A failure as OTLP has it: a google.rpc.Status. `retryAfter`: seconds, or a date. */
export const fail = (status: number, message = 'scripted', retryAfter?: number | Date): Settled =>
  respondWith({
    status,
    headers: {
      'content-type': 'application/x-protobuf',
      ...(retryAfter === undefined
        ? {}
        : {
            'retry-after': retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter),
          }),
    },
    body: encodeStatus(0, message),
  });

/** A proxy's page where an OTLP response should be. */
export const html = (status = 200): Settled =>
  respondWith({
    status,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Sign in</title>',
  });

export const redirect = (location: string, status = 307): Settled =>
  respondWith({ status, headers: { location } });

/** 413 for a request of more (uncompressed) bytes than this. */
export const tooLargeAbove =
  (bytes: number, otherwise: Behaviour = accept()): Behaviour =>
  ({ body }) =>
    body.length > bytes ? fail(413, `request body too large: ${body.length} bytes`) : otherwise;

/** 400 (or another status) for a request in which any of the markers occurs. */
export const refuseMarked =
  (markers: readonly string[], status = 400, otherwise: Behaviour = accept()): Behaviour =>
  ({ body }) => {
    const marker = markers.find((text) => body.includes(text));
    return marker === undefined ? otherwise : fail(status, `invalid record: ${marker}`);
  };

/** A server that does not know zstd: this status for each request in it. */
export const refuseZstd =
  (status: number, otherwise: Behaviour = accept()): Behaviour =>
  ({ encoding }) =>
    encoding === 'zstd' ? fail(status, 'unsupported content encoding: zstd') : otherwise;

/** Are the records of such a request stored, whether or not the client learns it? */
export const stores = (behaviour: Settled): boolean =>
  behaviour.type === 'accept' ||
  behaviour.type === 'partial' ||
  (behaviour.type === 'reset' && behaviour.when === 'after_body');

/** Acts on the response; resolves when the response is sent or the client is gone. */
export const perform = async (behaviour: Settled, path: string, response: ServerResponse): Promise<void> => {
  switch (behaviour.type) {
    case 'reset':
      response.req.socket.resetAndDestroy();
      break;
    case 'silence':
      break;
    case 'early_success':
      response.writeHead(200, { ...PROTOBUF, connection: 'close' });
      response.end(() => response.req.socket.destroySoon());
      break;
    case 'accept':
      await send(response, { status: 200, headers: PROTOBUF, delayMs: behaviour.delayMs ?? 0 });
      break;
    case 'partial':
      await send(response, partial(behaviour, path));
      break;
    case 'respond':
      await send(response, behaviour.response);
  }
};

const PROTOBUF = { 'content-type': 'application/x-protobuf' };

const partial = (
  { rejected, message, json }: Extract<Behaviour, { type: 'partial' }>,
  path: string,
): ScriptedResponse => {
  if (json !== true)
    return { status: 200, headers: PROTOBUF, body: encodePartialSuccess(path, rejected, message) };
  const count = path === '/v1/logs' ? 'rejectedLogRecords' : 'rejectedDataPoints';
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ partialSuccess: { [count]: String(rejected), errorMessage: message } }),
  };
};

const send = async (response: ServerResponse, scripted: ScriptedResponse): Promise<void> => {
  const { status, headers = {}, body = '', delayMs = 0 } = scripted;
  if (delayMs > 0) await sleep(delayMs);
  response.writeHead(status, headers);
  if (scripted.breakOff === true) {
    response.write(body, () => response.destroy());
  } else if (scripted.endless === true) {
    while (!response.destroyed) {
      response.write(body);
      await sleep(1);
    }
  } else if (scripted.trickleMs !== undefined) {
    for (const byte of Buffer.from(body)) {
      if (response.destroyed) return;
      response.write(Buffer.of(byte));
      await sleep(scripted.trickleMs);
    }
    response.end();
  } else response.end(body);
};
