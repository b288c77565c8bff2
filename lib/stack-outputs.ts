import { TURN_ON_OUTPUTS } from '../lambdas/log-kinds.ts';

/** Names of the stack's outputs. */
export const OUTPUT_NAMES = [
  'BucketName',
  'MetricsQueueUrl',
  'MetricsDeadLetterQueueUrl',
  'MetricsFunctionName',
  'MetricStreamName',
  'DeliveryStreamName',
  'LogsQueueUrl',
  'LogsDeadLetterQueueUrl',
  'LogsFunctionName',
  ...TURN_ON_OUTPUTS,
  'DashboardUrl',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/** Outputs of a deployed stack; which there are depends on its settings. */
export type StackOutputs = Readonly<Partial<Record<OutputName, string>>>;
