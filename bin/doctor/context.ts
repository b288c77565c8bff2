import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readSecret } from '../../lambdas/aws/secret.ts';
import {
  type ClientCredentials,
  requestToken,
  type TokenResult,
} from '../../lambdas/scout/token-endpoint.ts';
import { readFunctionSettings, type ScoutSettings } from '../../lambdas/function-settings.ts';
import { functionEnvironment, type StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import { stackOutputs } from '../shared/stack-outputs.ts';

/** What the checks of one region look at. What several need is asked for once. */
export interface Context {
  readonly settings: StackSettings;
  readonly region: string | undefined;
  readonly stackName: string;
  /** ARNs of the load balancers to look at. */
  readonly loadBalancers: readonly string[];
  readonly clients: Clients;
  /** Scout, as the functions will be told of it. */
  readonly scout: () => ScoutSettings;
  readonly credentials: () => Promise<ClientCredentials>;
  readonly token: () => Promise<TokenResult>;
  readonly outputs: () => Promise<StackOutputs | undefined>;
}

export type Clients = ReturnType<typeof createClients>;

/** The longest that Scout's token endpoint, or Secrets Manager, may take. */
const WITHIN_MS = 15_000;

export const createContext = async ({
  settings,
  region,
  stackName,
  loadBalancers,
}: Pick<Context, 'settings' | 'region' | 'stackName' | 'loadBalancers'>): Promise<Context> => {
  const clients = createClients(region);
  const scout = (): ScoutSettings =>
    readFunctionSettings(functionEnvironment(settings, 'metrics'), 'metrics').scout;
  const credentials = once(async () =>
    readSecret(clients.secrets, settings.scoutSecretName, AbortSignal.timeout(WITHIN_MS)),
  );
  return {
    settings,
    region: await clients.cloudFormation.config.region().catch(() => undefined),
    stackName,
    loadBalancers,
    clients,
    scout,
    credentials,
    token: once(async () =>
      requestToken(scout(), await credentials(), AbortSignal.timeout(WITHIN_MS), Date.now),
    ),
    outputs: once(async () => stackOutputs(clients.cloudFormation, stackName)),
  };
};

const createClients = (region: string | undefined) => {
  const options = {
    ...(region !== undefined && { region }),
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
  return {
    cloudFormation: new CloudFormationClient(options),
    cloudWatch: new CloudWatchClient(options),
    firehose: new FirehoseClient(options),
    lambda: new LambdaClient(options),
    loadBalancing: new ElasticLoadBalancingV2Client(options),
    s3: new S3Client({ ...options, forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined }),
    secrets: new SecretsManagerClient(options),
    sqs: new SQSClient(options),
  };
};

const once = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
};
