import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { FIVE_MINUTES, lateness, metricId } from './forwarder-alarms.ts';
import { LATE_SECONDS } from './late.ts';
import { metricStreamMetric } from './metric-stream-alarms.ts';
import { costOf, HOURS_PER_MONTH, PRICE_OF_RECORDS } from '../prices.ts';
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
          forwarder.metric('RecordsRead', sum(`${forwarder.pipeline}: read, repeated tries too`)),
          forwarder.metric('RecordsDelivered', sum(`${forwarder.pipeline}: delivered`)),
          forwarder.metric('RecordsFiltered', sum(`${forwarder.pipeline}: left out by settings`)),
        ]),
        graph(
          'How late? Delivery lag in seconds, maximum',
          forwarders,
          (forwarder) => [lateness(forwarder)],
          {
            leftAnnotations: [{ value: LATE_SECONDS, label: 'alarm', color: cloudwatch.Color.RED }],
          },
        ),
        graph('How much? Bytes sent to Scout', forwarders, (forwarder) => [
          forwarder.metric('BytesSent', sum(forwarder.pipeline)),
        ]),
      ],
      [
        graph('What was rejected, or sent without tags? Records', forwarders, (forwarder) => [
          forwarder.metric('RecordsRejected', sum(`${forwarder.pipeline}: rejected`)),
          forwarder.metric('RecordsUntagged', sum(`${forwarder.pipeline}: without tags`)),
        ]),
        graph('What waits? Objects in the queues, and those given up', forwarders, (forwarder) => [
          forwarder.queue.metricApproximateNumberOfMessagesVisible(
            sum(`${forwarder.pipeline}: queued`, 'Maximum'),
          ),
          forwarder.metric('ObjectsDeadLettered', sum(`${forwarder.pipeline}: dead-lettered`)),
        ]),
        graph('What was done? Objects forwarded, and requests retried', forwarders, (forwarder) => [
          forwarder.metric('ObjectsForwarded', sum(`${forwarder.pipeline}: forwarded`)),
          forwarder.metric('ExportRetries', sum(`${forwarder.pipeline}: retries`)),
        ]),
      ],
      [
        new cloudwatch.SingleValueWidget({
          title: 'What does it cost? Dollars a month, AWS and Scout, by the last day at list prices',
          width: 8,
          height: 6,
          metrics: [monthlyCost(forwarders, metricStream)],
        }),
        new cloudwatch.SingleValueWidget({
          title: 'Dead letters now',
          width: 4,
          height: 6,
          metrics: forwarders.map(({ deadLetterQueue, pipeline }) =>
            deadLetterQueue.metricApproximateNumberOfMessagesVisible(sum(pipeline, 'Maximum')),
          ),
        }),
        new cloudwatch.TextWidget({ width: 12, height: 6, markdown: RUNBOOK }),
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

const RUNBOOK = [
  '### Runbook',
  '- **Late or queued**: `npm run doctor`; the saved query _objects not delivered_ has the response of Scout or its token endpoint. Nothing is lost for 14 days.',
  '- **Dead letters**: `npm run letters -- list` has the reasons. Fix the cause, then `npm run letters -- retry`.',
  '- **Rejected**: `npm run rejected -- list`. The records are in the bucket under `rejected/`, with the reason.',
  '- **Nothing arrives**: `npm run doctor` checks every step. Left out by settings is not lost: filters and sampling.',
  '- **Anything else**: docs/operations.md. Logs Insights has saved queries in the folder of the stack.',
].join('\n');

const DAY = { statistic: cloudwatch.Stats.SUM, period: Duration.days(1) };
const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/** One number: the last day's bill times the days of a month. Fixed costs and storage are not in it. */
const monthlyCost = (
  forwarders: readonly ScoutForwarder[],
  metricStream: MetricStreamToScout | undefined,
): cloudwatch.IMetric => {
  const terms = [
    ...forwarders.flatMap(forwarderCosts),
    ...(metricStream ? metricStreamCosts(metricStream) : []),
  ];
  return new cloudwatch.MathExpression({
    label: '$ a month',
    expression: `(${terms.map(({ id, dollars }) => `FILL(${id}, 0) * ${dollars.toFixed(15)}`).join(' + ')}) * ${DAYS_PER_MONTH}`,
    usingMetrics: Object.fromEntries(terms.map(({ id, metric }) => [id, metric])),
    period: DAY.period,
  });
};

/** A metric that is billed, and its price per unit. */
interface CostTerm {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly dollars: number;
}

const forwarderCosts = (forwarder: ScoutForwarder): CostTerm[] => {
  const { function: handler, memorySize, pipeline } = forwarder;
  const term = (name: string, metric: cloudwatch.IMetric, dollars: number): CostTerm => ({
    id: metricId(forwarder, name),
    metric,
    dollars,
  });
  return [
    term('bytes', forwarder.metric('BytesSent', DAY), costOf('perGbOut', 1)),
    term('records', forwarder.metric('RecordsDelivered', DAY), costOf(PRICE_OF_RECORDS[pipeline], 1)),
    term('ms', handler.metricDuration(DAY), costOf('perLambdaGbSecond', memorySize / 1024) / 1000),
    term('calls', handler.metricInvocations(DAY), costOf('perMillionLambdaRequests', 1)),
  ];
};

const metricStreamCosts = (construct: MetricStreamToScout): CostTerm[] => [
  {
    id: 'updates',
    // Counts additional statistics too, as the bill does.
    metric: metricStreamMetric(construct, 'TotalMetricUpdate', DAY),
    dollars: costOf('perThousandMetricUpdates', 1),
  },
  {
    id: 'incoming',
    metric: construct.deliveryStream.metricIncomingBytes(DAY),
    dollars: costOf('perFirehoseGb', 1),
  },
];
