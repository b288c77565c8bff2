import * as oauth from 'oauth4webapi';
import { type Answer, blot, describe, exchange, networkReason, retryAfterMs } from './http.ts';
import type { Outcome } from './outcome.ts';

/** OAuth2 client credentials. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Tokens {
  /**
   * A bearer token, from the cache or minted; `refused` where there is none.
   * @param deadline milliseconds since the epoch, which no request reaches past
   */
  readonly get: (deadline: number) => Promise<Token>;
  /** This token was not accepted: the next `get` mints another, unless that has been done already. */
  readonly discard: (token: string) => void;
}

export type Token =
  { readonly type: 'token'; readonly token: string } | Extract<Outcome, { type: 'refused' }>;

export interface TokenSettings {
  /** `http:` is taken as it comes; the settings allow it to loopback only. */
  readonly tokenUrl: string;
  readonly audience: string;
  readonly requestTimeoutMs: number;
}

export interface TokenEdges {
  /** Called at each minting, so that a rotated secret is found. The signal is aborted when time is up. */
  readonly readCredentials: (signal: AbortSignal) => Promise<ClientCredentials>;
  readonly now: () => number;
}

/** A token is renewed this long before its end, or at nine tenths of a short life. */
const RENEW_BEFORE_MS = 60_000;
/** Where the answer has no `expires_in`. */
const ASSUMED_LIFETIME_MS = 300_000;

/** OAuth2 client credentials (https://www.rfc-editor.org/rfc/rfc6749#section-4.4), one request in flight at a time. */
export const createTokens = (settings: TokenSettings, edges: TokenEdges): Tokens => {
  let cached: { readonly token: string; readonly renewAt: number } | undefined;
  let minting: Promise<Token> | undefined;

  const mint = async (deadline: number): Promise<Token> => {
    const started = edges.now();
    const timeoutMs = Math.min(settings.requestTimeoutMs, deadline - started);
    if (timeoutMs <= 0) return { type: 'refused', reason: 'token endpoint: no time left to ask it' };
    const minted = await requestToken(settings, edges, AbortSignal.timeout(timeoutMs));
    if (minted.type === 'refused') return minted;
    const { lifetimeMs, token } = minted;
    cached = { token, renewAt: started + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 10) };
    return { type: 'token', token };
  };

  return {
    get: async (deadline) => {
      if (cached !== undefined && edges.now() < cached.renewAt) return { type: 'token', token: cached.token };
      minting ??= mint(deadline).finally(() => {
        minting = undefined;
      });
      return minting;
    },
    discard: (token) => {
      if (cached?.token === token) cached = undefined;
    },
  };
};

type Minted =
  | { readonly type: 'minted'; readonly token: string; readonly lifetimeMs: number }
  | Extract<Outcome, { type: 'refused' }>;

const requestToken = async (
  { tokenUrl, audience }: TokenSettings,
  { readCredentials, now }: TokenEdges,
  signal: AbortSignal,
): Promise<Minted> => {
  let credentials: ClientCredentials;
  try {
    credentials = await readCredentials(signal);
  } catch (error) {
    return { type: 'refused', reason: `client credentials cannot be read: ${networkReason(error)}` };
  }

  const { clientId, clientSecret } = credentials;
  const server = { issuer: tokenUrl, token_endpoint: tokenUrl };
  const client = { client_id: clientId };
  const secrets = [clientSecret];
  let answer: Answer | undefined;
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(clientSecret),
      { audience },
      {
        signal,
        [oauth.allowInsecureRequests]: tokenUrl.startsWith('http:'),
        [oauth.customFetch]: async (url, init) => {
          secrets.push(init.headers['authorization']?.replace('Basic ', '') ?? '');
          answer = await exchange(url, init);
          const { status, headers, body } = answer;
          return new Response(body.length > 0 ? body : null, { status, headers });
        },
      },
    );
    const { access_token: token, expires_in: seconds } = await oauth.processClientCredentialsResponse(
      server,
      client,
      response,
    );
    if (!VISIBLE_ASCII.test(token)) throw new Error('access_token is no bearer token');
    return {
      type: 'minted',
      token,
      lifetimeMs: seconds === undefined ? ASSUMED_LIFETIME_MS : seconds * 1000,
    };
  } catch (error) {
    if (answer === undefined) {
      return { type: 'refused', reason: `token endpoint: no answer: ${blot(networkReason(error), secrets)}` };
    }
    // An answer of 200 may hold a token, so it is not quoted.
    const text = answer.status === 200 ? `answered 200: ${networkReason(error)}` : describe(answer, secrets);
    return {
      type: 'refused',
      reason: `token endpoint ${text}`,
      retryAfterMs: retryAfterMs(answer.headers, now()),
    };
  }
};

/** https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12, less the space. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
