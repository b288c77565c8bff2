import { CfnResource, type IAspect } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';

/**
 * Gives the functions that CDK adds for its own custom resources a log group that belongs to the stack, and no right to
 * make another. Lambda makes it otherwise, and `cdk destroy` would leave it behind.
 */
export class ManagedLogGroups implements IAspect {
  private readonly retention: logs.RetentionDays;

  constructor(retention: logs.RetentionDays) {
    this.retention = retention;
  }

  visit(node: IConstruct): void {
    const scope = node.node.scope;
    if (scope === undefined || !isBareFunction(node)) return;
    const logGroup = new logs.LogGroup(scope, 'LogGroup', { retention: this.retention });
    node.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
    const role = roleBeside(scope);
    if (role instanceof iam.CfnRole) role.managedPolicyArns = undefined;
    else role.addPropertyDeletionOverride('ManagedPolicyArns');
    const policy = new iam.CfnPolicy(scope, 'LogsPolicy', {
      policyName: 'Logs',
      policyDocument: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
        ],
      }),
      roles: [role.ref],
    });
    node.addResourceDependency(policy);
  }
}

/** A function that CDK writes as a plain resource, without its own Function construct. */
const isBareFunction = (node: IConstruct): node is CfnResource =>
  CfnResource.isCfnResource(node) &&
  node.cfnResourceType === 'AWS::Lambda::Function' &&
  !('loggingConfig' in node);

const roleBeside = (scope: IConstruct): CfnResource => {
  const role = scope.node.findChild('Role');
  const resource = CfnResource.isCfnResource(role) ? role : role.node.defaultChild;
  if (!CfnResource.isCfnResource(resource))
    throw new Error(`no role beside the function in ${scope.node.path}`);
  return resource;
};
