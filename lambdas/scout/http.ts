import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { http, https } from '../runtime/node-http.ts';
import { VERSION } from '../version.ts';
import { readBody, type ResponseBody } from './response-body.ts';

export interface HttpPost {
  readonly url: string;
  /** Of names that differ only in case, the last counts. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Ends the whole exchange, including the body of the response. */
  readonly signal: AbortSignal;
  /** Called for each request that goes out. */
  readonly onRequest?: () => void;
}

export interface HttpResponse extends ResponseBody {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The request was written to its end before the response began. If not, the server cannot have accepted it. */
  readonly requestWritten: boolean;
}

/** Errors of a connection that the other side has closed. */
const CLOSED = new Set<unknown>(['ECONNRESET', 'EPIPE']);

/**
 * One POST with `node:http`: `fetch` copies the body and takes five times the CPU, a tenth of the cost of a log line.
 * Redirects are not followed. The body of the response is read to its end or to its first 64 KiB; of a failure, what
 * arrives in time is enough.
 *
 * A kept-alive connection may have died while the function was frozen. If it fails before any byte of a response, the
 * request is repeated once, at once, on a new connection.
 * @throws Error when there is no complete response
 */
export const postOnce = async (post: HttpPost, onNewConnection = false): Promise<HttpResponse> => {
  const { url, headers, body, signal, onRequest } = post;
  const target = new URL(url);
  const { request } = target.protocol === 'https:' ? https : http;
  const outgoing = request(target, {
    method: 'POST',
    headers: {
      ...headers,
      'user-agent': `scout-forwarder/${VERSION}`,
      'accept-encoding': 'identity',
      'content-length': body.length,
    },
    signal,
    ...(onNewConnection && { agent: false }),
  });
  let bytesBefore = 0;
  outgoing.once('socket', ({ bytesRead }) => (bytesBefore = bytesRead));
  // An error after the response began is also reported by the response.
  outgoing.on('error', () => undefined);
  try {
    onRequest?.();
    outgoing.end(body);
    const response = await awaitResponse(outgoing, signal);
    const { statusCode: status = 0, headers } = response;
    const requestWritten = outgoing.writableFinished;
    const isFailure = status < 200 || status > 299;
    return { status, headers, requestWritten, ...(await readBody(response, isFailure)) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const wasDead =
      outgoing.reusedSocket &&
      outgoing.socket?.bytesRead === bytesBefore &&
      CLOSED.has((error as NodeJS.ErrnoException).code);
    if (wasDead && !onNewConnection) return await postOnce(post, true);
    throw error;
  } finally {
    // After an early response the rest would be sent for nothing, and for longer than the function lives.
    if (!outgoing.writableFinished) outgoing.destroy();
  }
};

/** A connection can be closed without a response and without an error too: after 101, for example. */
const awaitResponse = async (outgoing: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> => {
  const closed = once(outgoing, 'close', { signal }).then((): never => {
    throw new Error('the connection was closed');
  });
  const [response] = (await Promise.race([once(outgoing, 'response', { signal }), closed])) as [
    IncomingMessage,
  ];
  return response;
};
