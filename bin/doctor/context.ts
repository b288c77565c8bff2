import { readSecret } from '../../lambdas/aws/secret.ts';
import { type FunctionSettings, readFunctionSettings } from '../../lambdas/function-settings.ts';
import {
  type ClientCredentials,
  requestToken,
  type TokenResult,
} from '../../lambdas/scout/token-endpoint.ts';
import { functionEnvironment, type StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import { type AwsClients, awsClients } from '../shared/aws-clients.ts';
import { type DeployedStack, describeStack } from '../shared/deployed-stack.ts';

/** Scout, and how the user names what is set about it. */
export interface ScoutSubject {
  /** @throws Error that names all wrong settings */
  readonly settings: () => FunctionSettings['scout'];
  readonly credentials: () => Promise<ClientCredentials>;
  readonly token: () => Promise<TokenResult>;
  readonly names: ScoutNames;
}

export interface ScoutNames {
  readonly endpoint: string;
  readonly tokenUrl: string;
  readonly audience: string;
  readonly certificates: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ScoutContext {
  readonly scout: ScoutSubject;
}

/** A stack and all about it in one region. */
export interface Context extends ScoutContext {
  readonly settings: StackSettings;
  readonly region: string | undefined;
  readonly stackName: string;
  /** ARNs of the load balancers to look at. */
  readonly loadBalancers: readonly string[];
  readonly clients: AwsClients;
  /** Undefined if the stack does not exist. */
  readonly stack: () => Promise<DeployedStack | undefined>;
  /** Of the stack; none where it cannot be described. */
  readonly outputs: () => Promise<StackOutputs>;
}

/** Longest wait for Scout's token endpoint, and for Secrets Manager. */
const TIMEOUT_MS = 15_000;

export const createContext = async (
  subject: Pick<Context, 'settings' | 'region' | 'stackName' | 'loadBalancers'>,
): Promise<Context> => {
  const { settings, stackName } = subject;
  const clients = awsClients(subject.region);
  const stack = memoized(async () => describeStack(clients.cloudFormation, stackName));
  return {
    ...subject,
    scout: scoutOfStack(settings, clients),
    region: await clients.cloudFormation.config.region().catch(() => undefined),
    clients,
    stack,
    outputs: async () =>
      stack().then(
        (found) => found?.outputs ?? {},
        () => ({}),
      ),
  };
};

const scoutOfStack = (settings: StackSettings, clients: AwsClients): ScoutSubject => {
  const { scoutSecretName: secret } = settings;
  return scoutSubject(
    () => readFunctionSettings(functionEnvironment(settings, 'metrics')).scout,
    async () => readSecret(clients.secrets, secret, AbortSignal.timeout(TIMEOUT_MS)),
    {
      endpoint: 'scoutEndpoint',
      tokenUrl: 'scoutTokenUrl',
      audience: 'scoutAudience',
      certificates: 'caCertificateFile',
      clientId: `clientId in the secret ${secret}`,
      clientSecret: `clientSecret in the secret ${secret}`,
    },
  );
};

/** Scout as the environment variables `SCOUT_*` name it: nothing of AWS is asked. */
export const scoutOfEnvironment = (environment: NodeJS.ProcessEnv): ScoutSubject => {
  const settings = () => readFunctionSettings(environment).scout;
  return scoutSubject(
    settings,
    async () => {
      const { clientId, clientSecret } = settings();
      if (clientId === undefined || clientSecret === undefined)
        throw new Error('SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET must both be set');
      return { clientId, clientSecret };
    },
    {
      endpoint: 'SCOUT_ENDPOINT',
      tokenUrl: 'SCOUT_TOKEN_URL',
      audience: 'SCOUT_AUDIENCE',
      certificates: 'NODE_EXTRA_CA_CERTS',
      clientId: 'SCOUT_CLIENT_ID',
      clientSecret: 'SCOUT_CLIENT_SECRET',
    },
  );
};

const scoutSubject = (
  settings: () => FunctionSettings['scout'],
  readCredentials: () => Promise<ClientCredentials>,
  names: ScoutNames,
): ScoutSubject => {
  const credentials = memoized(readCredentials);
  const token = memoized(async () =>
    requestToken(settings(), await credentials(), AbortSignal.timeout(TIMEOUT_MS), Date.now),
  );
  return { settings, credentials, token, names };
};

const memoized = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let result: Promise<T> | undefined;
  return () => (result ??= ask());
};
