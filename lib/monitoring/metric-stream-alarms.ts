import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Construct } from 'constructs';
import {
  createAlarm,
  createSilenceAlarm,
  FIVE_MINUTES,
  type MonitoredForwarder,
} from './forwarder-alarms.ts';
import { LATE_SECONDS } from './late.ts';

const SILENCE = Duration.minutes(30);
/** Some metrics, such as the sizes of S3 buckets, come once a day. */
const SILENCE_OF_SOME_METRICS = Duration.hours(48);

/** A metric stream into a bucket, as far as its alarms and graphs need it. */
export interface MonitoredStream extends Construct {
  readonly metricStream: cloudwatch.CfnMetricStream;
  readonly deliveryStream: firehose.IDeliveryStream;
  readonly forwarder: MonitoredForwarder;
}

/**
 * Alarms about what happens before an object is in the bucket.
 * @param isFiltered the stream includes some metrics only, which may be sparse
 */
export const createMetricStreamAlarms = (
  construct: MonitoredStream,
  { isFiltered }: { readonly isFiltered: boolean },
): void => {
  const { deliveryStream, forwarder } = construct;
  const silence = isFiltered ? SILENCE_OF_SOME_METRICS : SILENCE;
  createAlarm(construct, 'DeliveryStreamLateAlarm', forwarder, {
    metric: deliveryStream.metric('DeliveryToS3.DataFreshness', {
      statistic: cloudwatch.Stats.MAXIMUM,
      period: FIVE_MINUTES,
    }),
    threshold: LATE_SECONDS,
    alarmDescription:
      'metrics: Firehose cannot write to the bucket. Read its log group and the prefix firehose-errors/. Firehose retries for 24 hours.',
  });
  createAlarm(construct, 'PublishErrorsAlarm', forwarder, {
    metric: metricStreamMetric(construct, 'PublishErrorRate', {
      statistic: cloudwatch.Stats.AVERAGE,
      period: FIVE_MINUTES,
    }),
    threshold: 0,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    alarmDescription:
      "metrics: CloudWatch could not put metric updates into Firehose, and those are lost. Check the metric stream's role and Firehose's quotas.",
  });
  createAlarm(construct, 'ThrottledRecordsAlarm', forwarder, {
    metric: deliveryStream.metric('ThrottledRecords', {
      statistic: cloudwatch.Stats.SUM,
      period: FIVE_MINUTES,
    }),
    alarmDescription:
      'metrics: Firehose throttles the metric stream, and updates may be lost. Ask for a higher quota of records per second, or stream fewer metrics.',
  });
  createSilenceAlarm(construct, 'MetricStreamSilentAlarm', forwarder, silence, {
    metric: (options) => deliveryStream.metricIncomingRecords(options),
    alarmDescription: `metrics: the metric stream has sent nothing for ${silence.toHumanString()}. Check that it is running, that its filters match metrics, and that its role may write to Firehose.`,
  });
  createSilenceAlarm(construct, 'NoObjectsAlarm', forwarder, silence, {
    metric: (options) => forwarder.metric('ObjectsForwarded', options),
    alarmDescription: `metrics: no object was forwarded for ${silence.toHumanString()}. If Firehose writes objects, check that the bucket still notifies the queue, and that Lambda polls it: npm run doctor.`,
  });
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-monitoring.html */
export const metricStreamMetric = (
  { metricStream }: MonitoredStream,
  metricName: 'PublishErrorRate' | 'TotalMetricUpdate',
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/CloudWatch/MetricStreams',
    metricName,
    dimensionsMap: { MetricStreamName: metricStream.ref },
    ...options,
  });
