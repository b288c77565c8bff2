import { join } from 'node:path';
import { CustomResource, Duration, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { LogSwitchProperties } from '../lambdas/log-switch.ts';
import { allow } from './forwarder/grant.ts';

export interface LogSwitchProps {
  /** Directory that holds the bundle `log-switch`. */
  readonly bundles: string;
  readonly bucket: s3.Bucket;
  /** Without `/` at its end, as the load balancers' attribute has it. */
  readonly prefix: string;
  /** Those of other regions are left out, where the stack's region is known. */
  readonly loadBalancerArns: readonly string[];
  readonly logs: readonly LogSwitchProperties['Log'][];
  readonly logRetention: logs.RetentionDays;
}

/** Turns logs of load balancers on at deploy, and at destroy off where they still go to the bucket. */
export class LogSwitch extends Construct {
  constructor(scope: Construct, id: string, props: LogSwitchProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    const arns = props.loadBalancerArns.filter(
      (arn) => Token.isUnresolved(region) || arn.split(':')[3] === region,
    );
    if (arns.length === 0) return;
    const handler = this.createFunction(props);
    for (const arn of arns) {
      for (const log of props.logs) {
        const properties: LogSwitchProperties = {
          LoadBalancerArn: arn,
          Log: log,
          Bucket: props.bucket.bucketName,
          Prefix: props.prefix,
        };
        const resource = new CustomResource(this, `${log} ${arn}`, {
          resourceType: 'Custom::AlbLogSwitch',
          serviceToken: handler.functionArn,
          serviceTimeout: Duration.minutes(5),
          properties,
        });
        // The load balancer writes a test file at once. The policies must also outlive what they allow.
        resource.node.addDependency(handler, ...(props.bucket.policy ? [props.bucket.policy] : []));
      }
    }
  }

  private createFunction(props: LogSwitchProps): lambda.Function {
    const logGroup = new logs.LogGroup(this, 'LogGroup', { retention: props.logRetention });
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    // Independent of the list: CloudFormation updates the policy before it deletes the switch of a load balancer that
    // was removed from the list, and the switch must then still be able to turn the log off.
    const loadBalancers = ['app', 'net'].map((type) =>
      Stack.of(this).formatArn({
        service: 'elasticloadbalancing',
        resource: 'loadbalancer',
        resourceName: `${type}/*/*`,
      }),
    );
    allow(
      role,
      ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
      loadBalancers,
      'the switch of a load balancer that was removed from the list still has to turn its log off',
    );
    allow(
      role,
      ['elasticloadbalancing:DescribeLoadBalancerAttributes'],
      ['*'],
      'Elastic Load Balancing allows this action on all load balancers only',
    );
    return new lambda.Function(this, 'Function', {
      description: 'Turns logs of load balancers on and off',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(join(props.bundles, 'log-switch')),
      handler: 'index.handler',
      memorySize: 256,
      // A minute for permissions to take effect, and the waits of throttled calls.
      timeout: Duration.minutes(3),
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
    });
  }
}
