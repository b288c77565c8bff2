import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { LOGS_PREFIX } from '../../lambdas/key-prefixes.ts';
import { type Check, fail, ok } from './check.ts';

/**
 * Whether load balancers of these accounts may write to the stack's bucket
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy).
 */
export const deliveryPolicy = (bucket: string, accounts: readonly string[]): Check => ({
  name: 'log delivery policy',
  actions: ['s3:GetBucketPolicy'],
  run: async ({ clients }) => {
    const { Policy = '{}' } = await clients.s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    const { Statement = [] } = JSON.parse(Policy) as { readonly Statement?: OneOrMany<Statement> };
    const allowed = list(Statement)
      .filter(allowsDelivery)
      .flatMap(({ Resource }) => list(Resource));
    const folder = `${bucket}/${LOGS_PREFIX}alb/`;
    const missing = accounts.filter(
      (account) => !allowed.some((pattern) => covers(pattern, `${folder}AWSLogs/${account}/any.log.gz`)),
    );
    return missing.length === 0
      ? ok(`load balancers of ${accounts.join(', ')} may write to ${folder}`)
      : fail(
          `load balancers of ${missing.join(', ')} may not write to ${folder}`,
          `put the policy back: npx cdk deploy. Accounts other than the stack's are named with -c albLogAccounts=${missing.join(',')}`,
        );
  },
});

type OneOrMany<T> = T | readonly T[];

interface Statement {
  readonly Effect: string;
  readonly Principal?: '*' | { readonly Service?: OneOrMany<string> };
  readonly Action?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
}

const DELIVERY = 'logdelivery.elasticloadbalancing.amazonaws.com';

const allowsDelivery = ({ Effect, Principal, Action }: Statement): boolean =>
  Effect === 'Allow' &&
  typeof Principal === 'object' &&
  list(Principal.Service).includes(DELIVERY) &&
  list(Action).some((action) => action === 's3:PutObject' || action === 's3:*');

/** Whether a policy's ARN, in which `*` and `?` stand for anything, means the object. */
const covers = (pattern: string, object: string): boolean => {
  const expression = pattern
    .replace(/^arn:[^:]+:s3:::/, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(object);
};

const list = <T>(value: OneOrMany<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];
