import { join } from 'node:path';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';
import type { LogSwitchProperties } from '../lambdas/log-switch-properties.ts';
import { allow } from './forwarder/grant.ts';
import { createLogGroup } from './forwarder/log-group.ts';
import { deliveryPrefix } from '../lambdas/key-prefixes.ts';
import { writes } from './load-balancer.ts';
import { type LoadBalancer, typeOf } from './load-balancer-construct.ts';

export interface LogSwitchProps {
  /** Directory that holds the bundle `log-switch`. */
  readonly bundles: string;
  readonly bucket: s3.IBucket;
  /** Of the stack's account and region. */
  readonly loadBalancers: readonly LoadBalancer[];
  readonly deliveries: readonly LogDelivery[];
  /** @default one month */
  readonly logRetention?: logs.RetentionDays | undefined;
}

/** Turns logs of load balancers on at deploy, and at destroy off where they still go to the bucket. */
export class LogSwitch extends Construct {
  constructor(scope: Construct, id: string, props: LogSwitchProps) {
    super(scope, id);
    const { bucket, loadBalancers, deliveries } = props;
    if (loadBalancers.length === 0) return;
    const handler = this.createFunction(props);
    const policy = bucket.node.tryFindChild('Policy');
    for (const loadBalancer of loadBalancers) {
      for (const delivery of deliveries) {
        const { attributes } = delivery.loadBalancer ?? {};
        if (attributes === undefined || !writes(typeOf(loadBalancer), delivery)) continue;
        const properties: LogSwitchProperties = {
          LoadBalancerArn: loadBalancer.loadBalancerArn,
          Log: attributes,
          Bucket: bucket.bucketName,
          Prefix: deliveryPrefix(delivery),
        };
        const resource = new CustomResource(this, `${attributes} ${nameOf(loadBalancer)}`, {
          // Another type would replace the switches that are deployed.
          resourceType: 'Custom::AlbLogSwitch',
          serviceToken: handler.functionArn,
          serviceTimeout: Duration.minutes(5),
          properties,
        });
        // The load balancer writes a test file at once. The policies must also outlive what they allow.
        resource.node.addDependency(handler, ...(policy ? [policy] : []));
      }
    }
  }

  private createFunction(props: LogSwitchProps): lambda.Function {
    const logGroup = createLogGroup(this, 'LogGroup', props.logRetention);
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    // Independent of the list: CloudFormation updates the policy before it deletes the switch of a load balancer that
    // was removed from the list, and the switch must then still be able to turn the log off.
    const all = ['app', 'net'].map((type) =>
      Stack.of(this).formatArn({
        service: 'elasticloadbalancing',
        resource: 'loadbalancer',
        resourceName: `${type}/*/*`,
      }),
    );
    const removed =
      'the switch of a load balancer that was removed from the list still has to turn its log off';
    allow(role, ['elasticloadbalancing:ModifyLoadBalancerAttributes'], all, removed);
    const indivisible = 'Elastic Load Balancing allows this action on all load balancers only';
    allow(role, ['elasticloadbalancing:DescribeLoadBalancerAttributes'], ['*'], indivisible);
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

/** The ARN, or the construct's address where only the deploy knows the ARN. */
const nameOf = (loadBalancer: LoadBalancer): string =>
  Construct.isConstruct(loadBalancer) ? loadBalancer.node.addr : loadBalancer.loadBalancerArn;
