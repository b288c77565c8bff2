import { ELB_METRICS, ELB_NAMESPACE } from './elb-metrics.ts';
import type { MetricSelection } from './metric-selection.ts';

const PRESETS = {
  alb: [{ namespace: ELB_NAMESPACE, metricNames: ELB_METRICS.map(({ name }) => name) }],
  apigateway: [{ namespace: 'AWS/ApiGateway' }],
  cloudfront: [{ namespace: 'AWS/CloudFront' }],
  dynamodb: [{ namespace: 'AWS/DynamoDB' }],
  ebs: [{ namespace: 'AWS/EBS' }],
  ec2: [{ namespace: 'AWS/EC2' }],
  ecs: [{ namespace: 'AWS/ECS' }, { namespace: 'ECS/ContainerInsights' }],
  efs: [{ namespace: 'AWS/EFS' }],
  eks: [{ namespace: 'AWS/EKS' }, { namespace: 'ContainerInsights' }],
  elasticache: [{ namespace: 'AWS/ElastiCache' }],
  eventbridge: [{ namespace: 'AWS/Events' }],
  firehose: [{ namespace: 'AWS/Firehose' }],
  kinesis: [{ namespace: 'AWS/Kinesis' }],
  lambda: [{ namespace: 'AWS/Lambda' }],
  msk: [{ namespace: 'AWS/Kafka' }],
  natgateway: [{ namespace: 'AWS/NATGateway' }],
  nlb: [{ namespace: 'AWS/NetworkELB' }],
  opensearch: [{ namespace: 'AWS/ES' }],
  rds: [{ namespace: 'AWS/RDS' }],
  redshift: [{ namespace: 'AWS/Redshift' }],
  s3: [{ namespace: 'AWS/S3' }],
  sns: [{ namespace: 'AWS/SNS' }],
  sqs: [{ namespace: 'AWS/SQS' }],
  stepfunctions: [{ namespace: 'AWS/States' }],
  waf: [{ namespace: 'AWS/WAFV2' }],
} satisfies Readonly<Record<string, readonly MetricSelection[]>>;

export type MetricPreset = keyof typeof PRESETS;

/**
 * Metrics that a stream may include, by the name of a service: the load balancer metrics that dashboards read, and
 * whole namespaces for the rest, as https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html lists them.
 */
export const METRIC_PRESETS: Readonly<Record<MetricPreset, readonly MetricSelection[]>> = PRESETS;

/** The metrics that the stream is limited to; undefined where it carries all but the excluded ones. */
export const includedMetrics = ({
  metricInclude = [],
  metricPreset = [],
}: {
  readonly metricInclude?: readonly MetricSelection[] | undefined;
  readonly metricPreset?: readonly MetricPreset[] | undefined;
}): readonly MetricSelection[] | undefined => {
  const included = [...metricInclude, ...metricPreset.flatMap((service) => METRIC_PRESETS[service])];
  return included.length > 0 ? included : undefined;
};
