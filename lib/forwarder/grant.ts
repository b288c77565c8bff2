import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';

/**
 * Adds one statement to a role's policy.
 * @param why explains each `*` in the resources, to the reader and to cdk-nag
 */
export const allow = (
  role: iam.Role,
  actions: readonly string[],
  resources: readonly string[],
  why?: string,
): void => {
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }));
  if (why === undefined) return;
  for (const resource of resources) {
    const id = `AwsSolutions-IAM5[Resource::${nagText(Stack.of(role).resolve(resource))}]`;
    Validations.of(role).acknowledge({ id, reason: why });
  }
};

/** Lets a role use a key, if there is one, for what a service encrypts with it. */
export const allowKey = (
  role: iam.Role,
  actions: readonly string[],
  key: kms.IKey | undefined,
  service: 's3' | 'secretsmanager',
): void => {
  if (key === undefined) return;
  const { region, urlSuffix } = Stack.of(role);
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: [...actions],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` } },
    }),
  );
};

/** An ARN the way cdk-nag writes it in its findings: `<Bucket.Arn>/prefix/*`. */
const nagText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = []] = Object.entries(value);
  if (intrinsic === 'Fn::Join') return argument[1].map(nagText).join(argument[0]);
  return `<${Array.isArray(argument) ? argument.join('.') : argument}>`;
};
