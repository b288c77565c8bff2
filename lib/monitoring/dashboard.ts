import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { FIVE_MINUTES, LATE, lateness, metricId } from './forwarder-alarms.ts';
import type { MetricStreamToScout } from '../metric-stream-to-scout.ts';
import type { ScoutForwarder } from '../scout-forwarder.ts';

/** One look: is data flowing, how late, how much, what was refused, what it costs. */
export const createDashboard = (
  scope: Construct,
  forwarders: readonly ScoutForwarder[],
  metricStream: MetricStreamToScout | undefined,
  alarms: readonly cloudwatch.IAlarm[],
): cloudwatch.Dashboard =>
  new cloudwatch.Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.hours(6),
    widgets: [
      [
        new cloudwatch.AlarmStatusWidget({
          title: 'Is anything wrong?',
          width: 24,
          height: 3,
          alarms: [...alarms],
        }),
      ],
      [
        graph('Is data flowing? Records', forwarders, (forwarder) => [
          forwarder.metric('RecordsRead', sum(`${forwarder.pipeline}: read`)),
          forwarder.metric('RecordsDelivered', sum(`${forwarder.pipeline}: delivered`)),
        ]),
        graph('How late? Seconds, at worst', forwarders, (forwarder) => [lateness(forwarder)], {
          leftAnnotations: [{ value: LATE.toSeconds(), label: 'alarm', color: cloudwatch.Color.RED }],
        }),
        graph('How much? Bytes sent to Scout', forwarders, (forwarder) => [
          forwarder.metric('BytesSent', sum(forwarder.pipeline)),
        ]),
      ],
      [
        graph('What was refused?', forwarders, (forwarder) => [
          forwarder.metric('RecordsRejected', sum(`${forwarder.pipeline}: records rejected`)),
          forwarder.metric('ObjectsDeadLettered', sum(`${forwarder.pipeline}: objects dead-lettered`)),
        ]),
        graph('What waits? Objects, and requests tried again', forwarders, (forwarder) => [
          forwarder.metric('ObjectsForwarded', sum(`${forwarder.pipeline}: forwarded`)),
          forwarder.queue.metricApproximateNumberOfMessagesVisible(
            sum(`${forwarder.pipeline}: queued`, 'Maximum'),
          ),
          forwarder.metric('ExportRetries', sum(`${forwarder.pipeline}: tried again`)),
        ]),
        new cloudwatch.SingleValueWidget({
          title: 'What does it cost? Dollars of the last day, at list prices of us-east-1',
          width: 8,
          height: 6,
          metrics: [
            ...forwarders.flatMap(forwarderCosts),
            ...(metricStream ? metricStreamCosts(metricStream) : []),
          ],
        }),
      ],
    ],
  });

const sum = (label: string, statistic = 'Sum'): cloudwatch.MetricOptions => ({
  label,
  statistic,
  period: FIVE_MINUTES,
});

const graph = (
  title: string,
  forwarders: readonly ScoutForwarder[],
  metrics: (forwarder: ScoutForwarder) => cloudwatch.IMetric[],
  props?: cloudwatch.GraphWidgetProps,
): cloudwatch.GraphWidget =>
  new cloudwatch.GraphWidget({ title, width: 8, left: forwarders.flatMap(metrics), ...props });

// https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer and the price pages of Lambda (arm64), CloudWatch and
// Data Firehose, us-east-1
const PER_GB_OUT = 0.09;
const PER_GB_SECOND = 0.0000133334;
const PER_MILLION_REQUESTS = 0.2;
const PER_THOUSAND_METRIC_UPDATES = 0.003;
const PER_GB_FIREHOSE = 0.029;

const DAY = { statistic: cloudwatch.Stats.SUM, period: Duration.days(1) };

const forwarderCosts = (forwarder: ScoutForwarder): cloudwatch.IMetric[] => {
  const { function: handler, memorySize, pipeline } = forwarder;
  const id = (name: string): string => metricId(forwarder, name);
  const [bytes, ms, calls] = [id('bytes'), id('ms'), id('calls')];
  return [
    dollars(`${pipeline}: bytes out`, `${bytes} / 1000000000 * ${PER_GB_OUT}`, {
      [bytes]: forwarder.metric('BytesSent', DAY),
    }),
    dollars(
      `${pipeline}: Lambda`,
      `${ms} / 1000 * ${memorySize / 1024} * ${PER_GB_SECOND} + ${calls} / 1000000 * ${PER_MILLION_REQUESTS}`,
      { [ms]: handler.metricDuration(DAY), [calls]: handler.metricInvocations(DAY) },
    ),
  ];
};

const metricStreamCosts = ({ metricStream, deliveryStream }: MetricStreamToScout): cloudwatch.IMetric[] => [
  dollars('metric stream', `updates / 1000 * ${PER_THOUSAND_METRIC_UPDATES}`, {
    updates: new cloudwatch.Metric({
      namespace: 'AWS/CloudWatch/MetricStreams',
      // Counts additional statistics too, as the bill does.
      metricName: 'TotalMetricUpdate',
      dimensionsMap: { MetricStreamName: metricStream.ref },
      ...DAY,
    }),
  }),
  dollars('Firehose', `incoming / 1000000000 * ${PER_GB_FIREHOSE}`, {
    incoming: deliveryStream.metricIncomingBytes(DAY),
  }),
];

const dollars = (
  label: string,
  expression: string,
  usingMetrics: Record<string, cloudwatch.IMetric>,
): cloudwatch.IMetric =>
  new cloudwatch.MathExpression({ label, expression, usingMetrics, period: DAY.period });
