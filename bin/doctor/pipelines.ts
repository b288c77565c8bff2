import type { StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../shared/stack-outputs.ts';

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
  readonly prefix: string;
  readonly kind: 'notifications' | 'eventbridge';
}

/** The pipelines that a stack says it has. */
export const deployedPipelines = (
  settings: StackSettings,
  outputs: StackOutputs,
): readonly DeployedPipeline[] => {
  const { albLogBucketName, albLogPrefix = '', albLogSource } = settings;
  const bucket = outputs['BucketName'] ?? '';
  const albSource: Source =
    albLogBucketName === undefined
      ? { bucket, prefix: 'alb/', kind: 'notifications' }
      : { bucket: albLogBucketName, prefix: albLogPrefix, kind: albLogSource };
  return [
    { name: 'metrics', output: 'Metrics', source: { bucket, prefix: 'metrics/', kind: 'notifications' } },
    { name: 'logs', output: 'Logs', source: albSource },
  ].flatMap(({ name, output, source }) => {
    const queueUrl = outputs[`${output}QueueUrl`];
    const deadLetterQueueUrl = outputs[`${output}DeadLetterQueueUrl`];
    const functionName = outputs[`${output}FunctionName`];
    if (queueUrl === undefined || deadLetterQueueUrl === undefined || functionName === undefined) return [];
    return [{ name, queueUrl, deadLetterQueueUrl, functionName, source } as DeployedPipeline];
  });
};
