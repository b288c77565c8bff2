import { GetMetricStreamCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeDeliveryStreamCommand } from '@aws-sdk/client-firehose';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { lastAbove0, readMetric } from './read-metric.ts';

/** From CloudWatch to the bucket; none where the stack has no metrics pipeline. */
export const metricStreamChecks = (outputs: StackOutputs): readonly Check[] => {
  const { MetricStreamName: metricStream, DeliveryStreamName: deliveryStream } = outputs;
  if (metricStream === undefined || deliveryStream === undefined) return [];
  return [isRunning(metricStream), isActive(deliveryStream), lastDelivery(deliveryStream)];
};

const isRunning = (name: string): Check => ({
  name: 'metric stream',
  actions: ['cloudwatch:GetMetricStream'],
  run: async ({ clients }) => {
    const { State, OutputFormat } = await clients.cloudWatch.send(new GetMetricStreamCommand({ Name: name }));
    if (State !== 'running')
      return fail(`it is ${State}`, `aws cloudwatch start-metric-streams --names ${name}`);
    return OutputFormat === 'json'
      ? ok('running')
      : fail(`its output format is ${OutputFormat}`, 'the functions read json: npx cdk deploy');
  },
});

const isActive = (name: string): Check => ({
  name: 'delivery stream',
  actions: ['firehose:DescribeDeliveryStream'],
  run: async ({ clients }) => {
    const { DeliveryStreamDescription: stream } = await clients.firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }),
    );
    const { DeliveryStreamStatus: status, FailureDescription: failure } = stream ?? {};
    if (status === 'ACTIVE') return ok('ACTIVE');
    return fail(
      [status, failure?.Type, failure?.Details].filter(Boolean).join(': '),
      'mend what it says, or wait for CREATING to end; then npx cdk deploy',
    );
  },
});

/** Three hours: longer than any setting of Firehose's buffer, shorter than a night. */
const MINUTES = 180;

const lastDelivery = (name: string): Check => ({
  name: 'last delivery to S3',
  actions: ['cloudwatch:GetMetricStatistics'],
  run: async ({ clients }) => {
    const records = await readMetric(clients.cloudWatch, {
      namespace: 'AWS/Firehose',
      name: 'DeliveryToS3.Records',
      dimensions: { DeliveryStreamName: name },
      statistic: 'Sum',
      minutes: MINUTES,
    });
    const last = lastAbove0(records);
    return last === undefined
      ? warn(
          `none in the last ${MINUTES / 60} hours`,
          "the first comes minutes after a deploy; later, see whether the stream's filters match anything, Firehose's log group and the prefix firehose-errors/",
        )
      : ok(last);
  },
});
