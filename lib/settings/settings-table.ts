import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  FUNCTION_SETTINGS,
  type FunctionSetting,
  METRIC_SERVICE_NAME,
  type SettingValue,
  type Variable,
  type Variables,
} from '../../lambdas/function-settings.ts';
import {
  commaSeparated,
  flag,
  integer,
  matching,
  oneOf,
  type Parser,
} from '../../lambdas/setting-parsers.ts';
import { PRICES } from '../prices.ts';
import { METRIC_PRESETS, type MetricPreset } from './metric-presets.ts';
import { DEFAULT_STATISTICS, extraStatistics, metricSelections } from './metric-selection.ts';
import { certificateFile, keyPrefix, listOf } from './stack-parsers.ts';

/** One context key. */
export interface Setting<T = unknown> {
  readonly parser: Parser<T>;
  readonly description: string;
  readonly required?: true;
  readonly default?: T;
  /** The effect of no value, in words. */
  readonly defaultText?: string;
  /** Another name of the key. */
  readonly alias?: string;
  /** The functions' environment variable that it becomes. */
  readonly env?: string;
  /** The functions have no default of their own. */
  readonly always?: true;
  /** No message shows the value. */
  readonly secret?: true;
}

/**
 * A message that crashes the function is received again after six of these: 300 receives must end, and the message be
 * dead-lettered, before its 14 days do.
 */
export const MAX_TIMEOUT_SECONDS = 600;
/** No batch is begun in the last 15 seconds. */
export const MIN_TIMEOUT_SECONDS = 60;

/** Two queues of 14 days: an object outlives every message about it. */
export const LEAST_BUCKET_RETENTION_DAYS = 28;

const memory = integer(128, 10_240);
const timeout = integer(MIN_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS);
const concurrency = integer(2, 1000);
const topicArn = matching(/^arn:[\w-]+:sns:[\w-]+:\d{12}:\S+$/, 'the ARN of an SNS topic');
const kmsKeyArn = matching(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key');

/** How long CloudWatch Logs can keep a log, in days: the values of `RetentionDays`, without loading CDK for it. */
export const LOG_RETENTION_DAYS: readonly RetentionDays[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const camelCase = (variable: string): string =>
  variable.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A key that becomes a variable of the functions, with the variable's own values and default. */
const forFunctions = <Row extends FunctionSetting>(row: Row, description: string) => ({
  ...row,
  description,
  ...(row.alias !== undefined && { alias: camelCase(row.alias) }),
});

const { scout, resource, batch, alb, metrics } = FUNCTION_SETTINGS;
const { serviceName } = resource;

export const SCOUT_SETTINGS = {
  scoutEndpoint: forFunctions(
    scout.endpoint,
    'OTLP base URL, such as `https://otel.example.com/tenant/otlp`',
  ),
  scoutTokenUrl: forFunctions(
    scout.tokenUrl,
    'OAuth2 token endpoint, such as `https://id.example.com/oauth/token`',
  ),
  scoutSecretName: {
    ...forFunctions(
      scout.secretName,
      'Secrets Manager secret `{"clientId","clientSecret"}` in the region of the stack',
    ),
    default: 'scout/oauth-client',
    always: true,
  },
  scoutAudience: forFunctions(scout.audience, '`audience` of the token request'),
  scoutHeaders: forFunctions(
    scout.headers,
    'Extra HTTP headers. The template shows them to every reader: not for secrets',
  ),
  scoutCompression: forFunctions(
    scout.compression,
    'Compression of requests. `auto` is zstd until Scout refuses it, then gzip',
  ),
  scoutEnvironment: forFunctions(
    resource.environment,
    'Environment of everything sent, or one per AWS account',
  ),
  scoutResourceAttributes: forFunctions(resource.attributes, 'Additional attributes of every resource'),
  resourceTags: forFunctions(
    FUNCTION_SETTINGS.resourceTags,
    'Tags of the resource to add as `aws.tag.<key>`, by their keys. Other tags never leave the account',
  ),
  requestTimeout: forFunctions(scout.requestTimeout, 'Time-out of one POST, in seconds'),
  batchSize: forFunctions(batch.records, 'Most records in one POST'),
  batchBytes: forFunctions(batch.bytes, 'Most uncompressed bytes in one POST'),
  ownMetrics: forFunctions(
    FUNCTION_SETTINGS.ownMetrics,
    'Also send gauges about the forwarder itself: `scout.forwarder.records` and `scout.forwarder.lag`',
  ),
  deleteProcessedFiles: forFunctions(
    FUNCTION_SETTINGS.deleteProcessedFiles,
    'Delete an object once all of it was delivered, instead of at the end of its retention',
  ),
} as const;

export const METRIC_SETTINGS = {
  metrics: { parser: flag, default: true, description: 'Deploy the metrics pipeline' },
  metricServiceName: {
    ...forFunctions(
      serviceName,
      '`service.name` of metrics; the word `namespace` means the CloudWatch namespace',
    ),
    default: METRIC_SERVICE_NAME,
  },
  metricUnits: forFunctions(metrics.units, "Units as CloudWatch writes them, or OpenTelemetry's (UCUM)"),
  metricDimensionAttributes: forFunctions(
    metrics.dimensionAttributes,
    'Also add one attribute per dimension, `Dimensions.<Name>`',
  ),
  metricInclude: {
    parser: metricSelections,
    defaultText: 'every namespace but ScoutForwarder',
    description: 'Stream only these metrics',
  },
  metricPreset: {
    parser: commaSeparated(
      oneOf(...(Object.keys(METRIC_PRESETS) as MetricPreset[])),
      'names of presets, separated by commas; the presets are listed below',
    ),
    description: 'Stream only the metrics of these services, and those of `metricInclude`',
  },
  metricExclude: {
    parser: metricSelections,
    description: 'Stream all metrics but these. Not together with `metricInclude` or `metricPreset`',
  },
  metricStatistics: {
    parser: extraStatistics,
    default: DEFAULT_STATISTICS,
    defaultText: 'p50, p90, p95 and p99 of `TargetResponseTime`, which a value replaces',
    description:
      'Statistics beside count, sum, min and max. CloudWatch bills up to five of a metric as one more update',
  },
  metricLinkedAccounts: {
    parser: flag,
    default: false,
    description: 'In a monitoring account: stream the metrics of linked accounts too',
  },
  firehoseBufferSeconds: {
    parser: integer(0, 600),
    default: 60,
    description: 'Firehose writes an object at the latest after this many seconds',
  },
  firehoseBufferMiB: {
    parser: integer(1, 128),
    default: 5,
    description: 'Firehose writes an object at the latest after this much data, in MiB',
  },
  metricMemory: { parser: memory, default: 512, description: 'Memory of the function, in MB' },
  metricTimeout: { parser: timeout, default: 300, description: 'Time-out of the function, in seconds' },
  metricConcurrency: { parser: concurrency, default: 10, description: 'Maximum concurrent invocations' },
} as const;

export const ALB_SETTINGS = {
  albLogs: { parser: flag, default: true, description: 'Deploy the log pipeline' },
  logKinds: forFunctions(
    FUNCTION_SETTINGS.logKinds,
    'Kinds of logs to forward; objects of other kinds are skipped',
  ),
  albConnectionLogs: forFunctions(
    FUNCTION_SETTINGS.albConnectionLogs,
    'Former name for the kind `alb-connection` of `logKinds`',
  ),
  albServiceName: {
    ...forFunctions(serviceName, '`service.name` of log records'),
    alias: 'logServiceName',
    defaultText: 'one for each kind, such as `alb`',
  },
  albAttributes: forFunctions(
    alb.attributes,
    "Attributes under AWS's field names, OpenTelemetry's semantic conventions, or both",
  ),
  albBody: forFunctions(alb.body, 'Body of a log record: all fields as JSON, the line, or nothing'),
  albQueryStrings: forFunctions(
    alb.queryStrings,
    'Query strings: keep them as logged, mask their values, or drop them',
  ),
  albRedactQueryKeys: forFunctions(
    alb.redactQueryKeys,
    'Query parameters whose values are redacted, beside those of signatures and credentials',
  ),
  albClientAddress: forFunctions(
    alb.clientAddress,
    'Client addresses: keep them as logged, or mask the last octet (IPv6: the last 80 bits)',
  ),
  albSkipStatus: forFunctions(alb.skipStatus, 'Drop requests with these status codes'),
  albSkipPath: forFunctions(alb.skipPath, 'Drop requests whose path matches'),
  albSkipUserAgent: forFunctions(alb.skipUserAgent, 'Drop requests whose user agent matches'),
  albSampleRate: forFunctions(
    alb.sampleRate,
    'Share of successful requests to keep; failed requests are always kept',
  ),
  albSampleSlowerThan: {
    ...forFunctions(
      alb.sampleSlowerThan,
      'Always keep successful requests that took at least this many seconds',
    ),
    defaultText: 'none',
  },
  albArns: {
    parser: listOf(
      /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/(?:app|net)\/[\w-]+\/\w+$/,
      'ARNs of Application and Network Load Balancers',
    ),
    description:
      "Load balancers of the stack's account and region; the deploy turns on their logs, and destroy turns them off",
  },
  albLogAccounts: {
    parser: listOf(/^\d{12}$/, 'account ids of 12 digits'),
    description: 'Other accounts whose logs AWS may deliver into the bucket',
  },
  albLogBucketName: {
    parser: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    description: "Existing bucket that holds the logs, in the stack's region. It is only read",
  },
  albLogBucketAccount: {
    parser: matching(/^\d{12}$/, 'an account id of 12 digits'),
    defaultText: "the stack's account",
    description: 'Account of that bucket. Its owner must let the function read it',
  },
  albLogBucketKeyArn: {
    parser: kmsKeyArn,
    description: 'Customer-managed key that encrypts the objects in that bucket',
  },
  albLogPrefix: { parser: keyPrefix, description: 'Prefix of the logs in that bucket' },
  albLogSource: {
    parser: oneOf('notifications', 'eventbridge'),
    default: 'notifications',
    description:
      'Source of events about new objects in that bucket: S3 notifications, which the deploy adds, or EventBridge, which its owner must have turned on',
  },
  albLogTopicArn: {
    parser: topicArn,
    description:
      'SNS topic that is notified of new objects in that bucket, instead of `albLogSource`; the deploy subscribes the queue',
  },
  logSilenceHours: {
    parser: integer(1, 168),
    defaultText: 'no alarm, since load balancers without requests write no logs',
    description: 'Raise an alarm when no log object was forwarded for so many hours',
  },
  albMemory: {
    parser: memory,
    alias: 'logMemory',
    default: 1769,
    description: 'Memory of the function, in MB; 1769 is one vCPU',
  },
  albTimeout: {
    parser: timeout,
    alias: 'logTimeout',
    default: 300,
    description: 'Time-out of the function, in seconds',
  },
  albConcurrency: {
    parser: concurrency,
    alias: 'logConcurrency',
    default: 10,
    description: 'Maximum concurrent invocations',
  },
} as const;

export const STACK_SETTINGS = {
  regions: {
    parser: listOf(/^[a-z]{2,4}(?:-[a-z]+)+-\d$/, 'regions'),
    defaultText: "the AWS CLI's region",
    description: 'Deploy one stack in each of these regions',
  },
  bucketRetentionDays: {
    parser: integer(LEAST_BUCKET_RETENTION_DAYS, 3650),
    default: 30,
    description: 'Days until an object in the bucket expires; never less than its messages may wait',
  },
  logRetentionDays: {
    parser: oneOf(...LOG_RETENTION_DAYS),
    default: 30,
    description: "Days that the functions' and Firehose's own logs are kept",
  },
  alarmTopicArn: {
    parser: topicArn,
    description: "Existing SNS topic for alarms, in the stack's region",
  },
  alarmEmail: {
    parser: matching(/^[^@\s]+@[^@\s]+$/, 'an e-mail address'),
    description: 'Address for alarms; its owner must confirm the subscription',
  },
  vpcId: {
    parser: matching(/^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a VPC'),
    description:
      'Run the functions in this VPC. S3, SQS, Secrets Manager, Scout and its token endpoint must be reachable from its subnets',
  },
  subnetIds: {
    parser: listOf(/^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'ids of subnets'),
    description: 'Private subnets of that VPC',
  },
  securityGroupIds: {
    parser: listOf(/^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'ids of security groups'),
    defaultText: "the stack's own, outbound only",
    description: 'Security groups of the functions in that VPC',
  },
  caCertificateFile: {
    parser: certificateFile,
    description: 'Certificates of a private CA, trusted beside the public ones',
  },
  secretKmsKeyArn: {
    parser: kmsKeyArn,
    description: 'Customer-managed key that encrypts the secret',
  },
  dashboard: {
    parser: flag,
    default: true,
    description: `Deploy the CloudWatch dashboard ($${PRICES.perDashboard} a month beyond the first three of an account)`,
  },
} as const;

/** Every context key there is. */
export const SETTINGS = {
  ...SCOUT_SETTINGS,
  ...METRIC_SETTINGS,
  ...ALB_SETTINGS,
  ...STACK_SETTINGS,
} satisfies Record<string, Setting>;

/** The values of all context keys. */
export type StackSettings = { readonly [K in keyof typeof SETTINGS]: SettingValue<(typeof SETTINGS)[K]> };

/**
 * The functions' variables that no context key sets, and what they are. A row of FUNCTION_SETTINGS that has neither a
 * key above nor a description here does not compile.
 */
export const OTHER_VARIABLES: Readonly<Record<Exclude<Variable, Variables<typeof SETTINGS>>, string>> = {
  SCOUT_CLIENT_ID: 'Client id, for runs outside AWS',
  SCOUT_CLIENT_SECRET: 'Client secret, for runs outside AWS. The stack never sets it',
  QUEUE_URL: "The function's queue; without it a failure throws",
  DEAD_LETTER_QUEUE_URL: "The function's dead-letter queue; without it a failure throws",
  SOURCE_BUCKET: 'Bucket of a manual run that names none',
  REJECTED_BUCKET: 'Bucket for rejected records; without it they are logged whole',
  REJECTED_PREFIX: 'Prefix of rejected records in that bucket; by default `rejected/`',
};
