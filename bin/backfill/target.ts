import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX, METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import { skipReason } from '../../lambdas/alb/object-key.ts';
import { readContext, UsageError } from '../shared/command-line.ts';
import { environmentRegion } from '../shared/region.ts';
import { stackOutputs } from '../shared/stack-outputs.ts';
import type { Command } from './command.ts';
import { type FoundObject, LAYOUTS } from './list-objects.ts';

/** Where the objects are, which of them the functions forward, and which queue they go to. */
export interface Target {
  readonly bucket: string;
  readonly queueUrl: string;
  /** Most functions at a time. */
  readonly concurrency: number;
  readonly region: string | undefined;
  readonly layout: RegExp;
  readonly isOurs: (object: FoundObject) => boolean;
}

/** As told on the command line, else as the settings and the deployed stack say. @throws UsageError */
export const findTarget = async (command: Command): Promise<Target> => {
  const isMetrics = command.prefix.startsWith(METRICS_PREFIX);
  const { bucket, queueUrl } = command;
  const { connectionLogs, ...found } =
    bucket !== undefined && queueUrl !== undefined
      ? { ...UNKNOWN, bucket, queueUrl, region: environmentRegion() }
      : await deployed(command, isMetrics);
  return isMetrics
    ? { ...found, layout: LAYOUTS.metrics, isOurs: ({ size }) => size > 0 }
    : {
        ...found,
        layout: LAYOUTS.albLogs,
        isOurs: ({ key, size }) => skipReason(key, size, connectionLogs) === undefined,
      };
};

/** Of a queue about which no setting says anything: what the function does not want, it skips. */
const UNKNOWN = { concurrency: 10, connectionLogs: true };

const deployed = async (
  { prefix, bucket, queueUrl, stackName, context }: Command,
  isMetrics: boolean,
): Promise<Omit<Target, 'layout' | 'isOurs'> & { connectionLogs: boolean }> => {
  const { albLogBucketName, albLogPrefix = '', regions, ...settings } = readContext(context);
  const region = environmentRegion() ?? (regions?.length === 1 ? regions[0] : undefined);
  const client = new CloudFormationClient({ ...(region && { region }) });
  const outputs = await stackOutputs(client, stackName);
  if (outputs === undefined)
    throw new UsageError(
      `there is no stack ${stackName} in ${await client.config.region()}; name it with --stack, its region with AWS_REGION, or give --bucket and --queue-url`,
    );
  const source = isMetrics
    ? { bucket: outputs.BucketName, prefixes: [METRICS_PREFIX], queueUrl: outputs.MetricsQueueUrl }
    : {
        bucket: albLogBucketName ?? outputs.BucketName,
        prefixes: albLogBucketName === undefined ? [LOGS_PREFIX, FORMER_LOGS_PREFIX] : [albLogPrefix],
        queueUrl: outputs.LogsQueueUrl,
      };
  if (source.bucket === undefined || source.queueUrl === undefined)
    throw new UsageError(`stack ${stackName} has no ${isMetrics ? 'metrics' : 'ALB log'} pipeline`);
  if (bucket === undefined && !source.prefixes.some((known) => prefix.startsWith(known)))
    throw new UsageError(
      `--prefix is ${prefix}; it must begin with ${source.prefixes[0]} or metrics/, since the functions may read nothing else`,
    );
  return {
    bucket: bucket ?? source.bucket,
    queueUrl: queueUrl ?? source.queueUrl,
    concurrency: isMetrics ? settings.metricConcurrency : settings.albConcurrency,
    connectionLogs: settings.logKinds.includes('alb-connection'),
    region,
  };
};
