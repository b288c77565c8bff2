import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { http, https } from '../runtime/node-http.ts';
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
  const target = new URL(url);
  const { request } = target.protocol === 'https:' ? https : http;
  const outgoing = request(target, {
    method: 'POST',
    headers: { ...headers, 'accept-encoding': 'identity', 'content-length': body.length },
    signal,
  });
  // What goes wrong after the answer began is told by the answer too.
  outgoing.on('error', () => undefined);
  try {
    outgoing.end(body);
    const answer = await answerOf(outgoing, signal);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > BODY_LIMIT) break; // closes the connection
    }
    const read = decoded(Buffer.concat(chunks).subarray(0, BODY_LIMIT), answer.headers['content-encoding']);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: read, cut: size > BODY_LIMIT };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    // After an answer that came early the rest would go out for nothing, and longer than the function lives.
    if (!outgoing.writableFinished) outgoing.destroy();
  }
};

/** A connection may be closed without an answer and without an error too: after 101, for one. */
const answerOf = async (outgoing: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> => {
  const closed = once(outgoing, 'close', { signal }).then((): never => {
    throw new Error('the connection was closed');
  });
  const [answer] = (await Promise.race([once(outgoing, 'response', { signal }), closed])) as [
    IncomingMessage,
  ];
  return answer;
};

/** Some proxies compress whatever was asked for; what was accepted may not look refused for that. */
const decoded = (body: Buffer<ArrayBuffer>, encoding: string | undefined): Buffer<ArrayBuffer> => {
  if (encoding !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: BODY_LIMIT });
  } catch {
    return body;
  }
};

/** Why there was no answer: a code of the network's or of TLS, where there is one, else in words. */
export const networkReason = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  const isNetworks =
    error instanceof Error && typeof code === 'string' && !/^(OAUTH|ERR_INVALID)_/.test(code);
  return isNetworks ? code : messageOf(error);
};

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
