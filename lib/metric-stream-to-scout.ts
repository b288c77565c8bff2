import { Annotations, CfnMapping, Duration, Size, Stack, Token, Validations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { EMF_NAMESPACE } from '../lambdas/forwarding/ledger.ts';
import { FIREHOSE_ERRORS_PREFIX, METRICS_PREFIX } from '../lambdas/key-prefixes.ts';
import { checkProps } from './check-props.ts';
import { createBucket, deleteWritersFirst } from './forwarder-bucket.ts';
import { allow, allowKey } from './forwarder/grant.ts';
import { createLogGroup } from './forwarder/log-group.ts';
import { createMetricStreamAlarms } from './monitoring/metric-stream-alarms.ts';
import { costOf, HOURS_PER_MONTH, money } from './prices.ts';
import { type ForwardingProps, ScoutForwarder } from './scout-forwarder.ts';
import {
  countNames,
  DEFAULT_STATISTICS,
  type ExtraStatistics,
  MAX_NAMES,
  merged,
  type MetricSelection,
} from './settings/metric-selection.ts';

const DEFAULT_MEMORY_MB = 512;
const DEFAULT_BUFFERING_INTERVAL = Duration.seconds(60);
const DEFAULT_BUFFERING_SIZE = Size.mebibytes(5);

export interface MetricStreamToScoutProps extends ForwardingProps {
  /**
   * Bucket that Firehose writes to, and where rejected records are stored.
   * @default a new bucket, which is emptied and deleted with the stack
   */
  readonly bucket?: s3.IBucket | undefined;
  /**
   * Metrics to stream.
   * @default all but `excludeFilters`
   */
  readonly includeFilters?: readonly MetricSelection[] | undefined;
  /**
   * Metrics not to stream, beside the namespace of the forwarder. Not together with `includeFilters`.
   * @default none
   */
  readonly excludeFilters?: readonly MetricSelection[] | undefined;
  /**
   * Statistics beside count, sum, minimum and maximum. An empty list asks for none.
   * @default p50, p90, p95 and p99 of TargetResponseTime of Application Load Balancers
   */
  readonly statisticsConfigurations?: readonly ExtraStatistics[] | undefined;
  /**
   * In a monitoring account: stream the metrics of linked accounts too.
   * @default false
   */
  readonly includeLinkedAccountsMetrics?: boolean | undefined;
  /**
   * Longest time that Firehose collects data before it writes an object.
   * @default 60 seconds
   */
  readonly bufferingInterval?: Duration | undefined;
  /**
   * Most data that Firehose collects before it writes an object.
   * @default 5 MiB
   */
  readonly bufferingSize?: Size | undefined;
  /**
   * Memory of the function in MB.
   * @default 512
   */
  readonly memorySize?: number | undefined;
}

/** Forwards CloudWatch metrics to Scout: a metric stream, Firehose, a bucket and a function. */
export class MetricStreamToScout extends Construct {
  readonly forwarder: ScoutForwarder;
  readonly bucket: s3.IBucket;
  readonly deliveryStream: firehose.DeliveryStream;
  readonly metricStream: cloudwatch.CfnMetricStream;

  constructor(scope: Construct, id: string, props: MetricStreamToScoutProps) {
    super(scope, id);
    checkProps([
      [
        props.includeFilters?.length && props.excludeFilters?.length,
        'excludeFilters is given with includeFilters; a metric stream either includes or excludes',
      ],
    ]);
    this.bucket = props.bucket ?? createBucket(this, 'Bucket');
    this.forwarder = new ScoutForwarder(this, 'Forwarder', {
      ...props,
      bucket: this.bucket,
      pipeline: 'metrics',
      source: { bucket: this.bucket, prefixes: [METRICS_PREFIX] },
      memorySize: props.memorySize ?? DEFAULT_MEMORY_MB,
    });
    this.bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(this.forwarder.queue), {
      prefix: METRICS_PREFIX,
    });
    this.deliveryStream = this.createDeliveryStream(props);
    this.metricStream = this.createMetricStream(props);
    deleteWritersFirst(this.bucket, [this.deliveryStream, this.forwarder.function]);
    createMetricStreamAlarms(this, { isFiltered: props.includeFilters !== undefined });
    warnOfEveryMetric(this, props);
  }

  private createDeliveryStream(props: MetricStreamToScoutProps): firehose.DeliveryStream {
    const { bucket } = this;
    const logGroup = createLogGroup(this, 'DeliveryLogGroup', props.logRetention);
    const role = createDeliveryRole(this, bucket, logGroup);
    addMissingRegion(this);
    const deliveryStream = new firehose.DeliveryStream(this, 'DeliveryStream', {
      encryption: firehose.StreamEncryption.awsOwnedKey(),
      destination: new firehose.S3Bucket(bucket, {
        // The role has its rights already, by prefix; the bucket's own grant would be for all of it.
        role: role.withoutPolicyUpdates(),
        dataOutputPrefix: METRICS_PREFIX,
        errorOutputPrefix: `${FIREHOSE_ERRORS_PREFIX}!{firehose:error-output-type}/`,
        compression: firehose.Compression.GZIP,
        bufferingInterval: props.bufferingInterval ?? DEFAULT_BUFFERING_INTERVAL,
        bufferingSize: props.bufferingSize ?? DEFAULT_BUFFERING_SIZE,
        processors: [new firehose.AppendDelimiterToRecordProcessor()],
        loggingConfig: new firehose.EnableLogging(logGroup),
      }),
    });
    deliveryStream.node.addDependency(role);
    return deliveryStream;
  }

  private createMetricStream(props: MetricStreamToScoutProps): cloudwatch.CfnMetricStream {
    const { includeFilters = [], excludeFilters = [] } = props;
    const { statisticsConfigurations = DEFAULT_STATISTICS } = props;
    // AWS documents this trust without a condition:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-trustpolicy.html
    const role = new iam.Role(this, 'MetricStreamRole', {
      assumedBy: new iam.ServicePrincipal('streams.metrics.cloudwatch.amazonaws.com'),
    });
    const metricStream = new cloudwatch.CfnMetricStream(this, 'MetricStream', {
      outputFormat: 'json',
      firehoseArn: this.deliveryStream.deliveryStreamArn,
      roleArn: role.roleArn,
      ...(includeFilters.length > 0
        ? { includeFilters: filters(includeFilters) }
        : { excludeFilters: filters([{ namespace: EMF_NAMESPACE }, ...excludeFilters]) }),
      ...(statisticsConfigurations.length > 0 && {
        statisticsConfigurations: statisticsConfigurations.map(({ namespace, metricNames, statistics }) => ({
          includeMetrics: metricNames.map((metricName) => ({ namespace, metricName })),
          additionalStatistics: [...statistics],
        })),
      }),
      includeLinkedAccountsMetrics: props.includeLinkedAccountsMetrics ?? false,
    });
    // Otherwise the stream may be created before it may write.
    this.deliveryStream.grantPutRecords(role).applyBefore(metricStream);
    return metricStream;
  }
}

/** https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3 */
const createDeliveryRole = (scope: Construct, bucket: s3.IBucket, logGroup: logs.ILogGroup): iam.Role => {
  const role = new iam.Role(scope, 'DeliveryRole', {
    assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com'),
  });
  const objects = [METRICS_PREFIX, FIREHOSE_ERRORS_PREFIX].map((prefix) =>
    bucket.arnForObjects(`${prefix}*`),
  );
  allow(
    role,
    ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    objects,
    'Firehose names the objects it writes',
  );
  allow(role, ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], [bucket.bucketArn]);
  allowKey(role, ['kms:Decrypt', 'kms:GenerateDataKey'], bucket.encryptionKey, 's3');
  allow(role, ['logs:PutLogEvents'], [logGroup.logGroupArn]);
  return role;
};

/**
 * CDK's DeliveryStream looks up its region in a mapping of address ranges, which only Redshift destinations need, and
 * fails in regions that the mapping lacks: https://github.com/aws/aws-cdk/issues/33730
 */
const addMissingRegion = (scope: Construct): void => {
  const stack = Stack.of(scope);
  const id = '@aws-cdk/aws-kinesisfirehose.CidrBlocks';
  const isKnown = Token.isUnresolved(stack.region) || RegionInfo.get(stack.region).firehoseCidrBlock;
  if (!isKnown && !stack.node.tryFindChild(id)) {
    new CfnMapping(stack, id, {
      mapping: { [stack.region]: { FirehoseCidrBlock: '0.0.0.0/32' } },
      lazy: true,
    });
  }
  Validations.of(stack).acknowledge({
    id: 'CloudFormation-Validate::W7001',
    reason: "CDK's DeliveryStream always brings a mapping that only Redshift destinations need.",
  });
};

const warnOfEveryMetric = (
  scope: Construct,
  { includeFilters, excludeFilters }: MetricStreamToScoutProps,
): void => {
  if (includeFilters ?? excludeFilters) return;
  const updates = HOURS_PER_MONTH * 60;
  const perMetric =
    costOf('perThousandMetricUpdates', updates) + costOf('perMillionScoutMetricPoints', updates);
  Annotations.of(scope).addWarningV2(
    'scout-forwarder:everyMetric',
    `The metric stream carries every metric of the account, at ${money(perMetric)} a month at AWS and Scout per metric that is emitted each minute. \`npm run estimate\` prints the whole bill; metricPreset, metricInclude and metricExclude choose.`,
  );
};

const filters = (
  selections: readonly MetricSelection[],
): cloudwatch.CfnMetricStream.MetricStreamFilterProperty[] => {
  const count = countNames(selections);
  checkProps([
    [
      count > MAX_NAMES,
      `the filter of the metric stream has ${count} names; it must have ${MAX_NAMES} at most`,
    ],
  ]);
  return merged(selections).map(({ namespace, metricNames }) => ({
    namespace,
    ...(metricNames && { metricNames: [...metricNames] }),
  }));
};
