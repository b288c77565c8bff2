import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnLoopback } from '../loopback.ts';
import { accept, type Behaviour, perform } from './scout/behaviour.ts';
import { logRecordsOf, metricsOf } from './scout/otlp.ts';
import { createReceiver, type ScoutRequest } from './scout/receiver.ts';
import { createTokens, type TokenOptions } from './scout/tokens.ts';

export type { ScoutRequest } from './scout/receiver.ts';

export interface ScoutOptions extends Partial<TokenOptions> {
  /** False: requests are only drained and counted, for benches. */
  readonly decode?: boolean;
  /** False: `requests` stays empty; `onRequest` sees each once. */
  readonly keep?: boolean;
  readonly onRequest?: (request: ScoutRequest) => void;
  /** PEM; the whole server, token endpoint too, then speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const CLIENT: Omit<TokenOptions, 'now'> = {
  clientId: 'forwarder',
  clientSecret: 'it is a secret: 50%+',
  audience: 'b14collector',
  lifetime: 3600,
  authentication: 'basic',
};

export type Scout = Awaited<ReturnType<typeof startScout>>;

/**
 * An embedded Scout on loopback: an OAuth2 token endpoint, and an OTLP/HTTP receiver that takes what a Scout takes,
 * decodes it with the official .proto files and misbehaves on command.
 */
export const startScout = async (options: ScoutOptions = {}) => {
  const { decode = true, keep = true, onRequest, tls } = options;
  const client = { ...CLIENT, now: Date.now, ...options };
  const { clientId, clientSecret, audience } = client;

  const requests: ScoutRequest[] = [];
  const otlpScript = createScript();
  const tokenScript = createScript();
  const tokens = await createTokens(client);
  const receiver = createReceiver({
    decode,
    isAuthorized: tokens.isGood,
    nextBehaviour: otlpScript.next,
    onRequest: (request) => {
      if (keep) requests.push(request);
      onRequest?.(request);
    },
  });

  let tokenRequests = 0;
  const mint = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    tokenRequests += 1;
    const behaviour = tokenScript.next();
    if (typeof behaviour === 'function') throw new Error('a token request has no OTLP body to look at');
    if (behaviour.type === 'accept') {
      await sleep(behaviour.delayMs ?? 0);
      tokens.handle(request, response);
    } else await perform(behaviour, '/token', response);
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const work = request.url === '/token' ? mint(request, response) : receiver.receive(request, response);
    // A client that gave up is not the server's fault; anything else must be seen.
    work.catch((error: unknown) => {
      if (!request.destroyed && !response.destroyed) response.writeHead(500).end(String(error));
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  const { host, close } = await listenOnLoopback(server);
  const endpoint = `${tls === undefined ? 'http' : 'https'}://${host}`;
  const tokenUrl = `${endpoint}/token`;

  return {
    endpoint,
    tokenUrl,
    clientId,
    clientSecret,
    audience,
    /** The functions' environment variables for this Scout. */
    environment: {
      SCOUT_ENDPOINT: endpoint,
      SCOUT_TOKEN_URL: tokenUrl,
      SCOUT_CLIENT_ID: clientId,
      SCOUT_CLIENT_SECRET: clientSecret,
      SCOUT_AUDIENCE: audience,
    },
    /** Every OTLP request, oldest first. */
    requests: requests as readonly ScoutRequest[],
    /** Number of OTLP requests, kept or not. */
    count: receiver.count,
    /** The log records that Scout stored. */
    logs: () => requests.flatMap(({ stored, logs }) => (stored && logs ? logRecordsOf(logs) : [])),
    /** The metrics that Scout stored; one for each time that a request names it. */
    metrics: () => requests.flatMap(({ stored, metrics }) => (stored && metrics ? metricsOf(metrics) : [])),
    /** An array: each behaviour once, in order, and then as before. One behaviour: from now on. */
    respond: otlpScript.set,
    /** The same for the token endpoint, where `accept` is its own response. */
    respondToken: tokenScript.set,
    /** Tokens given out. */
    minted: tokens.minted,
    tokenRequests: () => tokenRequests,
    /** Why the token endpoint turned requests down. */
    tokenRefusals: tokens.refusals,
    /** No token given out so far is good any more. */
    revokeTokens: tokens.revoke,
    /** From now on only these credentials are right. */
    rotate: tokens.rotate,
    close,
  };
};

const createScript = () => {
  let always: Behaviour = accept();
  const queue: Behaviour[] = [];
  return {
    next: (): Behaviour => queue.shift() ?? always,
    set: (behaviour: Behaviour | readonly Behaviour[]): void => {
      if (isList(behaviour)) queue.push(...behaviour);
      else always = behaviour;
    },
  };
};

const isList = (value: Behaviour | readonly Behaviour[]): value is readonly Behaviour[] =>
  Array.isArray(value);
