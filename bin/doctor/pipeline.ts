import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import {
  type DeployedPipeline,
  deployedPipelines,
  queueArn,
  pipelineSource,
} from '../shared/deployed-stack.ts';
import { shellWord } from '../shared/shell-word.ts';
import { type Finding, fail, ok, skip, warn } from './check.ts';
import type { Context } from './context.ts';
import { checkNoneLately } from './read-metric.ts';

const OBJECT_CREATED = 's3:ObjectCreated:*';

export const pipelines = async ({ outputs }: Context): Promise<readonly DeployedPipeline[]> =>
  deployedPipelines(await outputs());

/** Whether the bucket notifies the pipeline's queue of new objects. */
export const checkNotifications = async (context: Context, { name }: DeployedPipeline): Promise<Finding> => {
  const { clients, region = '' } = context;
  const sources = await sourcesOf(context);
  const { bucket, prefixes, isByEventBridge, arn, owner } = sources[name];
  if (owner !== undefined)
    return skip(`only ${owner} can tell whether new objects in ${bucket} are announced`);
  const { $metadata: _, ...current } = await clients.s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  const put = (configuration: NotificationConfiguration): string =>
    `aws s3api put-bucket-notification-configuration --bucket ${bucket} --region ${region} --notification-configuration ${shellWord(JSON.stringify(configuration))}`;
  if (isByEventBridge) {
    return current.EventBridgeConfiguration === undefined
      ? fail(
          `${bucket} does not send its events to EventBridge`,
          put({ ...current, EventBridgeConfiguration: {} }),
        )
      : ok(`${bucket} sends its events to EventBridge`);
  }
  const { QueueConfigurations = [] } = current;
  const missing = missingOf(QueueConfigurations, arn, prefixes);
  const places = (of: readonly string[]): string =>
    of.map((prefix) => `s3://${bucket}/${prefix}`).join(' and ');
  if (missing.length === 0) return ok(`the queue is notified of new objects in ${places(prefixes)}`);
  // The command replaces all notifications of the bucket: it keeps those of others, and adds those of both pipelines.
  const added = Object.values(sources)
    .filter((source) => source.bucket === bucket && !source.isByEventBridge)
    .flatMap((source) =>
      missingOf(QueueConfigurations, source.arn, source.prefixes).map((prefix) =>
        notificationOf(source.arn, prefix),
      ),
    );
  return fail(
    `the queue is not notified of new objects in ${places(missing)}`,
    `${put({ ...current, QueueConfigurations: [...QueueConfigurations, ...added] })}. Then npm run backfill for the objects in between`,
  );
};

/** Where a pipeline's objects are, and how its queue is notified of them. */
interface Source {
  /** Of the queue; empty where the pipeline is not deployed. */
  readonly arn: string;
  readonly bucket: string;
  readonly prefixes: readonly string[];
  readonly isByEventBridge: boolean;
  /** Owner of a bucket, or of the topic that it notifies, that the stack's account may not look into. */
  readonly owner?: string | undefined;
}

const sourcesOf = async (context: Context): Promise<Readonly<Record<Pipeline, Source>>> => {
  const { outputs, settings, region = '' } = context;
  const { albLogSource, albLogTopicArn, albLogBucketAccount } = settings;
  const stack = await outputs();
  const deployed = deployedPipelines(stack);
  const source = (name: Pipeline) => {
    const pipeline = deployed.find((one) => one.name === name);
    const arn = pipeline === undefined ? '' : queueArn(pipeline.queueUrl, region);
    return { arn, ...pipelineSource(name, settings, stack) };
  };
  const owner =
    albLogTopicArn === undefined
      ? albLogBucketAccount && `account ${albLogBucketAccount}`
      : `the owner of ${albLogTopicArn}`;
  return {
    metrics: { ...source('metrics'), isByEventBridge: false },
    logs: { ...source('logs'), isByEventBridge: albLogSource === 'eventbridge', owner },
  };
};

/** Prefixes of which the bucket does not notify the queue. */
const missingOf = (
  configurations: readonly QueueConfiguration[],
  arn: string,
  prefixes: readonly string[],
): readonly string[] =>
  arn === ''
    ? []
    : prefixes.filter(
        (prefix) =>
          !configurations.some(
            (one) => one.QueueArn === arn && one.Events?.includes(OBJECT_CREATED) && prefixOf(one) === prefix,
          ),
      );

const prefixOf = ({ Filter }: QueueConfiguration): string =>
  Filter?.Key?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === 'prefix')?.Value ?? '';

const notificationOf = (QueueArn: string, prefix: string): QueueConfiguration => ({
  QueueArn,
  Events: [OBJECT_CREATED],
  ...(prefix !== '' && { Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } } }),
});

/** Whether Lambda takes messages off the queue. */
export const checkEventSource = async (
  { clients, region = '' }: Context,
  { functionName, queueUrl }: DeployedPipeline,
): Promise<Finding> => {
  const { EventSourceMappings = [] } = await clients.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  const arn = queueArn(queueUrl, region);
  const mapping = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn === arn);
  if (mapping === undefined)
    return fail('Lambda does not poll the queue: the event source mapping is gone', RECREATE);
  const { State = 'unknown', UUID = '', LastProcessingResult = '' } = mapping;
  if (State.startsWith('Dis')) {
    return fail(
      `Lambda does not poll the queue: ${State}`,
      `aws lambda update-event-source-mapping --enabled --uuid ${UUID} --region ${region}`,
    );
  }
  return LastProcessingResult.startsWith('PROBLEM')
    ? warn(
        `${State}, ${LastProcessingResult}`,
        `the function's role lacks a right, or the queue is gone: ${RECREATE}`,
      )
    : ok(`Lambda polls the queue: ${State}`);
};

/** A deploy alone compares templates: what was changed by hand stays as it is. */
export const RECREATE = 'npx cdk deploy --revert-drift';

/** Whether the function failed as a whole lately. A request that only Scout refused is not such an error. */
export const checkFunctionErrors = async (
  { clients, region }: Context,
  { functionName }: DeployedPipeline,
): Promise<Finding> =>
  checkNoneLately(
    clients.cloudWatch,
    { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: functionName } },
    `its log names the cause (wrong settings, memory or time): ${tailCommand(functionName, region, '?ERROR ?WARN')}. The work is tried again by itself`,
  );

/** A command that shows lines of a function's log: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
export const tailCommand = (functionName: string, region: string | undefined, pattern: string): string =>
  `aws logs tail "$(aws lambda get-function-configuration --function-name ${functionName} --region ${region} --query LoggingConfig.LogGroup --output text)" --region ${region} --since 1h --filter-pattern ${shellWord(pattern)}`;
