import { FORMER_LOGS_PREFIX, LOGS_PREFIX, METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import type { StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';

/** What the checks of a pipeline need to know of it. */
export interface DeployedPipeline {
  readonly name: 'metrics' | 'logs';
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly functionName: string;
  readonly source: Source;
}

/** Where a pipeline's objects are, and how it hears of them. */
export interface Source {
  readonly bucket: string;
  readonly prefixes: readonly string[];
  readonly kind: 'notifications' | 'eventbridge';
}

/** The pipelines that a stack says it has. */
export const deployedPipelines = (
  settings: StackSettings,
  outputs: StackOutputs,
): readonly DeployedPipeline[] => {
  const { albLogBucketName, albLogPrefix = '', albLogSource } = settings;
  const bucket = outputs.BucketName ?? '';
  const albSource: Source =
    albLogBucketName === undefined
      ? { bucket, prefixes: [LOGS_PREFIX, FORMER_LOGS_PREFIX], kind: 'notifications' }
      : { bucket: albLogBucketName, prefixes: [albLogPrefix], kind: albLogSource };
  const metricSource: Source = { bucket, prefixes: [METRICS_PREFIX], kind: 'notifications' };
  return (
    [
      { name: 'metrics', output: 'Metrics', source: metricSource },
      { name: 'logs', output: 'Logs', source: albSource },
    ] as const
  ).flatMap(({ name, output, source }) => {
    const queueUrl = outputs[`${output}QueueUrl`];
    const deadLetterQueueUrl = outputs[`${output}DeadLetterQueueUrl`];
    const functionName = outputs[`${output}FunctionName`];
    if (queueUrl === undefined || deadLetterQueueUrl === undefined || functionName === undefined) return [];
    return [{ name, queueUrl, deadLetterQueueUrl, functionName, source }];
  });
};
