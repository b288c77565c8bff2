import { GetMetricStreamCommand, type GetMetricStreamCommandOutput } from '@aws-sdk/client-cloudwatch';
import { DescribeDeliveryStreamCommand } from '@aws-sdk/client-firehose';
import { shellWord } from '../shared/shell-word.ts';
import { type Finding, fail, ok, warn } from './check.ts';
import type { Context } from './context.ts';
import { newestAboveZero, readMetric } from './read-metric.ts';

/** Three hours: longer than any setting of Firehose's buffer, shorter than a night. */
const MINUTES = 180;

export const checkMetricStream = async ({ clients, region }: Context, name: string): Promise<Finding> => {
  const stream = await clients.cloudWatch.send(new GetMetricStreamCommand({ Name: name }));
  const { State, OutputFormat } = stream;
  if (State !== 'running')
    return fail(`it is ${State}`, `aws cloudwatch start-metric-streams --names ${name} --region ${region}`);
  return OutputFormat === 'json'
    ? ok('running')
    : fail(
        `its output format is ${OutputFormat}, the functions read json`,
        `aws cloudwatch put-metric-stream --region ${region} --cli-input-json ${shellWord(inJson(stream))}`,
      );
};

/** Input of `put-metric-stream`, which replaces the whole stream: as it is, but for the format. */
const inJson = (stream: GetMetricStreamCommandOutput): string => {
  const { Name, FirehoseArn, RoleArn, IncludeFilters, ExcludeFilters } = stream;
  const { StatisticsConfigurations, IncludeLinkedAccountsMetrics } = stream;
  const kept = { Name, FirehoseArn, RoleArn, StatisticsConfigurations, IncludeLinkedAccountsMetrics };
  // AWS takes one of the two, and gives an empty list for the other.
  const filters = (IncludeFilters?.length ?? 0) > 0 ? { IncludeFilters } : { ExcludeFilters };
  return JSON.stringify({ ...kept, ...filters, OutputFormat: 'json' });
};

export const checkDeliveryStream = async ({ clients }: Context, name: string): Promise<Finding> => {
  const { DeliveryStreamDescription: stream } = await clients.firehose.send(
    new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }),
  );
  const { DeliveryStreamStatus: status, FailureDescription: failure } = stream ?? {};
  if (status === 'ACTIVE') return ok('ACTIVE');
  return fail(
    [status, failure?.Type, failure?.Details].filter(Boolean).join(': '),
    status === 'CREATING'
      ? 'wait until it is ACTIVE'
      : 'fix the cause that it names; then npx cdk deploy --revert-drift',
  );
};

export const checkLastDelivery = async ({ clients }: Context, name: string): Promise<Finding> => {
  const records = await readMetric(clients.cloudWatch, {
    namespace: 'AWS/Firehose',
    name: 'DeliveryToS3.Records',
    dimensions: { DeliveryStreamName: name },
    statistic: 'Sum',
    minutes: MINUTES,
  });
  const newest = newestAboveZero(records);
  return newest === undefined
    ? warn(
        `none in the last ${MINUTES / 60} hours`,
        "the first comes minutes after a deploy. Later: do the stream's filters match any metric? Firehose's log group and the prefix firehose-errors/ name other causes",
      )
    : ok(newest);
};
