import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { http, https } from '../node-http.ts';
import { statusMessage } from './response.ts';

/** An HTTP answer, read to its end or to its first 64 KiB. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
  /** There was more than 64 KiB. */
  readonly cut: boolean;
}

export interface HttpPost {
  readonly url: string;
  /** Of names that differ only in case, the last counts. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Ends the whole exchange, the answer's body too. */
  readonly signal: AbortSignal;
}

const BODY_LIMIT = 64 * 1024;
const EXCERPT_LENGTH = 200;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * One POST, by `node:http`: fetch copies the body and takes five times the CPU, a tenth of what a log costs in all.
 * Redirects are answers like any other. The body is always drained (or broken off past 64 KiB), so that the connection
 * can be used again.
 * @throws Error when there is no whole answer; `networkReason` words it.
 */
export const exchange = async ({ url, headers, body, signal }: HttpPost): Promise<Answer> => {
  const { request } = url.startsWith('https:') ? https : http;
  const outgoing = request(url, {
    method: 'POST',
    headers: { ...headers, 'accept-encoding': 'identity', 'content-length': body.length },
    signal,
  });
  // What goes wrong after the answer began is told by the answer too.
  outgoing.on('error', () => undefined);
  try {
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > BODY_LIMIT) break; // closes the connection
    }
    const read = Buffer.concat(chunks).subarray(0, BODY_LIMIT);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: read, cut: size > BODY_LIMIT };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
};

/** Why there was no answer: the code of a failed connection, where there is one. */
export const networkReason = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : messageOf(error);

export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'timed out' : error.message;
};

/** Status and beginning of a failure's answer, as text for people, with `secrets` blotted out. */
export const describe = ({ status, headers, body, cut }: Answer, secrets: readonly string[]): string => {
  const { location } = headers;
  const text =
    location === undefined
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
export const retryAfterMs = (headers: IncomingHttpHeaders, now: number): number | undefined => {
  const value = headers['retry-after']?.trim() ?? '';
  const untilDate = HTTP_DATE.test(value) ? Date.parse(value) - now : NaN;
  const ms = SECONDS.test(value) ? Number(value) * 1000 : untilDate;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
};

const SECONDS = /^\d+$/;
const HTTP_DATE = /^[A-Z][a-z]+, /;
