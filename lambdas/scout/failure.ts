import type { IncomingHttpHeaders } from 'node:http';
import type { HttpResponse } from './http.ts';
import { redactSecrets } from './redact-secrets.ts';
import { statusMessage } from './response.ts';

const EXCERPT_LENGTH = 200;
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Why a request was not accepted, for the code that branches on it and for people. */
export interface Failure {
  readonly code?: FailureCode;
  /** Of the HTTP response, where there was one. */
  readonly status?: number;
  /** With `network`: the error code of Node (`ECONNREFUSED`). With `token_refused`: the `error` of RFC 6749. */
  readonly detail?: string | undefined;
  /** For people. Holds no secret. */
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
}

export type FailureCode =
  /** No connection, or a connection that broke off or was not HTTP. */
  | 'network'
  /** No complete response in time. */
  | 'timeout'
  /** The deadline was too near for a request. */
  | 'out_of_time'
  /** A good status before the request was written to its end. */
  | 'early_response'
  /** A redirect, which is never followed. */
  | 'redirect'
  /** Scout: a good status with a body that is not an OTLP response. */
  | 'not_otlp'
  /** Scout: any other status. */
  | 'status'
  /** The client credentials cannot be read. */
  | 'no_credentials'
  /** Token endpoint: a good status without a usable token. */
  | 'not_a_token'
  /** Token endpoint: any other status. */
  | 'token_refused';

/** Why there was no complete response. `peer` is who was asked: `Scout` or `token endpoint`. */
export const networkFailure = (peer: string, error: unknown, secrets: readonly string[]) => {
  const { code } = error as { code?: unknown };
  const detail = typeof code === 'string' && !code.startsWith('ERR_INVALID_') ? code : undefined;
  const reason = `${peer}: no response: ${detail ?? redactSecrets(messageOf(error), secrets, EXCERPT_LENGTH)}`;
  return { code: isTimeout(error) ? 'timeout' : 'network', detail, reason } as const;
};

/** An error's message, without those of its causes. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return isTimeout(error) ? 'timed out' : error.message;
};

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** Status and beginning of a failure's response, on one line and without the secrets. */
export const summarizeFailure = (
  { status, headers, body, truncated }: HttpResponse,
  url: string,
  secrets: readonly string[],
): string => {
  const { location } = headers;
  const text =
    location === undefined
      ? (statusMessage(body, truncated) ?? Buffer.from(body).toString('utf8'))
      : redirectTarget(location, url);
  const excerpt = redactSecrets(text, secrets, EXCERPT_LENGTH);
  return excerpt === '' ? `responded ${status}` : `responded ${status}: ${excerpt}`;
};

/** Without user, password, query and fragment, which may be credentials. */
const redirectTarget = (location: string, from: string): string => {
  const target = URL.parse(location, from);
  return target !== null && /^https?:$/.test(target.protocol)
    ? `redirect to ${target.origin}${target.pathname}`
    : 'redirect';
};

/**
 * `Retry-After` in milliseconds from now, at most an hour: seconds or an HTTP date
 * (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
 * @param now milliseconds since the epoch
 */
export const retryAfterMs = (headers: IncomingHttpHeaders, now: number): number | undefined => {
  const value = headers['retry-after']?.trim() ?? '';
  const untilDate = HTTP_DATE.test(value) ? Date.parse(value) - now : NaN;
  const ms = SECONDS.test(value) ? Number(value) * 1000 : untilDate;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
};

const SECONDS = /^\d+$/;
const HTTP_DATE = /^[A-Z][a-z]+, /;
