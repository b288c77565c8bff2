import type { RequestListener } from 'node:http';
import { type MutableResponse, OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';

export interface TokenOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  /** Seconds; `undefined`: the response has no `expires_in`, the token lasts an hour. */
  readonly lifetime: number | undefined;
  readonly now: () => number;
  /** The only way that clients may authenticate. */
  readonly authentication: 'basic' | 'form';
}

export interface Tokens {
  /** Serves `POST /token`: client credentials, form `grant_type` and `audience` (RFC 6749, 4.4). */
  readonly handle: RequestListener;
  /** Number of tokens given out. */
  readonly minted: () => number;
  /** Why the endpoint turned requests down, oldest first. */
  readonly refusals: readonly string[];
  /** Was this `Authorization` header's token given out here, and is it neither expired nor revoked? */
  readonly isGood: (authorization: string | undefined) => boolean;
  readonly revoke: () => void;
  /** From now on only these are right. */
  readonly rotate: (clientId: string, clientSecret: string) => void;
}

/** A real OAuth2 token endpoint (`oauth2-mock-server`) that also demands the right client and audience. */
export const createTokens = async (options: TokenOptions): Promise<Tokens> => {
  const { audience, lifetime, now, authentication } = options;
  let client = [options.clientId, options.clientSecret];
  let minted = 0;
  const refusals: string[] = [];
  const expiries = new Map<string, number>();
  const issuer = new OAuth2Issuer();
  issuer.url = 'https://scout.example.com';
  await issuer.keys.generate('ES256');
  const service = new OAuth2Service(issuer);

  service.on(
    'beforeResponse',
    (
      response: MutableResponse,
      { headers, body }: { headers: Record<string, string>; body: Record<string, string> },
    ) => {
      const refuse = (statusCode: number, error: string, description: string): void => {
        refusals.push(`${error}: ${description}`);
        response.statusCode = statusCode;
        response.body = { error, error_description: description };
      };
      const given = authentication === 'basic' ? basic(headers['authorization']) : form(body);
      if (given === undefined)
        return refuse(401, 'invalid_client', `the client must authenticate by ${authentication}`);
      if (given[0] !== client[0] || given[1] !== client[1])
        return refuse(401, 'invalid_client', 'unknown client or wrong secret');
      if (body['grant_type'] !== 'client_credentials')
        return refuse(400, 'unsupported_grant_type', `got ${body['grant_type']}`);
      if (body['audience'] !== audience)
        return refuse(400, 'invalid_request', `unknown audience: ${body['audience']}`);
      minted += 1;
      if (response.body === '') return;
      expiries.set(String(response.body['access_token']), now() + (lifetime ?? 3600) * 1000);
      response.body['expires_in'] = lifetime;
    },
  );

  return {
    handle: service.requestHandler,
    minted: () => minted,
    refusals,
    isGood: (authorization = '') => (expiries.get(authorization.replace(/^Bearer /, '')) ?? 0) > now(),
    revoke: () => expiries.clear(),
    rotate: (clientId, clientSecret) => {
      client = [clientId, clientSecret];
    },
  };
};

const form = ({ client_id: id, client_secret: secret }: Record<string, string>) =>
  id === undefined || secret === undefined ? undefined : [id, secret];

/** Id and secret are form-encoded before they are joined (RFC 6749, 2.3.1). */
const basic = (authorization = ''): readonly string[] | undefined => {
  const [, encoded] = /^Basic (.+)$/.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const [id, secret, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  if (id === undefined || secret === undefined || rest.length > 0) return undefined;
  return [formDecode(id), formDecode(secret)];
};

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
