import { partitionOf } from '../aws-partition.ts';
import type { Identity } from './identity.ts';

/** list_elbv2. The load balancer comes first: its logs have the same ARN. */
const LOAD_BALANCER = [
  'arn:{Partition}:elasticloadbalancing:{Region}:{Account}:loadbalancer/{LoadBalancer}',
  'arn:{Partition}:elasticloadbalancing:{Region}:{Account}:{TargetGroup}',
];

/**
 * ARNs by namespace, with the names of the metrics' dimensions. The comment names the page of AWS's service authorization
 * reference whose table of resource types has the ARN: for `list_sqs` it is
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_sqs.html.
 *
 * The first ARN counts for which a datum has every dimension. A namespace is missing if its dimensions do not determine
 * the ARN: Amazon MQ's lack the broker's id, those of Auto Scaling and Amazon MSK a UUID.
 */
const ARNS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'AWS/ApplicationELB': LOAD_BALANCER,
    'AWS/NetworkELB': LOAD_BALANCER,
    'AWS/GatewayELB': LOAD_BALANCER,
    // list_elb
    'AWS/ELB': ['arn:{Partition}:elasticloadbalancing:{Region}:{Account}:loadbalancer/{LoadBalancerName}'],
    // list_ec2
    'AWS/EC2': ['arn:{Partition}:ec2:{Region}:{Account}:instance/{InstanceId}'],
    // list_ec2
    'AWS/EBS': ['arn:{Partition}:ec2:{Region}:{Account}:volume/{VolumeId}'],
    // list_ec2
    'AWS/NATGateway': ['arn:{Partition}:ec2:{Region}:{Account}:natgateway/{NatGatewayId}'],
    // list_rds
    'AWS/RDS': [
      'arn:{Partition}:rds:{Region}:{Account}:db:{DBInstanceIdentifier}',
      'arn:{Partition}:rds:{Region}:{Account}:cluster:{DBClusterIdentifier}',
    ],
    // list_lambda
    'AWS/Lambda': ['arn:{Partition}:lambda:{Region}:{Account}:function:{FunctionName}'],
    // list_sqs
    'AWS/SQS': ['arn:{Partition}:sqs:{Region}:{Account}:{QueueName}'],
    // list_sns
    'AWS/SNS': ['arn:{Partition}:sns:{Region}:{Account}:{TopicName}'],
    // list_dynamodb
    'AWS/DynamoDB': ['arn:{Partition}:dynamodb:{Region}:{Account}:table/{TableName}'],
    // list_elasticache
    'AWS/ElastiCache': ['arn:{Partition}:elasticache:{Region}:{Account}:cluster:{CacheClusterId}'],
    // list_s3
    'AWS/S3': ['arn:{Partition}:s3:::{BucketName}'],
    // list_ecs
    'AWS/ECS': [
      'arn:{Partition}:ecs:{Region}:{Account}:service/{ClusterName}/{ServiceName}',
      'arn:{Partition}:ecs:{Region}:{Account}:cluster/{ClusterName}',
    ],
    // list_kinesis
    'AWS/Kinesis': ['arn:{Partition}:kinesis:{Region}:{Account}:stream/{StreamName}'],
    // list_firehose
    'AWS/Firehose': ['arn:{Partition}:firehose:{Region}:{Account}:deliverystream/{DeliveryStreamName}'],
    // list_efs
    'AWS/EFS': ['arn:{Partition}:elasticfilesystem:{Region}:{Account}:file-system/{FileSystemId}'],
    // list_apigatewayv2: HTTP and WebSocket APIs. Metrics of REST APIs have a name instead of the id.
    'AWS/ApiGateway': ['arn:{Partition}:apigateway:{Region}::/apis/{ApiId}'],
    // list_stepfunctions. The dimension is the ARN:
    // https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    'AWS/States': ['{StateMachineArn}'],
    // list_es
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
