import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Behaviour, fail, perform, type Settled, stores } from './behaviour.ts';
import { decodeLogs, decodeMetrics, type LogsRequest, type MetricsRequest } from './otlp.ts';

/** One POST to /v1/logs or /v1/metrics. */
export interface ScoutRequest {
  /** Counts from 1. */
  readonly number: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of the connection it came on. */
  readonly remotePort: number | undefined;
  /** Bytes on the wire. */
  readonly bytes: number;
  /** The decoded request; absent where the body was not read, not wanted, or bad. */
  readonly logs?: LogsRequest;
  readonly metrics?: MetricsRequest;
  /** Does Scout have its records, whether or not the client learnt it? */
  readonly stored: boolean;
  /** Status of the response; 0 where none was sent. */
  readonly status: number;
}

export interface ReceiverOptions {
  /** False: requests are only drained and counted. */
  readonly decode: boolean;
  readonly isAuthorized: (authorization: string | undefined) => boolean;
  readonly nextBehaviour: () => Behaviour;
  readonly onRequest: (request: ScoutRequest) => void;
}

/** An OTLP/HTTP receiver: checks what a Scout checks, decodes, and then does as the behaviour of the moment says. */
export const createReceiver = ({ decode, isAuthorized, nextBehaviour, onRequest }: ReceiverOptions) => {
  let count = 0;
  return {
    count: () => count,
    receive: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      count += 1;
      const number = count;
      const { url: path = '', headers } = request;
      const { remotePort } = request.socket;
      const planned = isAuthorized(headers.authorization)
        ? (refusal(request, path) ?? nextBehaviour())
        : fail(401, 'unknown or expired token');
      const isRead = !(
        ('when' in planned && planned.when === 'before_body') ||
        ('type' in planned && planned.type === 'early_success')
      );
      const raw = isRead ? await drain(request) : Buffer.alloc(0);
      const { behaviour, ...content } =
        isRead && decode ? read(planned, path, raw, headers['content-encoding']) : { behaviour: planned };
      if (typeof behaviour === 'function') throw new Error('a look at the body needs decode: true');
      const status = statusOf(behaviour);
      const stored = stores(behaviour);
      onRequest({ number, path, headers, remotePort, bytes: raw.length, ...content, stored, status });
      await perform(behaviour, path, response);
    },
  };
};

/** By content-encoding. */
const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  '': (body) => body,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
};

/** Refuses a request by its head. */
const refusal = ({ method, headers }: IncomingMessage, path: string): Behaviour | undefined => {
  if (path !== '/v1/logs' && path !== '/v1/metrics') return fail(404, `unknown path: ${path}`);
  if (method !== 'POST') return fail(405, `method ${method}`);
  if (headers['content-type'] !== 'application/x-protobuf')
    return fail(415, `content-type ${headers['content-type']}`);
  if (!Object.hasOwn(DECODERS, headers['content-encoding'] ?? ''))
    return fail(415, `content-encoding ${headers['content-encoding']}`);
  return undefined;
};

/** Decodes the request and lets a behaviour look at it. */
const read = (
  planned: Behaviour,
  path: string,
  raw: Buffer,
  encoding = '',
): { behaviour: Settled; logs?: LogsRequest; metrics?: MetricsRequest } => {
  try {
    const body = DECODERS[encoding]?.(raw) ?? raw;
    const content = path === '/v1/logs' ? { logs: decodeLogs(body) } : { metrics: decodeMetrics(body) };
    return { behaviour: settle(planned, path, body, encoding), ...content };
  } catch (error) {
    return { behaviour: fail(400, String(error)) };
  }
};

const settle = (behaviour: Behaviour, path: string, body: Buffer, encoding: string): Settled =>
  typeof behaviour === 'function'
    ? settle(behaviour({ path, body, encoding }), path, body, encoding)
    : behaviour;

const statusOf = (behaviour: Settled): number => {
  if (behaviour.type === 'reset' || behaviour.type === 'silence') return 0;
  return behaviour.type === 'respond' ? behaviour.response.status : 200;
};

const drain = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
