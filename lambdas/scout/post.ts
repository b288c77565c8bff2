import { VERSION } from '../version.ts';
import { type Answer, blot, describe, exchange, networkReason, retryAfterMs } from './http.ts';
import type { Outcome } from './outcome.ts';
import { readResponse } from './response.ts';

/** What became of one POST: an outcome, or a token that was not accepted. */
export type PostOutcome = Outcome | { readonly type: 'unauthorized'; readonly reason: string };

export interface Post {
  readonly url: string;
  readonly token: string;
  /** Headers of the user's; ours win. */
  readonly headers: Readonly<Record<string, string>>;
  /** An OTLP request in protobuf, gzipped. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** For the whole exchange, the answer's body too. */
  readonly timeoutMs: number;
}

/** Sends one OTLP request. Never throws. */
export const post = async (
  { url, token, headers, body, timeoutMs }: Post,
  now: () => number,
): Promise<PostOutcome> => {
  const secrets = [token, ...Object.values(headers).filter(({ length }) => length >= SHORTEST_SECRET)];
  try {
    const answer = await exchange({
      url,
      headers: requestHeaders(headers, token),
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return outcomeOf(answer, secrets, now());
  } catch (error) {
    return { type: 'retryable', reason: `Scout: no answer: ${blot(networkReason(error), secrets)}` };
  }
};

/** Extra header values may be API keys; shorter ones are words such as `1` that occur in any text. */
const SHORTEST_SECRET = 8;

/**
 * What a failure's status means; any other is `refused`
 * (https://opentelemetry.io/docs/specs/otlp/#failures-1, and 408 and 422 beside it).
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

/** A Collector's words for a body over its limit, which it answers with 400 (https://pkg.go.dev/net/http#MaxBytesError). */
const OVER_LIMIT = 'http: request body too large';

const outcomeOf = (answer: Answer, secrets: readonly string[], now: number): PostOutcome => {
  const { status, headers, body, cut } = answer;
  const reason = `Scout ${describe(answer, secrets)}`;
  if (status < 200 || status > 299) {
    const isOverLimit = status === 400 && reason.includes(OVER_LIMIT);
    const type = isOverLimit ? 'too_large' : (FAILURES[status] ?? 'refused');
    return { type, reason, retryAfterMs: retryAfterMs(headers, now) };
  }
  // OTLP knows 200 alone, yet receivers are seen that say 202 or 204, and resending what they took would be worse.
  const isPage = headers['content-type']?.startsWith('text/html') ?? false;
  const partial = isPage ? undefined : readResponse(body, cut);
  if (partial === undefined) return { type: 'refused', reason: `${reason} (no OTLP answer)` };
  return { type: 'accepted', rejected: partial.rejected, message: blot(partial.message, secrets) };
};

const requestHeaders = (
  extra: Readonly<Record<string, string>>,
  token: string,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Object.entries(extra).filter(([name]) => !OURS.test(name))),
  authorization: `Bearer ${token}`,
  'content-type': 'application/x-protobuf',
  'content-encoding': 'gzip',
  'user-agent': `scout-forwarder/${VERSION}`,
});

/** Headers about the body or the connection. */
const OURS = /^(content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer)$/i;
