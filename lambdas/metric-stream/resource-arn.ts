import { partitionOf } from '../aws-partition.ts';
import type { Identity } from './identity.ts';

/** The load balancer first: its logs have the same ARN. */
const LOAD_BALANCER = [
  'arn:{Partition}:elasticloadbalancing:{Region}:{Account}:loadbalancer/{LoadBalancer}',
  'arn:{Partition}:elasticloadbalancing:{Region}:{Account}:{TargetGroup}',
];

/**
 * ARNs by namespace, from the tables of resource types in the service authorization reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_elbv2.html for load balancers; the page of
 * another service has its prefix in that place: `list_ec2.html`), with the names of the metrics' dimensions. The first
 * one counts for which a datum has every dimension. A namespace is missing if its dimensions do not determine the ARN:
 * Amazon MQ's lack the broker's id.
 */
const ARNS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'AWS/ApplicationELB': LOAD_BALANCER,
    'AWS/NetworkELB': LOAD_BALANCER,
    'AWS/GatewayELB': LOAD_BALANCER,
    'AWS/ELB': ['arn:{Partition}:elasticloadbalancing:{Region}:{Account}:loadbalancer/{LoadBalancerName}'],
    'AWS/EC2': ['arn:{Partition}:ec2:{Region}:{Account}:instance/{InstanceId}'],
    'AWS/EBS': ['arn:{Partition}:ec2:{Region}:{Account}:volume/{VolumeId}'],
    'AWS/NATGateway': ['arn:{Partition}:ec2:{Region}:{Account}:natgateway/{NatGatewayId}'],
    'AWS/RDS': [
      'arn:{Partition}:rds:{Region}:{Account}:db:{DBInstanceIdentifier}',
      'arn:{Partition}:rds:{Region}:{Account}:cluster:{DBClusterIdentifier}',
    ],
    'AWS/Lambda': ['arn:{Partition}:lambda:{Region}:{Account}:function:{FunctionName}'],
    'AWS/SQS': ['arn:{Partition}:sqs:{Region}:{Account}:{QueueName}'],
    'AWS/SNS': ['arn:{Partition}:sns:{Region}:{Account}:{TopicName}'],
    'AWS/DynamoDB': ['arn:{Partition}:dynamodb:{Region}:{Account}:table/{TableName}'],
    'AWS/ElastiCache': ['arn:{Partition}:elasticache:{Region}:{Account}:cluster:{CacheClusterId}'],
    'AWS/S3': ['arn:{Partition}:s3:::{BucketName}'],
    'AWS/ECS': [
      'arn:{Partition}:ecs:{Region}:{Account}:service/{ClusterName}/{ServiceName}',
      'arn:{Partition}:ecs:{Region}:{Account}:cluster/{ClusterName}',
    ],
    'AWS/Kinesis': ['arn:{Partition}:kinesis:{Region}:{Account}:stream/{StreamName}'],
    'AWS/Firehose': ['arn:{Partition}:firehose:{Region}:{Account}:deliverystream/{DeliveryStreamName}'],
    'AWS/EFS': ['arn:{Partition}:elasticfilesystem:{Region}:{Account}:file-system/{FileSystemId}'],
    // HTTP and WebSocket APIs. Metrics of REST APIs have a name instead of the id.
    'AWS/ApiGateway': ['arn:{Partition}:apigateway:{Region}::/apis/{ApiId}'],
    // The dimension is the ARN (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html).
    'AWS/States': ['{StateMachineArn}'],
    'AWS/ES': ['arn:{Partition}:es:{Region}:{Account}:domain/{DomainName}'],
  }),
);

/**
 * The ARN of the resource that a datum describes, equal to the `cloud.resource_id` of its logs.
 * @returns undefined where account, region, namespace and dimensions do not determine it, as for an aggregate
 */
export const resourceArn = ({ account, region, namespace, dimensions }: Identity): string | undefined => {
  if (account === '' || region === '') return undefined;
  const known = { Partition: partitionOf(region), Region: region, Account: account };
  const values = new Map([...dimensions, ...Object.entries(known)]);
  for (const form of ARNS.get(namespace) ?? []) {
    const arn = fill(form, values);
    if (arn !== undefined) return arn;
  }
  return undefined;
};

/** Undefined if a value is missing, or is not the name or id of an AWS resource. */
const fill = (form: string, values: ReadonlyMap<string, string>): string | undefined => {
  let complete = true;
  const filled = form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values.get(name) ?? '';
    complete &&= NAME.test(value);
    return value;
  });
  return complete ? filled : undefined;
};

/** Not the name of a directory bucket, which is a resource of another service, `s3express`. */
const NAME = /^(?!.*--x-s3$)[\w.:/-]+$/;
