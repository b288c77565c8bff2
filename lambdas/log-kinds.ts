import { ACCESS_LOG } from './alb/access-log.ts';
import { CONNECTION_LOG } from './alb-connection/connection-log.ts';
import { HEALTH_CHECK_LOG } from './alb-health-check/health-check-log.ts';
import { partitionOf } from './aws-partition.ts';
import { CLB_ACCESS_LOG } from './clb/access-log.ts';
import type { LogKindName } from './function-settings.ts';
import type { LoadBalancerLog, LogDelivery, LogKind, NameGroups } from './log-lines/log-kind.ts';
import { NLB_ACCESS_LOG } from './nlb/access-log.ts';
import { FLOW_LOG } from './vpc-flow/flow-log.ts';

/** ARN of a load balancer with the groups `account`, `region`, `name` and `id`; `resource` is `app/name/id`. */
const loadBalancerArn =
  (type: 'app' | 'net') =>
  ({ account, region = '', name, id, resource = `${type}/${name}/${id}` }: NameGroups): string =>
    `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${account}:loadbalancer/${resource}`;

/** A log that attributes of a load balancer turn on. */
const byAttributes = (
  type: 'app' | 'net',
  attributes: LoadBalancerLog,
): Pick<LogDelivery, 'loadBalancer' | 'turnOn'> => ({
  loadBalancer: { type, attributes },
  turnOn: ({ bucketName, prefix }) => {
    const values = [
      `Key=${attributes}.s3.enabled,Value=true`,
      `Key=${attributes}.s3.bucket,Value=${bucketName}`,
      `Key=${attributes}.s3.prefix,Value=${prefix}`,
    ].join(' ');
    return `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes ${values}`;
  },
});

/**
 * Every kind of log that is forwarded: the one place of its name, its objects, its schema and its delivery. The
 * functions, the stack, the log switch, doctor and backfill read it.
 */
export const LOG_KINDS = {
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
  alb: {
    serviceName: 'alb',
    objectName:
      /^(?<account>\d{12})_elasticloadbalancing_(?<region>[a-z0-9-]+)_app\.(?<name>[^_]+)\.(?<id>[^._]+)_/,
    resourceId: loadBalancerArn('app'),
    schema: ACCESS_LOG,
    delivery: {
      folder: 'alb',
      principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
      vended: true,
      output: 'TurnOnAccessLogs',
      ...byAttributes('app', 'access_logs'),
    },
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html
  // shows a dot behind `conn_log`; objects have an underscore.
  'alb-connection': {
    serviceName: 'alb',
    objectName:
      /^conn_log(?:[._](?<account>\d{12})_elasticloadbalancing_(?<region>[a-z0-9-]+)_app\.(?<name>[^_]+)\.(?<id>[^._]+)_)?/,
    resourceId: loadBalancerArn('app'),
    schema: CONNECTION_LOG,
    delivery: {
      folder: 'alb',
      principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
      vended: true,
      output: 'TurnOnConnectionLogs',
      ...byAttributes('app', 'connection_logs'),
    },
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
  'alb-health-check': {
    serviceName: 'alb',
    objectName:
      /^health_check_log(?:[._](?<account>\d{12})_elasticloadbalancing_(?<region>[a-z0-9-]+)_app\.(?<name>[^_]+)\.(?<id>[^._]+)_)?/,
    resourceId: loadBalancerArn('app'),
    schema: HEALTH_CHECK_LOG,
    delivery: {
      folder: 'alb',
      principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
      vended: true,
      output: 'TurnOnHealthCheckLogs',
      ...byAttributes('app', 'health_check_logs'),
    },
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
  nlb: {
    serviceName: 'nlb',
    objectName:
      /^(?<account>\d{12})_elasticloadbalancing_(?<region>[a-z0-9-]+)_net\.(?<name>[^_]+)\.(?<id>[^._]+)_/,
    resourceId: loadBalancerArn('net'),
    schema: NLB_ACCESS_LOG,
    delivery: {
      folder: 'nlb',
      principal: 'delivery.logs.amazonaws.com',
      vended: true,
      output: 'TurnOnNlbAccessLogs',
      ...byAttributes('net', 'access_logs'),
    },
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
  clb: {
    serviceName: 'clb',
    objectName:
      /^(?<account>\d{12})_elasticloadbalancing_(?<region>[a-z0-9-]+)_(?<name>[A-Za-z0-9-]+)_\d{8}T\d{4}Z_/,
    resourceId: ({ account, region = '', name }) =>
      `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${account}:loadbalancer/${name}`,
    schema: CLB_ACCESS_LOG,
    delivery: {
      folder: 'clb',
      principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
      output: 'TurnOnClbAccessLogs',
      turnOn: ({ bucketName, prefix }) =>
        `aws elb modify-load-balancer-attributes --load-balancer-name NAME --load-balancer-attributes "AccessLog={Enabled=true,S3BucketName=${bucketName},S3BucketPrefix=${prefix},EmitInterval=5}"`,
    },
  },
  // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
  'vpc-flow': {
    serviceName: 'vpc-flow',
    objectName: /^(?<account>\d{12})_vpcflowlogs_(?<region>[a-z0-9-]+)_(?<id>fl-[0-9a-f]+)_/,
    resourceId: ({ account, region = '', id }) =>
      `arn:${partitionOf(region)}:ec2:${region}:${account}:vpc-flow-log/${id}`,
    schema: FLOW_LOG,
    delivery: {
      folder: 'vpc',
      principal: 'delivery.logs.amazonaws.com',
      output: 'TurnOnVpcFlowLogs',
      turnOn: ({ bucketName, partition, prefix }) =>
        `aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC_ID --traffic-type ALL --log-destination-type s3 --log-destination arn:${partition}:s3:::${bucketName}/${prefix}/`,
    },
  },
} as const satisfies Readonly<Record<LogKindName, LogKind>>;

/** Names of the stack's outputs that hold commands which turn logs on. */
export type TurnOnOutput = (typeof LOG_KINDS)[LogKindName]['delivery']['output'];
export const TURN_ON_OUTPUTS: readonly TurnOnOutput[] = Object.values(LOG_KINDS).map(
  ({ delivery }) => delivery.output,
);
