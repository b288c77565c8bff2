import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { partitionOf } from '../../lambdas/aws-partition.ts';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX, METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import type { StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import type { AwsClients } from './aws-clients.ts';
import { type Option, UsageError } from './command-line.ts';

export interface DeployedStack {
  readonly outputs: StackOutputs;
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html */
  readonly status: string;
}

/** A pipeline that a stack says it has. */
export interface DeployedPipeline {
  readonly name: Pipeline;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly functionName: string;
}

/** The stack of that name; undefined where there is none. */
export const describeStack = async (
  client: CloudFormationClient,
  stackName: string,
): Promise<DeployedStack | undefined> => {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const { Outputs = [], StackStatus: status = 'unknown' } = Stacks?.[0] ?? {};
    const outputs = Object.fromEntries(
      Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
    return { outputs, status };
  } catch (error) {
    // AWS has no code for it: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
};

/** @throws UsageError if the stack does not exist */
export const requireStack = async (
  { cloudFormation }: Pick<AwsClients, 'cloudFormation'>,
  stackName: string,
): Promise<StackOutputs> => {
  const stack = await describeStack(cloudFormation, stackName);
  if (stack !== undefined) return stack.outputs;
  throw new UsageError(
    `stack ${stackName} does not exist in ${await cloudFormation.config.region()}; name it with --stack, and its region with AWS_REGION`,
  );
};

/** ARN of the queue with this URL, which ends in account and name. */
export const queueArn = (url: string, region: string): string => {
  const [account, name] = url.split('/').slice(-2);
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;
};

const OUTPUTS = { metrics: 'Metrics', logs: 'Logs' } as const satisfies Readonly<Record<Pipeline, string>>;

/** The pipelines of a stack; those without a queue were not deployed. */
export const deployedPipelines = (outputs: StackOutputs): readonly DeployedPipeline[] =>
  (['metrics', 'logs'] as const).flatMap((name) => {
    const queueUrl = outputs[`${OUTPUTS[name]}QueueUrl`];
    const deadLetterQueueUrl = outputs[`${OUTPUTS[name]}DeadLetterQueueUrl`];
    const functionName = outputs[`${OUTPUTS[name]}FunctionName`];
    if (queueUrl === undefined || deadLetterQueueUrl === undefined || functionName === undefined) return [];
    return [{ name, queueUrl, deadLetterQueueUrl, functionName }];
  });

/** The bucket of a pipeline's objects, and the prefixes that its function reads. */
export const pipelineSource = (
  pipeline: Pipeline,
  { albLogBucketName, albLogPrefix = '' }: Pick<StackSettings, 'albLogBucketName' | 'albLogPrefix'>,
  { BucketName: own = '' }: StackOutputs,
): { readonly bucket: string; readonly prefixes: readonly string[] } => {
  if (pipeline === 'metrics') return { bucket: own, prefixes: [METRICS_PREFIX] };
  return albLogBucketName === undefined
    ? { bucket: own, prefixes: [LOGS_PREFIX, FORMER_LOGS_PREFIX] }
    : { bucket: albLogBucketName, prefixes: [albLogPrefix] };
};

export const PIPELINE_OPTION = {
  type: 'string',
  value: 'NAME',
  help: 'metrics or logs only',
} as const satisfies Option;

/** The pipelines that the options ask for. @throws UsageError where there is none such */
export const selectPipelines = (
  outputs: StackOutputs,
  { stack, pipeline }: { readonly stack: string; readonly pipeline?: string | undefined },
): readonly DeployedPipeline[] => {
  if (pipeline !== undefined && pipeline !== 'metrics' && pipeline !== 'logs')
    throw new UsageError(`--pipeline is ${pipeline}; it must be metrics or logs`);
  const found = deployedPipelines(outputs).filter(({ name }) => pipeline === undefined || name === pipeline);
  if (found.length === 0)
    throw new UsageError(`stack ${stack} has no ${pipeline === undefined ? '' : `${pipeline} `}pipeline`);
  return found;
};
