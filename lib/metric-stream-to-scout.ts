import { Duration, Size } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Construct } from 'constructs';
import { EMF_NAMESPACE } from '../lambdas/forwarding/ledger.ts';
import { allow } from './forwarder/grant.ts';
import { createAlarm, FIVE_MINUTES, LATE } from './monitoring/forwarder-alarms.ts';
import { METRIC_PRESETS } from './settings/metric-presets.ts';
import { merged, type MetricSelection } from './settings/metric-selection.ts';
import { ScoutForwarder } from './scout-forwarder.ts';
import type { StackSettings } from './settings.ts';

export interface MetricStreamToScoutProps {
  readonly settings: StackSettings;
  /** Directory that holds the bundle `metrics`. */
  readonly bundles: string;
  readonly bucket: s3.Bucket;
}

/** CloudWatch metrics: a metric stream, through Data Firehose into the bucket, and from there to Scout. */
export class MetricStreamToScout extends Construct {
  readonly forwarder: ScoutForwarder;
  readonly deliveryStream: firehose.DeliveryStream;
  readonly metricStream: cloudwatch.CfnMetricStream;

  constructor(scope: Construct, id: string, props: MetricStreamToScoutProps) {
    super(scope, id);
    const { settings, bucket } = props;
    this.forwarder = new ScoutForwarder(this, 'Forwarder', {
      ...props,
      pipeline: 'metrics',
      source: { bucket, prefix: METRICS_PREFIX },
      memorySize: settings.metricMemory,
      timeout: Duration.seconds(settings.metricTimeout),
      maxConcurrency: settings.metricConcurrency,
    });
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(this.forwarder.queue), {
      prefix: METRICS_PREFIX,
    });
    this.deliveryStream = this.createDeliveryStream(props);
    this.metricStream = this.createMetricStream(settings);
    this.createAlarms();
  }

  private createDeliveryStream({ settings, bucket }: MetricStreamToScoutProps): firehose.DeliveryStream {
    const logGroup = new logs.LogGroup(this, 'DeliveryLogGroup', { retention: settings.logRetentionDays });
    const role = createDeliveryRole(this, bucket, logGroup);
    const deliveryStream = new firehose.DeliveryStream(this, 'DeliveryStream', {
      encryption: firehose.StreamEncryption.awsOwnedKey(),
      destination: new firehose.S3Bucket(bucket, {
        // The role has its rights already, by prefix; the bucket's own grant would be for all of it.
        role: role.withoutPolicyUpdates(),
        dataOutputPrefix: METRICS_PREFIX,
        errorOutputPrefix: 'firehose-errors/!{firehose:error-output-type}/',
        compression: firehose.Compression.GZIP,
        bufferingInterval: Duration.seconds(settings.firehoseBufferSeconds),
        bufferingSize: Size.mebibytes(settings.firehoseBufferMiB),
        processors: [new firehose.AppendDelimiterToRecordProcessor()],
        loggingConfig: new firehose.EnableLogging(logGroup),
      }),
    });
    deliveryStream.node.addDependency(role);
    return deliveryStream;
  }

  private createMetricStream(settings: StackSettings): cloudwatch.CfnMetricStream {
    // AWS documents this trust without a condition:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-trustpolicy.html
    const role = new iam.Role(this, 'MetricStreamRole', {
      assumedBy: new iam.ServicePrincipal('streams.metrics.cloudwatch.amazonaws.com'),
    });
    const include = [
      ...(settings.metricInclude ?? []),
      ...(settings.metricPreset ?? []).flatMap((service) => METRIC_PRESETS[service] ?? []),
    ];
    const metricStream = new cloudwatch.CfnMetricStream(this, 'MetricStream', {
      outputFormat: 'json',
      firehoseArn: this.deliveryStream.deliveryStreamArn,
      roleArn: role.roleArn,
      ...(include.length > 0
        ? { includeFilters: filters(include) }
        : { excludeFilters: filters([{ namespace: EMF_NAMESPACE }, ...(settings.metricExclude ?? [])]) }),
      statisticsConfigurations: settings.metricStatistics?.map(({ namespace, metricNames, statistics }) => ({
        includeMetrics: metricNames.map((metricName) => ({ namespace, metricName })),
        additionalStatistics: [...statistics],
      })),
      includeLinkedAccountsMetrics: settings.metricLinkedAccounts,
    });
    // Else the stream may be created before it may write.
    this.deliveryStream.grantPutRecords(role).applyBefore(metricStream);
    return metricStream;
  }

  private createAlarms(): void {
    createAlarm(this, 'DeliveryStreamLateAlarm', {
      metric: this.deliveryStream.metric('DeliveryToS3.DataFreshness', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      threshold: LATE.toSeconds(),
      alarmDescription:
        'Firehose cannot write to the bucket. Its own log group and the prefix firehose-errors/ say why. Firehose keeps trying for 24 hours.',
    });
    createAlarm(this, 'MetricStreamSilentAlarm', {
      metric: this.deliveryStream.metricIncomingRecords({
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(15),
      }),
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      alarmDescription:
        'The metric stream has given nothing for half an hour. Is it running, does its filter match anything, and may its role write to the delivery stream?',
    });
  }
}

const METRICS_PREFIX = 'metrics/';

/** The rights that Firehose documents: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3 */
const createDeliveryRole = (scope: Construct, bucket: s3.IBucket, logGroup: logs.ILogGroup): iam.Role => {
  const role = new iam.Role(scope, 'DeliveryRole', {
    assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com'),
  });
  const objects = [bucket.arnForObjects(`${METRICS_PREFIX}*`), bucket.arnForObjects('firehose-errors/*')];
  allow(
    role,
    ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    objects,
    'Firehose names the objects it writes',
  );
  allow(role, ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], [bucket.bucketArn]);
  allow(role, ['logs:PutLogEvents'], [logGroup.logGroupArn]);
  return role;
};

const filters = (
  selections: readonly MetricSelection[],
): cloudwatch.CfnMetricStream.MetricStreamFilterProperty[] =>
  merged(selections).map(({ namespace, metricNames }) => ({
    namespace,
    ...(metricNames && { metricNames: [...metricNames] }),
  }));
