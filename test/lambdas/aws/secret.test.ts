import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, expect, test } from 'vitest';
import { readSecret } from '../../../lambdas/aws/secret.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const secrets = mockClient(SecretsManagerClient);
const client = new SecretsManagerClient({ region: 'us-east-1' });
const { signal } = new AbortController();
const read = () => readSecret(client, 'scout/oauth-client', signal);

beforeEach(() => void secrets.reset());

test.each([
  '{"clientId":"me","clientSecret":"sesame"}',
  '{"client_id":"me","client_secret":"sesame","more":1}',
  ' {"client_id":"me","clientSecret":"sesame"}\n',
])('%s is a secret', async (SecretString) => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString });
  expect(await read()).toEqual({ clientId: 'me', clientSecret: 'sesame' });
  const [command, options] = secrets.call(0).args as readonly unknown[];
  expect(command).toMatchObject({ input: { SecretId: 'scout/oauth-client' } });
  expect(options).toEqual({ abortSignal: signal });
});

test('it is read again each time', async () => {
  secrets
    .on(GetSecretValueCommand)
    .resolvesOnce({ SecretString: '{"clientId":"me","clientSecret":"old"}' })
    .resolvesOnce({ SecretString: '{"clientId":"me","clientSecret":"new"}' });
  expect([await read(), await read()].map(({ clientSecret }) => clientSecret)).toEqual(['old', 'new']);
});

test.each([
  ['no JSON', 'sesame'],
  ['cut off', '{"clientId":"me","clientSecret":"sesame"'],
  ['no object', '"sesame"'],
  ['null', 'null'],
  ['a list', '["me","sesame"]'],
  ['without an id', '{"clientSecret":"sesame"}'],
  ['without a secret', '{"clientId":"me"}'],
  ['with an empty secret', '{"clientId":"sesame","clientSecret":""}'],
  ['with a secret that is no text', '{"clientId":"sesame","clientSecret":5}'],
  ['binary', undefined],
])('a secret that is %s is named, and never shown', async (_what, SecretString) => {
  const SecretBinary = SecretString === undefined ? Buffer.from('sesame') : undefined;
  secrets.on(GetSecretValueCommand).resolves({ SecretString, SecretBinary });
  await expect(read()).rejects.toThrow(
    /^secret scout\/oauth-client must be JSON text such as \{"clientId":"…","clientSecret":"…"\}$/,
  );
});

test('a secret that cannot be read says why', async () => {
  secrets.on(GetSecretValueCommand).rejects(new Error('ResourceNotFoundException'));
  await expect(read()).rejects.toThrow('ResourceNotFoundException');
});
