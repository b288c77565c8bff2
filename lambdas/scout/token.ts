import { messageOf } from './failure.ts';
import type { Outcome } from './outcome.ts';
import {
  type ClientAuthentication,
  type ClientCredentials,
  requestToken,
  type TokenEndpoint,
} from './token-endpoint.ts';

export interface Tokens {
  /**
   * A bearer token, from the cache or a new one; else why there is none.
   * @param deadline in `monotonicNow`'s milliseconds: no request reaches past it
   */
  readonly get: (deadline: number) => Promise<Token>;
  /** This token was not accepted: the next `get` requests another, unless that has been done already. */
  readonly discard: (token: string) => void;
}

export type Token =
  { readonly type: 'token'; readonly token: string } | Extract<Outcome, { type: 'retryable' | 'refused' }>;

export interface TokenDependencies {
  /** Called for each token request, so that a rotated secret is found. The signal is aborted when time is up. */
  readonly readCredentials: (signal: AbortSignal) => Promise<ClientCredentials>;
  /** Milliseconds since the epoch: a token's life goes on while the function is frozen. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set: for durations. */
  readonly monotonicNow: () => number;
}

/** A token is renewed this long before its end, or at nine tenths of a short life. */
export const RENEW_BEFORE_MS = 60_000;
/** Where the response has no usable `expires_in`. */
export const ASSUMED_LIFETIME_MS = 300_000;

/** OAuth2 client credentials (https://www.rfc-editor.org/rfc/rfc6749#section-4.4), one request in flight at a time. */
export const createTokens = (
  settings: TokenEndpoint & { readonly requestTimeoutMs: number },
  dependencies: TokenDependencies,
): Tokens => {
  let cached: { readonly token: string; readonly renewAt: number } | undefined;
  let requested: Promise<Token> | undefined;
  let authentication: ClientAuthentication | undefined;

  const renew = async (deadline: number): Promise<Token> => {
    const timeoutMs = Math.min(settings.requestTimeoutMs, Math.floor(deadline - dependencies.monotonicNow()));
    if (timeoutMs <= 0)
      return { type: 'refused', code: 'out_of_time', reason: 'token endpoint: no time left for a request' };
    const signal = AbortSignal.timeout(timeoutMs);
    const requestedAt = dependencies.now();
    let credentials: ClientCredentials;
    try {
      credentials = await dependencies.readCredentials(signal);
    } catch (error) {
      const reason = `client credentials cannot be read: ${messageOf(error)}`;
      return { type: 'refused', code: 'no_credentials', reason };
    }
    const result = await requestToken(settings, credentials, signal, dependencies.now, authentication);
    if (result.type !== 'token') return result;
    const { token, lifetimeMs = ASSUMED_LIFETIME_MS } = result;
    ({ authentication } = result);
    cached = { token, renewAt: requestedAt + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 10) };
    return { type: 'token', token };
  };

  return {
    get: async (deadline) => {
      if (cached !== undefined && dependencies.now() < cached.renewAt)
        return { type: 'token', token: cached.token };
      requested ??= renew(deadline).finally(() => {
        requested = undefined;
      });
      return requested;
    },
    discard: (token) => {
      if (cached?.token === token) cached = undefined;
    },
  };
};
