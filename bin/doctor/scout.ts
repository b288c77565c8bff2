import { gzipSync } from 'node:zlib';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import type { Body } from '../../lambdas/scout/compression.ts';
import { post } from '../../lambdas/scout/post.ts';
import { functionEnvironment } from '../../lib/settings.ts';
import { type Check, fail, type Finding, ok, skip } from './check.ts';
import type { Context } from './context.ts';
import { otlpRemedy, tokenRemedy } from './scout-remedies.ts';

/** What can be checked before there is a stack: the settings, the secret, and whether Scout takes what we send. */
export const SCOUT_CHECKS: readonly Check[] = [
  {
    name: 'settings',
    run: ({ settings }) => {
      if (settings.metrics) readFunctionSettings(functionEnvironment(settings, 'metrics'), 'metrics');
      if (settings.albLogs) readFunctionSettings(functionEnvironment(settings, 'logs'), 'logs');
      return ok(`complete, for Scout at ${settings.scoutEndpoint}`);
    },
  },
  {
    name: 'secret',
    actions: ['secretsmanager:GetSecretValue'],
    run: async ({ credentials, settings: { scoutSecretName: name }, region }) => {
      try {
        await credentials();
        return ok(`${name} holds clientId and clientSecret`);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (error.name === 'ResourceNotFoundException')
          return fail(`there is no secret ${name} in ${region}`, secretCommand('create-secret --name', name));
        if (!error.message.startsWith(`secret ${name} must be`)) throw error;
        return fail(error.message, secretCommand('put-secret-value --secret-id', name));
      }
    },
  },
  {
    name: 'token',
    run: async (context) => {
      if (!(await hasCredentials(context))) return skip('needs the secret');
      const minted = await context.token();
      if (minted.type !== 'token') return fail(minted.reason, tokenRemedy(minted.reason, context.settings));
      const { lifetimeMs } = minted;
      return ok(
        `Scout gave one, good for ${lifetimeMs === undefined ? 'no stated time' : `${lifetimeMs / 1000} s`}`,
      );
    },
  },
  { name: 'Scout takes metrics', run: async (context) => emptyRequest(context, '/v1/metrics') },
  { name: 'Scout takes logs', run: async (context) => emptyRequest(context, '/v1/logs') },
];

/** An OTLP request with nothing in it is zero bytes of protobuf. */
const EMPTY_REQUEST: Body = { bytes: gzipSync(new Uint8Array()), encoding: 'gzip' };

const emptyRequest = async (context: Context, path: '/v1/metrics' | '/v1/logs'): Promise<Finding> => {
  const minted = (await hasCredentials(context)) ? await context.token() : undefined;
  if (minted?.type !== 'token') return skip('needs a token');
  const { endpoint, headers, requestTimeout } = context.scout();
  const url = endpoint + path;
  const timeoutMs = requestTimeout * 1000;
  const outcome = await post({ url, token: minted.token, headers, body: EMPTY_REQUEST, timeoutMs }, Date.now);
  return outcome.type === 'accepted'
    ? ok(`${url} accepts an empty request`)
    : fail(`${url}: ${outcome.reason}`, otlpRemedy(outcome.reason, context.settings));
};

/** Whether there are any; why not is said by the check of the secret. */
const hasCredentials = async ({ credentials }: Context): Promise<boolean> =>
  credentials().then(
    () => true,
    () => false,
  );

const secretCommand = (command: string, name: string): string =>
  `aws secretsmanager ${command} ${name} --secret-string '{"clientId":"…","clientSecret":"…"}'`;
