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
  'TurnOnAccessLogs',
  'TurnOnConnectionLogs',
  'DashboardUrl',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/** Outputs of a deployed stack; which there are depends on its settings. */
export type StackOutputs = Readonly<Partial<Record<OutputName, string>>>;
