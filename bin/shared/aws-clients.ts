import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';

/** A call fails after three tries of this long; the SDK's own default is to wait for ever. */
const TIMEOUT = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

export type AwsClients = ReturnType<typeof awsClients>;

/** The region as the AWS CLI and `cdk` find it; where neither variable is set, SDKs go on to the profile's. */
export const environmentRegion = (): string | undefined =>
  process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];

/** The region of a command that looks at one: the environment's, else the only one of the settings, if they can be read. */
export const commandRegion = (
  readSettings: () => { readonly regions?: readonly string[] | undefined },
): string | undefined => {
  const region = environmentRegion();
  if (region !== undefined) return region;
  try {
    const [only, ...others] = readSettings().regions ?? [];
    return others.length === 0 ? only : undefined;
  } catch {
    // A command that needs the settings reports what is wrong with them.
    return undefined;
  }
};

export interface Retry {
  /** `adaptive` slows down when AWS throttles: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
  readonly retryMode: 'standard' | 'adaptive';
  readonly maxAttempts: number;
}

/**
 * The clients of a command. No call hangs, and an error carries the IAM action of its call as `iamAction`.
 * @param retry by default the SDK's, or what the environment says
 */
export const awsClients = (region: string | undefined, retry?: Retry) => {
  const options = { ...(region !== undefined && { region }), ...retry, requestHandler: TIMEOUT };
  const isEmulator = process.env['AWS_ENDPOINT_URL'] !== undefined;
  return {
    cloudFormation: namingActions(new CloudFormationClient(options)),
    cloudWatch: namingActions(new CloudWatchClient(options)),
    firehose: namingActions(new FirehoseClient(options)),
    lambda: namingActions(new LambdaClient(options)),
    loadBalancing: namingActions(new ElasticLoadBalancingV2Client(options)),
    s3: namingActions(new S3Client({ ...options, forcePathStyle: isEmulator })),
    secrets: namingActions(new SecretsManagerClient(options)),
    sqs: namingActions(new SQSClient(options)),
    tagging: namingActions(new ResourceGroupsTaggingAPIClient(options)),
  };
};

export interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

type Handler = (args: unknown) => Promise<unknown>;

interface MiddlewareStack {
  add: (
    middleware: (next: Handler, context: CallContext) => Handler,
    options: { readonly step: 'initialize' },
  ) => void;
}

const namingActions = <Client extends { readonly middlewareStack: object }>(client: Client): Client => {
  (client.middlewareStack as MiddlewareStack).add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw error instanceof Error ? Object.assign(error, { iamAction: iamAction(context) }) : error;
      }
    },
    { step: 'initialize' },
  );
  return client;
};

/** Calls whose IAM action has another name (https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html). */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ListObjectsV2: 'ListBucket',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/** Services whose IAM actions have another prefix. */
const OTHER_SERVICES: Readonly<Record<string, string>> = { resourcegroupstaggingapi: 'tag' };

/** `S3Client` and `ListObjectsV2Command` → `s3:ListBucket`. */
export const iamAction = ({ clientName = '', commandName = '' }: CallContext): string => {
  const service = clientName.replace(/(?:V2)?Client$/, '').toLowerCase();
  const call = commandName.replace(/Command$/, '');
  return `${OTHER_SERVICES[service] ?? service}:${OTHER_NAMES[call] ?? call}`;
};
