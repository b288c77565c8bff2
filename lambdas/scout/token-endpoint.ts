import * as oauth from 'oauth4webapi';
import { type Answer, blot, describe, exchange, messageOf, networkReason, retryAfterMs } from './http.ts';
import type { Outcome } from './outcome.ts';

/** OAuth2 client credentials. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenEndpoint {
  /** `http:` is taken as it comes; the settings allow it to loopback only. */
  readonly tokenUrl: string;
  readonly audience: string;
}

export type Minted =
  | { readonly type: 'minted'; readonly token: string; readonly lifetimeMs: number | undefined }
  | Extract<Outcome, { type: 'refused' }>;

/**
 * Asks for a token once (https://www.rfc-editor.org/rfc/rfc6749#section-4.4). Never throws; the reason of a refusal is
 * what the endpoint says, less the secret.
 */
export const requestToken = async (
  { tokenUrl, audience }: TokenEndpoint,
  { clientId, clientSecret }: ClientCredentials,
  signal: AbortSignal,
  now: () => number,
): Promise<Minted> => {
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
          answer = await exchange({
            url,
            headers: init.headers,
            body: Buffer.from(String(init.body)),
            signal,
          });
          const { status, headers, body } = answer;
          const type = { 'content-type': headers['content-type'] ?? '' };
          return new Response(body.length > 0 ? body : null, { status, headers: type });
        },
      },
    );
    const minted = await oauth.processClientCredentialsResponse(server, client, response);
    const { access_token: token, expires_in: seconds } = minted;
    if (!VISIBLE_ASCII.test(token)) throw new Error('access_token is no bearer token');
    return { type: 'minted', token, lifetimeMs: seconds === undefined ? undefined : seconds * 1000 };
  } catch (error) {
    return { type: 'refused', ...refusal(error, answer, secrets, now()) };
  }
};

/** https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12, less the space. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

const refusal = (
  error: unknown,
  answer: Answer | undefined,
  secrets: readonly string[],
  now: number,
): { readonly reason: string; readonly retryAfterMs?: number | undefined } => {
  if (answer === undefined) {
    return { reason: `token endpoint: no answer: ${blot(networkReason(error), secrets)}` };
  }
  // An answer of 200 may hold a token, so it is not quoted; nor is the error's cause, which quotes bad JSON.
  const text = answer.status === 200 ? `answered 200: ${messageOf(error)}` : describe(answer, secrets);
  return { reason: `token endpoint ${text}`, retryAfterMs: retryAfterMs(answer.headers, now) };
};
