import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { EmfMetric } from '../../lambdas/forwarding/ledger.ts';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { LATE_SECONDS } from './late.ts';

/** A forwarder, as far as its alarms and graphs need it. */
export interface MonitoredForwarder extends Construct {
  readonly pipeline: Pipeline;
  readonly queue: sqs.IQueue;
  readonly deadLetterQueue: sqs.IQueue;
  readonly function: lambda.IFunction;
  readonly alarmNamePrefix: string;
  /** A metric of the function's own. */
  metric(metricName: EmfMetric, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

export const FIVE_MINUTES = Duration.minutes(5);

type AlarmOptions = Partial<cloudwatch.AlarmProps> &
  Pick<cloudwatch.AlarmProps, 'metric' | 'alarmDescription'>;

/**
 * An alarm that one bad data point raises, and no data does not. Its name is what a notification shows: the forwarder's
 * prefix and the id.
 */
export const createAlarm = (
  scope: Construct,
  id: string,
  { alarmNamePrefix }: MonitoredForwarder,
  options: AlarmOptions,
): cloudwatch.Alarm =>
  new cloudwatch.Alarm(scope, id, {
    alarmName: `${alarmNamePrefix}-${id}`,
    threshold: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...options,
  });

interface SilenceAlarmOptions {
  readonly metric: (options: cloudwatch.MetricOptions) => cloudwatch.IMetric;
  readonly alarmDescription: string;
}

/** An alarm that a metric without any count for so long raises; no data is none too. */
export const createSilenceAlarm = (
  scope: Construct,
  id: string,
  forwarder: MonitoredForwarder,
  silence: Duration,
  { metric, alarmDescription }: SilenceAlarmOptions,
): cloudwatch.Alarm => {
  // CloudWatch looks back for a day at most, or for seven with periods of an hour:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  const period = silence.toHours({ integral: false }) < 1 ? Duration.minutes(15) : Duration.hours(1);
  return createAlarm(scope, id, forwarder, {
    metric: metric({ statistic: cloudwatch.Stats.SUM, period }),
    alarmDescription,
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: Math.ceil(silence.toMinutes() / period.toMinutes()),
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
};

/** The faults of a pipeline, each with its remedy. */
export const createForwarderAlarms = (forwarder: MonitoredForwarder): void => {
  const { deadLetterQueue, function: handler, pipeline } = forwarder;
  const sum = { statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES };

  createAlarm(forwarder, 'DeadLettersAlarm', forwarder, {
    metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
      statistic: cloudwatch.Stats.MAXIMUM,
      period: FIVE_MINUTES,
    }),
    alarmDescription: `${pipeline}: objects were moved to the dead-letter queue. Read error.type and error.message on a message, fix the cause, then run npm run letters -- retry.`,
  });
  createAlarm(forwarder, 'LateAlarm', forwarder, {
    metric: lateness(forwarder),
    threshold: LATE_SECONDS,
    // Work that fails is tried again after up to 15 minutes, and says only then how late it is.
    evaluationPeriods: 3,
    datapointsToAlarm: 1,
    alarmDescription: `${pipeline}: data reaches Scout later than ${LATE_SECONDS / 60} minutes, or not at all. Look in the function's log for errors from Scout or the token endpoint. Nothing is lost for 14 days.`,
  });
  createAlarm(forwarder, 'RejectedAlarm', forwarder, {
    metric: forwarder.metric('RecordsRejected', sum),
    alarmDescription: `${pipeline}: records could not be sent as they are. They are kept with the reason under rejected/ in the bucket.`,
  });
  createAlarm(forwarder, 'ErrorsAlarm', forwarder, {
    metric: handler.metricErrors(sum),
    alarmDescription: `${pipeline}: the function failed as a whole: wrong settings, too little memory or time. Its log says which. What it was doing is tried again.`,
  });
  createAlarm(forwarder, 'ThrottlesAlarm', forwarder, {
    metric: handler.metricThrottles(sum),
    alarmDescription: `${pipeline}: the account has no concurrency left for the function. Data is late, not lost. Ask for a higher limit, or lower the concurrency of other functions.`,
  });
  createAlarm(forwarder, 'LedgerAlarm', forwarder, {
    metric: forwarder.metric('LedgerImbalance', sum),
    alarmDescription: `${pipeline}: records read are not those delivered, rejected, filtered or continued. This is a defect of the forwarder: report it with the log line of the object.`,
  });
};

/** Seconds: what the function saw, or what waits unreceived. SQS's own age leaves out what was received three times. */
export const lateness = (forwarder: MonitoredForwarder): cloudwatch.IMetric => {
  const maximum = { statistic: cloudwatch.Stats.MAXIMUM, period: FIVE_MINUTES };
  const [lag, age] = [metricId(forwarder, 'lag'), metricId(forwarder, 'age')];
  return new cloudwatch.MathExpression({
    expression: `MAX([FILL(${lag}, 0), FILL(${age}, 0)])`,
    usingMetrics: {
      [lag]: forwarder.metric('DeliveryLag', maximum),
      [age]: forwarder.queue.metricApproximateAgeOfOldestMessage(maximum),
    },
    period: FIVE_MINUTES,
    label: forwarder.pipeline,
  });
};

/** An id for use in a math expression; those of a graph must differ. */
export const metricId = ({ pipeline }: MonitoredForwarder, name: string): string => `${pipeline}_${name}`;
