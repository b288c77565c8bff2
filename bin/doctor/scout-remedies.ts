import type { StackSettings } from '../../lib/settings.ts';

/** What to do when the token endpoint gives no token: which of URL, id, secret and audience is wrong, as far as it tells. */
export const tokenRemedy = (reason: string, settings: StackSettings): string =>
  remedyOf(reason, [...TOKEN_REMEDIES, ...connectionRemedies('scoutTokenUrl')], settings);

/** What to do when Scout does not accept an empty request. */
export const otlpRemedy = (reason: string, settings: StackSettings): string =>
  remedyOf(reason, [...OTLP_REMEDIES, ...connectionRemedies('scoutEndpoint')], settings);

type Remedy = readonly [pattern: RegExp, remedy: (settings: StackSettings) => string];

/** The first that matches is right. Error codes: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
const TOKEN_REMEDIES: readonly Remedy[] = [
  [
    /unsupported_grant_type|service account/i,
    () => 'the client may not use the grant client_credentials; allow it in Scout, or use another client',
  ],
  [
    /audience|invalid_target|service not found/i,
    ({ scoutAudience }) => `scoutAudience is wrong: ${scoutAudience}`,
  ],
  [
    /realm does not exist|responded (?:200|3\d\d|404|405)/i,
    ({ scoutTokenUrl }) => `scoutTokenUrl is wrong: ${scoutTokenUrl} is no token endpoint`,
  ],
  [
    /client secret (?:is )?(?:invalid|supplied|provided)|(?:invalid|wrong) client secret/i,
    ({ scoutSecretName }) => `clientSecret in the secret ${scoutSecretName} is wrong`,
  ],
  [
    /client_id|client (?:was )?not found|application with identifier/i,
    ({ scoutSecretName }) => `clientId in the secret ${scoutSecretName} is wrong`,
  ],
  [
    /responded 40[13]|invalid_client|unauthorized_client|access_denied/,
    ({ scoutSecretName }) =>
      `clientId or clientSecret in the secret ${scoutSecretName} is wrong; the server does not tell which`,
  ],
];

const OTLP_REMEDIES: readonly Remedy[] = [
  [
    /responded 40[13]/,
    ({ scoutAudience, scoutEndpoint }) =>
      `Scout does not accept the token: the client must belong to the tenant of ${scoutEndpoint}, and scoutAudience be what Scout expects (now ${scoutAudience})`,
  ],
  [
    /responded (?:3\d\d|404|405)|not an OTLP response/,
    ({ scoutEndpoint }) =>
      `scoutEndpoint is wrong: ${scoutEndpoint} must be the base URL, that before /v1/metrics and /v1/logs`,
  ],
  [
    /responded (?:400|413|415|422)/,
    ({ scoutEndpoint }) =>
      `${scoutEndpoint} does not take OTLP over HTTP as gzipped protobuf; ask whoever runs it`,
  ],
];

const connectionRemedies = (key: 'scoutTokenUrl' | 'scoutEndpoint'): readonly Remedy[] => [
  [
    /ENOTFOUND|EAI_AGAIN/,
    (settings) => `the host name in ${key} is wrong, or not known here: ${settings[key]}`,
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|certificate/i,
    () =>
      'its TLS certificate is not trusted: name the private CA in caCertificateFile, or have the certificate mended',
  ],
  [
    /responded (?:408|429|5\d\d)/,
    () => 'the server is busy or broken: run this again; the functions would wait and repeat',
  ],
  [
    /no response/,
    (settings) =>
      `${settings[key]} is not in reach from here: check its host and port, proxies and firewalls`,
  ],
];

const remedyOf = (reason: string, remedies: readonly Remedy[], settings: StackSettings): string =>
  remedies.find(([pattern]) => pattern.test(reason))?.[1](settings) ?? 'ask whoever runs Scout';
