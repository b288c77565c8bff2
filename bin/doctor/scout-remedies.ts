import type { Failure } from '../../lambdas/scout/failure.ts';
import type { ScoutSubject, ScoutNames } from './context.ts';

type Remedy = (names: ScoutNames) => string;

const grant: Remedy = () =>
  'the client may not use the grant client_credentials: allow it in Scout, or use another client';
const audience: Remedy = ({ audience }) => `${audience} is wrong`;
const tokenUrl: Remedy = ({ tokenUrl }) => `${tokenUrl} is wrong: it must be the OAuth2 token endpoint`;
const clientId: Remedy = ({ clientId }) => `${clientId} is wrong`;
const clientSecret: Remedy = ({ clientSecret }) => `${clientSecret} is wrong`;
const credentials: Remedy = ({ clientId, clientSecret }) =>
  `${clientId} or ${clientSecret} is wrong; the server does not say which`;
const endpoint: Remedy = ({ endpoint }) =>
  `${endpoint} is wrong: it must be the base URL, before /v1/metrics and /v1/logs`;
const token: Remedy = ({ endpoint, audience }) =>
  `Scout does not accept the token: the client must belong to the tenant of ${endpoint}, and ${audience} must be the audience that Scout expects`;
const protocol: Remedy = ({ endpoint }) =>
  `what is at ${endpoint} does not accept OTLP over HTTP in gzipped protobuf: ask its operator`;
const busy: Remedy = () =>
  'the server is busy or broken: run this again; the functions wait and send again by themselves';
const operator: Remedy = () => 'ask the operator of the server';

/** Words of identity servers about what is wrong, where they say it in `error_description`. */
const SERVER_WORDS: readonly (readonly [pattern: RegExp, remedy: Remedy])[] = [
  [/service account/i, grant],
  [/audience|service not found/i, audience],
  [/realm does not exist/i, tokenUrl],
  [/client secret/i, clientSecret],
  [/client_id|client (?:was )?not found|application with identifier/i, clientId],
];

/** By `error`: https://www.rfc-editor.org/rfc/rfc6749#section-5.2, https://www.rfc-editor.org/rfc/rfc8707#section-2 */
const BY_ERROR: Readonly<Record<string, Remedy>> = {
  unsupported_grant_type: grant,
  invalid_target: audience,
  invalid_client: credentials,
  unauthorized_client: credentials,
  access_denied: credentials,
};

const BUSY = { 408: busy, 429: busy, 500: busy, 502: busy, 503: busy, 504: busy };

const TOKEN_BY_STATUS: Readonly<Record<number, Remedy>> = {
  401: credentials,
  403: credentials,
  404: tokenUrl,
  405: tokenUrl,
  ...BUSY,
};

const OTLP_BY_STATUS: Readonly<Record<number, Remedy>> = {
  400: protocol,
  401: token,
  403: token,
  404: endpoint,
  405: endpoint,
  413: protocol,
  415: protocol,
  422: protocol,
  ...BUSY,
};

/** The remedy where the token endpoint gives no token: which of URL, id, secret and audience is wrong, if it says so. */
export const tokenRemedy = (failure: Failure, { names }: Pick<ScoutSubject, 'names'>): string => {
  const { code, status = 0, detail = '', reason } = failure;
  const unreachable = connectionRemedy(failure, names.tokenUrl, names);
  if (unreachable !== undefined) return unreachable;
  if (code === 'redirect' || code === 'not_a_token') return tokenUrl(names);
  const remedy =
    SERVER_WORDS.find(([pattern]) => pattern.test(reason))?.[1] ??
    BY_ERROR[detail] ??
    TOKEN_BY_STATUS[status] ??
    operator;
  return remedy(names);
};

/** The remedy where Scout does not accept an empty request. */
export const otlpRemedy = (failure: Failure, { names }: Pick<ScoutSubject, 'names'>): string => {
  const { code, status = 0 } = failure;
  const unreachable = connectionRemedy(failure, names.endpoint, names);
  if (unreachable !== undefined) return unreachable;
  if (code === 'redirect' || code === 'not_otlp') return endpoint(names);
  return (OTLP_BY_STATUS[status] ?? operator)(names);
};

/** Node's codes of a host name that is not known: https://nodejs.org/api/dns.html#error-codes */
const UNKNOWN_HOST: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN'];

/** Node's codes of a certificate that is not accepted: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE = /CERT|^UNABLE_TO_/;

const connectionRemedy = (
  { code, detail = '' }: Failure,
  setting: string,
  { certificates }: ScoutNames,
): string | undefined => {
  if (code !== 'network' && code !== 'timeout') return undefined;
  if (UNKNOWN_HOST.includes(detail)) return `the host name in ${setting} is wrong, or not known here`;
  if (CERTIFICATE.test(detail))
    return `its TLS certificate is not trusted: name the private CA in ${certificates}, or have the certificate fixed`;
  return `the host in ${setting} is not reachable from here: check host and port, proxies and firewalls`;
};
