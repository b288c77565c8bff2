/** Why an AWS call failed, for people. */
export interface AwsFault {
  readonly kind: Kind;
  readonly found: string;
  readonly remedy: string;
}

type Kind = keyof typeof REMEDIES | 'denied';

const REMEDIES = {
  'no credentials':
    'sign in to AWS: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login',
  expired: 'sign in to AWS again: aws sso login, or new keys',
  'no region': 'set AWS_REGION to the region of the stack',
  gone: 'check its name and region. If it was deleted by hand: npx cdk deploy --revert-drift creates it again',
  throttled: 'AWS limits how often it may be called: run this again in a minute',
  unreachable: 'check the network: proxy, firewall, VPC endpoints, AWS_ENDPOINT_URL',
  other: 'fix the cause that AWS names, and run this again',
} as const;

/**
 * Error codes of AWS and of Node
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, https://nodejs.org/api/errors.html#nodejs-error-codes).
 */
const CODES: readonly (readonly [Kind, readonly string[]])[] = [
  [
    'no credentials',
    [
      'CredentialsProviderError',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'IncompleteSignature',
      'AuthFailure',
    ],
  ],
  [
    'expired',
    ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenProviderError', 'TokenRefreshRequired'],
  ],
  [
    'denied',
    ['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'UnauthorizedOperation', 'Forbidden'],
  ],
  [
    'gone',
    [
      'NoSuchBucket',
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      'ResourceNotFoundException',
      'ResourceNotFound',
      'LoadBalancerNotFound',
      'LoadBalancerNotFoundException',
    ],
  ],
  [
    'throttled',
    [
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'RequestThrottled',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'SlowDown',
    ],
  ],
  [
    'unreachable',
    [
      'TimeoutError',
      'AbortError',
      'ENOTFOUND',
      'EAI_AGAIN',
      'ECONNREFUSED',
      'ECONNRESET',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'EPIPE',
      'ETIMEDOUT',
    ],
  ],
];

/** As the SDK throws them, and Node under it. */
interface Thrown {
  readonly name?: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly iamAction?: string;
  readonly cause?: unknown;
}

/**
 * Describes an error of an AWS call, or one that such an error caused; undefined for any other error.
 * @param actions IAM actions of the call, for an error that names none
 */
export const awsFault = (error: unknown, actions: readonly string[]): AwsFault | undefined => {
  const thrown = (error ?? {}) as Thrown;
  const kind = kindOf(thrown);
  if (kind === undefined) return thrown.cause === undefined ? undefined : awsFault(thrown.cause, actions);
  const { name = 'Error', message = '' } = thrown;
  const text = message === '' || message === 'UnknownError' ? '' : `: ${message}`;
  if (kind === 'denied') {
    const [, named] = /to perform: ([\w-]+:\w+)/.exec(message) ?? [];
    const action = thrown.iamAction ?? named ?? actions.join(' and ');
    // A key's policy may deny what the call's own action allows.
    const missing = named?.startsWith('kms:') ? named : action;
    return {
      kind,
      found: `not allowed: ${name}${text}`,
      remedy: `allow the IAM action ${missing} to the user or role that runs this`,
    };
  }
  return {
    kind,
    found: `${kind === 'other' ? '' : `${FOUND[kind]}: `}${name}${text}`,
    remedy: REMEDIES[kind],
  };
};

const FOUND: Readonly<Record<Exclude<Kind, 'denied' | 'other'>, string>> = {
  'no credentials': 'AWS does not accept the credentials, or there are none',
  expired: 'the AWS credentials have expired',
  'no region': 'no AWS region is set',
  gone: 'AWS does not know it',
  throttled: 'AWS throttles the calls',
  unreachable: 'AWS does not respond',
};

const kindOf = ({ name = '', code = '', message = '', $metadata }: Thrown): Kind | undefined => {
  const byCode = CODES.find(([, codes]) => codes.includes(name) || codes.includes(String(code)));
  if (byCode !== undefined) return byCode[0];
  // The SDK's plain error.
  if (message === 'Region is missing') return 'no region';
  if ($metadata?.httpStatusCode === 403) return 'denied';
  return $metadata === undefined ? undefined : 'other';
};
