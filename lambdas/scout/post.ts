import type { Body } from './compression.ts';
import { type Failure, networkFailure, retryAfterMs, summarizeFailure } from './failure.ts';
import { type HttpResponse, postOnce } from './http.ts';
import type { Outcome } from './outcome.ts';
import { redactSecrets } from './redact-secrets.ts';
import { readResponse } from './response.ts';

/** The result of one POST: an outcome, or a token that was not accepted. */
export type PostOutcome = Outcome | ({ readonly type: 'unauthorized' } & Failure);

export interface Post {
  readonly url: string;
  readonly token: string;
  /** Headers of the user's; ours win. */
  readonly headers: Readonly<Record<string, string>>;
  /** An OTLP request in protobuf. */
  readonly body: Body;
  /** For the whole exchange, including the body of the response. */
  readonly timeoutMs: number;
  /** Called for each request that goes out: two where a kept-alive connection was dead. */
  readonly onRequest?: () => void;
}

/** Values of extra headers may be API keys; shorter ones are words such as `1` that occur in any text. */
const MIN_SECRET_LENGTH = 8;

/** Scout's message about a partial success is kept to this length. */
const MAX_MESSAGE_LENGTH = 4_000;

/**
 * Sends one OTLP request. Never throws.
 * @param now milliseconds since the epoch
 */
export const post = async (
  { url, token, headers, body, timeoutMs, ...callbacks }: Post,
  now: () => number,
): Promise<PostOutcome> => {
  const secrets = [token, ...Object.values(headers).filter(({ length }) => length >= MIN_SECRET_LENGTH)];
  try {
    const response = await postOnce({
      url,
      headers: requestHeaders(headers, token, body),
      body: body.bytes,
      signal: AbortSignal.timeout(timeoutMs),
      ...callbacks,
    });
    return toOutcome(response, url, secrets, now());
  } catch (error) {
    return { type: 'retryable', ...networkFailure('Scout', error, secrets) };
  }
};

/**
 * The meaning of a failure's status; any other is `refused`
 * (https://opentelemetry.io/docs/specs/otlp/#failures-1, with 408 and 422 added).
 */
const FAILURES: Readonly<Record<number, Exclude<PostOutcome['type'], 'accepted'>>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'unauthorized',
  408: 'retryable',
  413: 'too_large',
  422: 'invalid',
  429: 'retryable',
  502: 'retryable',
  503: 'retryable',
  504: 'retryable',
};

/** A Collector reports a body over its limit with 400 (https://pkg.go.dev/net/http#MaxBytesError). */
const OVER_LIMIT = 'request body too large';

const toOutcome = (
  response: HttpResponse,
  url: string,
  secrets: readonly string[],
  now: number,
): PostOutcome => {
  const { status, headers, body, truncated, requestWritten } = response;
  const reason = `Scout ${summarizeFailure(response, url, secrets)}`;
  if (status < 200 || status > 299) {
    const isOverLimit = status === 400 && Buffer.from(body).includes(OVER_LIMIT);
    const type = isOverLimit ? 'too_large' : (FAILURES[status] ?? 'refused');
    const code = status >= 300 && status <= 399 ? 'redirect' : 'status';
    return { type, code, status, reason, retryAfterMs: retryAfterMs(headers, now) };
  }
  if (!requestWritten)
    return {
      type: 'retryable',
      code: 'early_response',
      status,
      reason: `${reason} (before it had the request)`,
    };
  // OTLP knows only 200, but some receivers respond with 202 or 204, and to resend what they accepted would be worse.
  const partial = readResponse(body, truncated, headers['content-type']);
  if (partial === undefined)
    return { type: 'refused', code: 'not_otlp', status, reason: `${reason} (not an OTLP response)` };
  const message = redactSecrets(partial.message, secrets, MAX_MESSAGE_LENGTH);
  return { type: 'accepted', rejected: partial.rejected, message };
};

const requestHeaders = (
  extra: Readonly<Record<string, string>>,
  token: string,
  { encoding }: Body,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Object.entries(extra).filter(([name]) => !OURS.test(name))),
  authorization: `Bearer ${token}`,
  'content-type': 'application/x-protobuf',
  'content-encoding': encoding,
});

/** Headers about the body or the connection. */
const OURS = /^(content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer)$/i;
