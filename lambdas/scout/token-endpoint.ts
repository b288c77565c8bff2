import { parseJsonObject } from '../parse-json.ts';
import { networkFailure, retryAfterMs } from './failure.ts';
import { type HttpResponse, postOnce } from './http.ts';
import type { Outcome } from './outcome.ts';
import { redactSecrets } from './redact-secrets.ts';

/** OAuth2 client credentials. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenEndpoint {
  /** Used as it is; the settings allow `http:` to loopback only. */
  readonly tokenUrl: string;
  readonly audience: string;
}

/** How the client authenticates (https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1). */
export type ClientAuthentication = 'basic' | 'form';

/** `retryable`: network error, time-out, 408, 429 and 5xx; `refused`: any other response without a usable token. */
export type TokenResult =
  | {
      readonly type: 'token';
      readonly token: string;
      readonly lifetimeMs: number | undefined;
      /** The way that worked. */
      readonly authentication: ClientAuthentication;
    }
  | Extract<Outcome, { type: 'retryable' | 'refused' }>;

/**
 * Requests a token (https://www.rfc-editor.org/rfc/rfc6749#section-4.4). Where the endpoint does not accept the client,
 * the other way to authenticate is tried once: some servers do not take HTTP Basic. Never throws. Of a response nothing
 * is quoted but `error` and `error_description`.
 * @param now milliseconds since the epoch
 */
export const requestToken = async (
  endpoint: TokenEndpoint,
  credentials: ClientCredentials,
  signal: AbortSignal,
  now: () => number,
  authentication: ClientAuthentication = 'basic',
): Promise<TokenResult> => {
  const first = await attempt(endpoint, credentials, signal, now, authentication);
  if (!isClientUnknown(first)) return first;
  const other = authentication === 'basic' ? 'form' : 'basic';
  const second = await attempt(endpoint, credentials, signal, now, other);
  return second.type === 'token' ? second : first;
};

const MAX_ERROR_LENGTH = 200;
/** So much is searched for tokens, so that none is cut to a harmless look. */
const MAX_QUOTED_LENGTH = 4_000;

const isClientUnknown = (result: TokenResult): boolean =>
  result.type === 'refused' &&
  (result.status === 401 || (result.status === 400 && result.detail === 'invalid_client'));

const attempt = async (
  { tokenUrl: url, audience }: TokenEndpoint,
  { clientId, clientSecret }: ClientCredentials,
  signal: AbortSignal,
  now: () => number,
  authentication: ClientAuthentication,
): Promise<TokenResult> => {
  const basic = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64');
  const secrets = [clientSecret, basic];
  const isBasic = authentication === 'basic';
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    audience,
    ...(!isBasic && { client_id: clientId, client_secret: clientSecret }),
  });
  try {
    const response = await postOnce({
      url,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(isBasic && { authorization: `Basic ${basic}` }),
      },
      body: Buffer.from(form.toString()),
      signal,
    });
    return readTokenResponse(response, authentication, secrets, now());
  } catch (error) {
    return { type: 'retryable', ...networkFailure('token endpoint', error, secrets) };
  }
};

/** `application/x-www-form-urlencoded`, which leaves `-`, `_` and `.` as they are, as do servers that do not decode. */
const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

const readTokenResponse = (
  { status, headers, body }: HttpResponse,
  authentication: ClientAuthentication,
  secrets: readonly string[],
  now: number,
): TokenResult => {
  // `trim` removes a byte order mark too.
  const json = parseJsonObject(Buffer.from(body).toString('utf8').trim());
  if (status >= 200 && status <= 299) {
    const { access_token: token, token_type: kind = 'bearer', expires_in: expiresIn } = json;
    const isBearer = typeof kind !== 'string' || kind.toLowerCase() === 'bearer';
    if (typeof token === 'string' && VISIBLE_ASCII.test(token) && isBearer)
      return { type: 'token', token, lifetimeMs: toMilliseconds(expiresIn), authentication };
    const reason = `token endpoint responded ${status} without a bearer access_token`;
    return { type: 'refused', code: 'not_a_token', status, reason };
  }
  const isRedirect = status >= 300 && status <= 399;
  const detail = quotable(json['error'], secrets);
  const words = [
    isRedirect ? 'a redirect, which is not followed' : detail,
    quotable(json['error_description'], secrets),
  ];
  return {
    type: status === 408 || status === 429 || status >= 500 ? 'retryable' : 'refused',
    code: isRedirect ? 'redirect' : 'token_refused',
    status,
    detail,
    reason: [`token endpoint responded ${status}`, ...words.filter((text) => text !== undefined)].join(': '),
    retryAfterMs: retryAfterMs(headers, now),
  };
};

/** https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12, less the space. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

const toMilliseconds = (seconds: unknown): number | undefined => {
  const ms = typeof seconds === 'number' || typeof seconds === 'string' ? Number(seconds) * 1000 : NaN;
  return ms > 0 && ms < Infinity ? ms : undefined;
};

/** An error's text without secrets, and without anything that looks like a token: long and not just words. */
const quotable = (text: unknown, secrets: readonly string[]): string | undefined => {
  if (typeof text !== 'string') return undefined;
  const withoutTokens = redactSecrets(text, secrets, MAX_QUOTED_LENGTH).replaceAll(/\S{20,}/g, (run) =>
    /^[a-z_.,:;'"()-]{1,40}$/.test(run) ? run : '***',
  );
  return withoutTokens.slice(0, MAX_ERROR_LENGTH) || undefined;
};
