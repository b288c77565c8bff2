import { statusMessage } from './response.ts';

/** An HTTP answer, read to its end or to its first 64 KiB. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** There was more than 64 KiB. */
  readonly cut: boolean;
}

const BODY_LIMIT = 64 * 1024;
const EXCERPT_LENGTH = 200;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * One HTTP exchange. Redirects are answers like any other. The body is always drained (or cancelled past 64 KiB), so
 * that the connection can be used again; `init.signal` covers that too.
 * @throws what fetch throws when there is no whole answer; `networkReason` words it.
 */
export const exchange = async (url: string, init: RequestInit): Promise<Answer> => {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > BODY_LIMIT) break; // cancels the rest
  }
  const body = Buffer.concat(chunks).subarray(0, BODY_LIMIT);
  return { status: response.status, headers: response.headers, body, cut: size > BODY_LIMIT };
};

/** Why there was no answer: fetch itself only says "fetch failed", its cause says why. */
export const networkReason = (error: unknown): string => {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return messageOf(error);
  const { cause } = error;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
};

export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'timed out' : error.message;
};

/** Status and beginning of a failure's answer, as text for people, with `secrets` blotted out. */
export const describe = ({ status, headers, body, cut }: Answer, secrets: readonly string[]): string => {
  const location = headers.get('location');
  const text =
    location === null
      ? (statusMessage(body, cut) ?? Buffer.from(body).toString('utf8'))
      : `redirect to ${location.replace(/[?#].*$/s, '')}`;
  const clean = blot(text, secrets)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return clean === '' ? `answered ${status}` : `answered ${status}: ${clean.slice(0, EXCERPT_LENGTH)}`;
};

/** The text without the secrets, however they were quoted. */
export const blot = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret.toWellFormed()),
    ])
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);

/**
 * `Retry-After` in milliseconds from now, at most an hour: seconds or an HTTP date
 * (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
 */
export const retryAfterMs = (headers: Headers, now: number): number | undefined => {
  const value = headers.get('retry-after')?.trim() ?? '';
  const untilDate = HTTP_DATE.test(value) ? Date.parse(value) - now : NaN;
  const ms = SECONDS.test(value) ? Number(value) * 1000 : untilDate;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
};

const SECONDS = /^\d+$/;
const HTTP_DATE = /^[A-Z][a-z]+, /;
