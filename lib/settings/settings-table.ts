import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { METRIC_PRESETS } from './metric-presets.ts';
import { extraStatistics, metricSelections } from './metric-selection.ts';
import {
  attributes,
  boolean,
  certificateFile,
  httpsUrl,
  integerFrom,
  keyPrefix,
  listOf,
  numberFrom,
  oneOf,
  regularExpression,
  text,
  textMap,
  type Value,
} from './value-parsers.ts';

/** One context key. */
export interface Setting<T = unknown> {
  readonly value: Value<T>;
  readonly description: string;
  readonly required?: true;
  readonly default?: T;
  /** What holds without it, where that is not a value of the stack's own. */
  readonly defaultText?: string;
  /** The functions' environment variable that it becomes. */
  readonly env?: string;
  /** Values are not repeated in messages. */
  readonly secret?: true;
}

/**
 * A message that crashes the function comes again after six of these: 300 receives must end, and the message be a dead
 * letter, before its 14 days do.
 */
const MOST_TIMEOUT_SECONDS = 600;

/** Two queues of 14 days: an object outlives every message about it. */
export const LEAST_BUCKET_RETENTION_DAYS = 28;

/** What CloudWatch Logs can keep a log for, in days. */
const LOG_RETENTION_DAYS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

const PRESETS = Object.keys(METRIC_PRESETS);

const name = text(/^\S.*$/, 'text');

export const SCOUT_SETTINGS = {
  scoutEndpoint: {
    value: httpsUrl,
    required: true,
    env: 'SCOUT_ENDPOINT',
    description: "Scout's OTLP base URL, such as `https://otel.example.com/tenant/otlp`",
  },
  scoutTokenUrl: {
    value: httpsUrl,
    required: true,
    env: 'SCOUT_TOKEN_URL',
    description: "Scout's OAuth2 token endpoint",
  },
  scoutSecretName: {
    value: text(/^[\w/+=.@-]+$/, 'the name of a secret, not its ARN'),
    default: 'scout/oauth-client',
    env: 'SCOUT_SECRET_NAME',
    description: 'Secrets Manager secret `{"clientId","clientSecret"}`',
  },
  scoutAudience: {
    value: name,
    defaultText: 'b14collector',
    env: 'SCOUT_AUDIENCE',
    description: '`audience` of the token request',
  },
  scoutHeaders: {
    value: textMap,
    secret: true,
    env: 'SCOUT_HEADERS',
    description: 'Extra HTTP headers. They are readable in the template: no place for secrets',
  },
  scoutEnvironment: {
    value: name,
    defaultText: 'production',
    env: 'SCOUT_ENVIRONMENT',
    description: 'Environment of everything sent',
  },
  scoutResourceAttributes: {
    value: attributes,
    env: 'SCOUT_RESOURCE_ATTRIBUTES',
    description: 'Further attributes of every resource',
  },
  requestTimeout: {
    value: integerFrom(1, 900),
    defaultText: '30',
    env: 'REQUEST_TIMEOUT',
    description: 'Seconds for one POST',
  },
  batchSize: {
    value: integerFrom(1, 100_000),
    defaultText: '10000',
    env: 'BATCH_SIZE',
    description: 'Most records in one POST',
  },
  batchBytes: {
    value: integerFrom(1024, 4 * 1024 * 1024),
    defaultText: '4194304',
    env: 'BATCH_BYTES',
    description: 'Most uncompressed bytes in one POST',
  },
  deleteProcessedFiles: {
    value: boolean,
    defaultText: 'false',
    env: 'DELETE_PROCESSED_FILES',
    description: 'Delete an object once all of it was delivered, instead of at the end of its retention',
  },
} satisfies Record<string, Setting>;

export const METRIC_SETTINGS = {
  metrics: {
    value: boolean,
    default: true,
    description: 'Deploy the metrics pipeline',
  },
  metricServiceName: {
    value: name,
    defaultText: 'aws-cloudwatch-stream',
    env: 'SCOUT_SERVICE_NAME',
    description: '`service.name` of metrics; the word `namespace` means the CloudWatch namespace',
  },
  metricUnits: {
    value: oneOf('cloudwatch', 'ucum'),
    defaultText: 'cloudwatch',
    env: 'METRIC_UNITS',
    description: "Units as CloudWatch writes them, or OpenTelemetry's",
  },
  metricDimensionAttributes: {
    value: boolean,
    defaultText: 'false',
    env: 'METRIC_DIMENSION_ATTRIBUTES',
    description: 'Also one attribute a dimension, `Dimensions.<Name>`',
  },
  metricInclude: {
    value: metricSelections,
    defaultText: 'every namespace but `ScoutForwarder`',
    description: 'Stream these metrics only',
  },
  metricPreset: {
    value: listOf(oneOf(...PRESETS), `services parted by commas, of ${PRESETS.join(', ')}`),
    description: 'Stream the metrics of these services only, with what `metricInclude` names',
  },
  metricExclude: {
    value: metricSelections,
    description: 'Stream all but these metrics; not together with the two above',
  },
  metricStatistics: {
    value: extraStatistics,
    description: 'Statistics beside count, sum, min and max. CloudWatch charges for each five of a metric',
  },
  metricLinkedAccounts: {
    value: boolean,
    default: false,
    description: 'Stream the metrics of linked accounts too, in a monitoring account',
  },
  firehoseBufferSeconds: {
    value: integerFrom(0, 600),
    default: 60,
    description: 'Firehose writes an object after so many seconds …',
  },
  firehoseBufferMiB: {
    value: integerFrom(1, 128),
    default: 5,
    description: '… or so much data',
  },
  metricMemory: {
    value: integerFrom(128, 10_240),
    default: 512,
    description: 'Memory of the function in MB',
  },
  metricTimeout: {
    value: integerFrom(60, MOST_TIMEOUT_SECONDS),
    default: 300,
    description: 'Time-out of the function in seconds',
  },
  metricConcurrency: {
    value: integerFrom(2, 1000),
    default: 10,
    description: 'Most invocations at a time',
  },
} satisfies Record<string, Setting>;

export const ALB_SETTINGS = {
  albLogs: {
    value: boolean,
    default: true,
    description: 'Deploy the ALB log pipeline',
  },
  albServiceName: {
    value: name,
    defaultText: 'alb',
    env: 'SCOUT_SERVICE_NAME',
    description: '`service.name` of log records',
  },
  albAttributes: {
    value: oneOf('aws', 'semconv', 'both'),
    defaultText: 'aws',
    env: 'ALB_ATTRIBUTES',
    description: "Attributes under AWS's field names, OpenTelemetry's semantic conventions, or both",
  },
  albBody: {
    value: oneOf('json', 'line', 'none'),
    defaultText: 'json',
    env: 'ALB_BODY',
    description: 'Body of a log record: all fields as JSON, the line, or nothing',
  },
  albQueryStrings: {
    value: oneOf('keep', 'mask', 'drop'),
    defaultText: 'keep',
    env: 'ALB_QUERY_STRINGS',
    description: 'Query strings: as logged, their values masked, or left out',
  },
  albRedactQueryKeys: {
    value: listOf(text(/^[^\s,=&]+$/, 'a key'), 'keys parted by commas'),
    env: 'ALB_REDACT_QUERY_KEYS',
    description:
      'Keys of query strings whose values are redacted, beside those of signatures and credentials',
  },
  albClientAddress: {
    value: oneOf('keep', 'mask'),
    defaultText: 'keep',
    env: 'ALB_CLIENT_ADDRESS',
    description: "Clients' addresses: as logged, or without their last octet (IPv6: their last 80 bits)",
  },
  albSkipStatus: {
    value: listOf(text(/^[1-5](?:\d\d|xx)$/, 'a status'), 'statuses parted by commas, such as 301,4xx'),
    env: 'ALB_SKIP_STATUS',
    description: 'Leave out requests that the load balancer answered so',
  },
  albSkipPath: {
    value: regularExpression,
    env: 'ALB_SKIP_PATH',
    description: 'Leave out requests whose path matches',
  },
  albSkipUserAgent: {
    value: regularExpression,
    env: 'ALB_SKIP_USER_AGENT',
    description: 'Leave out requests whose user agent matches',
  },
  albSampleRate: {
    value: numberFrom(0, 1),
    defaultText: '1',
    env: 'ALB_SAMPLE_RATE',
    description: 'Share of successful requests that is kept; errors always are',
  },
  albSampleSlowerThan: {
    value: numberFrom(0, 4000),
    env: 'ALB_SAMPLE_SLOWER_THAN',
    description: 'Seconds from which on a successful request is kept whatever the rate',
  },
  albConnectionLogs: {
    value: boolean,
    defaultText: 'false',
    env: 'ALB_CONNECTION_LOGS',
    description: 'Forward connection logs too',
  },
  albArns: {
    value: listOf(
      text(
        /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/app\/[\w-]+\/\w+$/,
        'the ARN of an ALB',
      ),
      'ARNs of Application Load Balancers parted by commas',
    ),
    description: 'Load balancers whose logs the deploy turns on, and the destroy off again',
  },
  albLogAccounts: {
    value: listOf(text(/^\d{12}$/, 'an account'), 'account ids of 12 digits parted by commas'),
    description: 'Further accounts whose load balancers may deliver logs into the bucket',
  },
  albLogBucketName: {
    value: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    description: "Existing bucket that holds the logs, in the stack's region. It is only read",
  },
  albLogPrefix: {
    value: keyPrefix,
    description: 'Where in that bucket the logs are',
  },
  albLogSource: {
    value: oneOf('notifications', 'eventbridge'),
    default: 'notifications',
    description:
      'How that bucket tells of new objects: S3 notifications, which the deploy adds, or EventBridge, which its owner must have turned on',
  },
  albMemory: {
    value: integerFrom(128, 10_240),
    default: 1769,
    description: 'Memory of the function in MB; 1769 is one vCPU',
  },
  albTimeout: {
    value: integerFrom(60, MOST_TIMEOUT_SECONDS),
    default: 300,
    description: 'Time-out of the function in seconds',
  },
  albConcurrency: {
    value: integerFrom(2, 1000),
    default: 10,
    description: 'Most invocations at a time',
  },
} satisfies Record<string, Setting>;

export const STACK_SETTINGS = {
  regions: {
    value: listOf(text(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region'), 'regions parted by commas'),
    defaultText: "the AWS CLI's region",
    description: 'A stack in each of these regions',
  },
  bucketRetentionDays: {
    value: integerFrom(LEAST_BUCKET_RETENTION_DAYS, 3650),
    default: 30,
    description: 'Days until an object in the bucket expires; never less than its messages may wait',
  },
  logRetentionDays: {
    value: oneOf(...LOG_RETENTION_DAYS),
    default: RetentionDays.ONE_MONTH,
    description: "Days the functions' and Firehose's own logs are kept",
  },
  alarmTopicArn: {
    value: text(/^arn:[\w-]+:sns:[\w-]+:\d{12}:\S+$/, 'the ARN of an SNS topic'),
    description: 'Existing SNS topic that alarms go to',
  },
  alarmEmail: {
    value: text(/^[^@\s]+@[^@\s]+$/, 'an e-mail address'),
    description: 'Address that alarms are mailed to, once it confirmed the subscription',
  },
  vpcId: {
    value: text(/^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a VPC'),
    description:
      'Run the functions in this VPC. From its subnets S3, SQS, Secrets Manager, Scout and its token endpoint must be in reach',
  },
  subnetIds: {
    value: listOf(
      text(/^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'a subnet'),
      'ids of subnets parted by commas',
    ),
    description: 'Private subnets of that VPC',
  },
  securityGroupIds: {
    value: listOf(
      text(/^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'a security group'),
      'ids of security groups parted by commas',
    ),
    defaultText: 'one of its own, outbound only',
    description: 'Security groups of the functions in that VPC',
  },
  caCertificateFile: {
    value: certificateFile,
    description: 'PEM file with the certificates of a private CA, trusted beside the public ones',
  },
  secretKmsKeyArn: {
    value: text(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key'),
    description: 'Customer-managed key that encrypts the secret',
  },
  dashboard: {
    value: boolean,
    default: true,
    description: 'Deploy the CloudWatch dashboard ($3 a month beyond the first three of an account)',
  },
} satisfies Record<string, Setting>;

/** Every context key there is. */
export const SETTINGS = {
  ...SCOUT_SETTINGS,
  ...METRIC_SETTINGS,
  ...ALB_SETTINGS,
  ...STACK_SETTINGS,
};

/** The values of all context keys. */
export type StackSettings = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends
    { required: true } | { default: unknown }
    ? ValueOf<(typeof SETTINGS)[K]>
    : ValueOf<(typeof SETTINGS)[K]> | undefined;
};

type ValueOf<S> = S extends { value: Value<infer T> } ? T : never;
