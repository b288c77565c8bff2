import type { Context } from './context.ts';

/** What a check found, in words; and for a warning or a failure what to do about it. */
export type Finding =
  | { readonly status: 'ok' | 'skip'; readonly found: string }
  | { readonly status: 'warn' | 'fail'; readonly found: string; readonly remedy: string };

/** One thing that has to be right. */
export interface Check {
  readonly name: string;
  /** IAM actions that it needs. */
  readonly actions?: readonly string[];
  readonly run: (context: Context) => Finding | Promise<Finding>;
}

export const ok = (found: string): Finding => ({ status: 'ok', found });
export const skip = (found: string): Finding => ({ status: 'skip', found });
export const warn = (found: string, remedy: string): Finding => ({ status: 'warn', found, remedy });
export const fail = (found: string, remedy: string): Finding => ({ status: 'fail', found, remedy });

/** Runs one check. Whatever it throws is its own finding, so that the others still run. */
export const runCheck = async (check: Check, context: Context): Promise<Finding> => {
  try {
    return await check.run(context);
  } catch (error) {
    return findingOf(error, check.actions ?? []);
  }
};

const findingOf = (error: unknown, actions: readonly string[]): Finding => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const said = `${name}: ${message}`;
  if (isDenied(error)) {
    const [, action = actions.join(' and ')] = /to perform: ([\w-]+:\w+)/.exec(message) ?? [];
    return warn(`not allowed to look: ${said}`, `allow the IAM action ${action} to whoever runs this`);
  }
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(said)) ?? [];
  return fail(said, remedy ?? 'mend what it says, and run this again');
};

const isDenied = (error: unknown): boolean => {
  const { name = '', $metadata } = error as {
    name?: string;
    $metadata?: { readonly httpStatusCode?: number };
  };
  return /AccessDenied|AuthorizationError|UnauthorizedOperation|^Forbidden$/.test(name)
    ? true
    : $metadata?.httpStatusCode === 403 && !SIGN_IN.test(name);
};

const SIGN_IN =
  /CredentialsProviderError|TokenProviderError|Expired|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch/;

/** By name and message of what the SDK throws. */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    SIGN_IN,
    'sign in to AWS: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login',
  ],
  [/Region is missing/, 'set AWS_REGION, or name the region with -c regions=eu-west-1'],
  [
    /ResourceNotFound|QueueDoesNotExist|NonExistentQueue|NoSuchBucket|LoadBalancerNotFound/,
    'somebody removed it: put it back with npx cdk deploy, or correct its name',
  ],
  [/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|TimeoutError/, "AWS's endpoint is not in reach from here"],
];
