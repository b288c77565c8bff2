import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  PutSecretValueCommand,
  CreateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Pipeline } from '../../../lambdas/function-settings.ts';
import { type LogLine, startLambda } from '../../../bin/local/emulators/lambda.ts';
import { startScout } from '../../../bin/local/emulators/scout.ts';
import { type EventSource, eventSource } from './event-source.ts';
import type { Moto } from './moto.ts';

export interface QueueOptions {
  readonly maxReceiveCount?: number;
  /** Seconds. */
  readonly visibilityTimeout?: number;
}

export interface DeployedQueue {
  readonly url: string;
  readonly arn: string;
}

export type Deployment = Awaited<ReturnType<typeof deploy>>;

let deployments = 0;

/**
 * The resources of the stack, on moto: a bucket that notifies a queue of each prefix, dead-letter queues, the secret; and a
 * Scout of its own.
 */
export const deploy = async ({ environment }: Moto, options: QueueOptions = {}) => {
  const scout = await startScout();
  const client = {
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    region: 'us-east-1',
    credentials: CREDENTIALS,
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  const secrets = new SecretsManagerClient(client);
  const name = `forwarder-${++deployments}`;

  const queues = {
    metrics: await createQueues(sqs, `${name}-metrics`, options),
    logs: await createQueues(sqs, `${name}-logs`, options),
  };
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: name,
      NotificationConfiguration: {
        QueueConfigurations: [
          notify(queues.metrics.queue, 'metrics/'),
          notify(queues.logs.queue, 'logs/'),
          notify(queues.logs.queue, 'alb/'),
        ],
      },
    }),
  );
  const secret = `${name}/oauth-client`;
  const secretText = (clientSecret: string): string =>
    JSON.stringify({ clientId: scout.clientId, clientSecret });
  await secrets.send(new CreateSecretCommand({ Name: secret, SecretString: secretText(scout.clientSecret) }));

  const stops: (() => Promise<void>)[] = [];
  return {
    bucket: name,
    secret,
    scout,
    sqs,
    queues,
    put: async (key: string, Body: string | Buffer): Promise<void> => {
      await s3.send(new PutObjectCommand({ Bucket: name, Key: key, Body }));
    },
    get: async (key: string): Promise<string> => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: key }));
      return (await Body?.transformToString()) ?? '';
    },
    keys: async (prefix: string): Promise<readonly string[]> => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix }));
      return Contents.map(({ Key = '' }) => Key);
    },
    /** Scout takes, and the secret holds, this client secret alone. */
    rotate: async (clientSecret: string): Promise<void> => {
      scout.rotate(scout.clientId, clientSecret);
      await secrets.send(
        new PutSecretValueCommand({ SecretId: secret, SecretString: secretText(clientSecret) }),
      );
    },
    /** Messages of a queue: those to be received now, delayed ones, and those received and not deleted. */
    count: async ({ url }: DeployedQueue): Promise<readonly number[]> => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      );
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed } = Attributes;
      const { ApproximateNumberOfMessagesNotVisible } = Attributes;
      return [
        ApproximateNumberOfMessages,
        ApproximateNumberOfMessagesDelayed,
        ApproximateNumberOfMessagesNotVisible,
      ].map(Number);
    },
    /** Starts a pipeline's bundle; `timeoutMs` is the function's. */
    start: async (
      pipeline: Pipeline,
      settings: Readonly<Record<string, string>> = {},
      timeoutMs?: number,
    ): Promise<
      EventSource & { readonly invoke: (event: unknown) => Promise<unknown>; readonly logs: LogLine[] }
    > => {
      const { queue, deadLetters } = queues[pipeline];
      const logs: LogLine[] = [];
      const lambda = await startLambda(
        `dist/${pipeline}/index.mjs`,
        {
          ...environment,
          SCOUT_ENDPOINT: scout.endpoint,
          SCOUT_TOKEN_URL: scout.tokenUrl,
          SCOUT_SECRET_NAME: secret,
          QUEUE_URL: queue.url,
          DEAD_LETTER_QUEUE_URL: deadLetters.url,
          SOURCE_BUCKET: name,
          REJECTED_BUCKET: name,
          OWN_METRICS: 'false',
          ...settings,
        },
        (line) => logs.push(line),
        timeoutMs,
      );
      stops.push(lambda.close);
      return { ...eventSource(sqs, queue, lambda), invoke: lambda.invoke, logs };
    },
    close: async (): Promise<void> => {
      for (const stop of stops) await stop();
      await scout.close();
      for (const open of [s3, sqs, secrets]) open.destroy();
    },
  };
};

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** A queue and its dead-letter queue, with the stack's numbers where a test wants no others. */
const createQueues = async (
  sqs: SQSClient,
  name: string,
  { maxReceiveCount = 300, visibilityTimeout = 1800 }: QueueOptions,
): Promise<{ readonly queue: DeployedQueue; readonly deadLetters: DeployedQueue }> => {
  const deadLetters = await createQueue(sqs, `${name}-dead-letters`, {});
  const queue = await createQueue(sqs, name, {
    VisibilityTimeout: String(visibilityTimeout),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  return { queue, deadLetters };
};

const createQueue = async (
  sqs: SQSClient,
  QueueName: string,
  Attributes: Readonly<Record<string, string>>,
): Promise<DeployedQueue> => {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return { url, arn: `arn:aws:sqs:us-east-1:123456789012:${QueueName}` };
};

const notify = ({ arn }: DeployedQueue, prefix: string) => ({
  QueueArn: arn,
  Events: ['s3:ObjectCreated:*' as const],
  Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: prefix }] } },
});
