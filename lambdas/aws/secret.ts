import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseJsonObject } from '../parse-json.ts';

/**
 * Reads the client credentials in a secret at each call, so that a rotated one is used.
 * @throws Error that names the secret, never its value.
 */
export const readSecret = async (
  client: SecretsManagerClient,
  name: string,
  abortSignal: AbortSignal,
): Promise<{ readonly clientId: string; readonly clientSecret: string }> => {
  const command = new GetSecretValueCommand({ SecretId: name });
  const { SecretString = '' } = await client.send(command, { abortSignal });
  const secret = parseJsonObject(SecretString);
  const textOf = (...names: readonly string[]): string | undefined =>
    names.map((name) => secret[name]).find((value) => typeof value === 'string');
  const clientId = textOf('clientId', 'client_id');
  const clientSecret = textOf('clientSecret', 'client_secret');
  if (clientId && clientSecret) return { clientId, clientSecret };
  throw new Error(`secret ${name} must be JSON text such as {"clientId":"…","clientSecret":"…"}`);
};
