import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

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

/** An ARN the way cdk-nag writes it in its findings: `<Bucket.Arn>/prefix/*`. */
const nagText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = []] = Object.entries(value);
  if (intrinsic === 'Fn::Join') return argument[1].map(nagText).join(argument[0]);
  return `<${Array.isArray(argument) ? argument.join('.') : argument}>`;
};
