import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** OAuth2 client credentials. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Reads the secret at each call, so that a rotated one is used.
 * @throws Error that names the secret, never its value.
 */
export const readSecret = async (
  client: SecretsManagerClient,
  name: string,
  abortSignal: AbortSignal,
): Promise<Credentials> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal });
  const { clientId, clientSecret } = parse(SecretString);
  if (clientId && clientSecret) return { clientId, clientSecret };
  throw new Error(`secret ${name} must be JSON text such as {"clientId":"…","clientSecret":"…"}`);
};

const parse = (
  text: string | undefined,
): { clientId?: string | undefined; clientSecret?: string | undefined } => {
  try {
    const value = JSON.parse(text ?? '') as Record<string, unknown> | null;
    const string = (name: string): string | undefined => {
      const found = value?.[name];
      return typeof found === 'string' ? found : undefined;
    };
    return {
      clientId: string('clientId') ?? string('client_id'),
      clientSecret: string('clientSecret') ?? string('client_secret'),
    };
  } catch {
    return {};
  }
};
