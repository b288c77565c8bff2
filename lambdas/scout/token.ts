import { messageOf } from './http.ts';
import type { Outcome } from './outcome.ts';
import { type ClientCredentials, requestToken, type TokenEndpoint } from './token-endpoint.ts';

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

export interface TokenSettings extends TokenEndpoint {
  readonly requestTimeoutMs: number;
}

export interface TokenDependencies {
  /** Called at each minting, so that a rotated secret is found. The signal is aborted when time is up. */
  readonly readCredentials: (signal: AbortSignal) => Promise<ClientCredentials>;
  readonly now: () => number;
}

/** A token is renewed this long before its end, or at nine tenths of a short life. */
const RENEW_BEFORE_MS = 60_000;
/** Where the answer has no `expires_in`. */
const ASSUMED_LIFETIME_MS = 300_000;

/** OAuth2 client credentials (https://www.rfc-editor.org/rfc/rfc6749#section-4.4), one request in flight at a time. */
export const createTokens = (settings: TokenSettings, dependencies: TokenDependencies): Tokens => {
  let cached: { readonly token: string; readonly renewAt: number } | undefined;
  let minting: Promise<Token> | undefined;

  const mint = async (deadline: number): Promise<Token> => {
    const started = dependencies.now();
    const timeoutMs = Math.min(settings.requestTimeoutMs, deadline - started);
    if (timeoutMs <= 0) return { type: 'refused', reason: 'token endpoint: no time left to ask it' };
    const signal = AbortSignal.timeout(timeoutMs);
    let credentials: ClientCredentials;
    try {
      credentials = await dependencies.readCredentials(signal);
    } catch (error) {
      return { type: 'refused', reason: `client credentials cannot be read: ${messageOf(error)}` };
    }
    const minted = await requestToken(settings, credentials, signal, dependencies.now);
    if (minted.type === 'refused') return minted;
    const { token, lifetimeMs = ASSUMED_LIFETIME_MS } = minted;
    cached = { token, renewAt: started + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 10) };
    return { type: 'token', token };
  };

  return {
    get: async (deadline) => {
      if (cached !== undefined && dependencies.now() < cached.renewAt)
        return { type: 'token', token: cached.token };
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
