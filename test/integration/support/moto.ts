import { startServer } from './server-process.ts';

export interface Moto {
  /** Variables with which an SDK or the AWS CLI reaches it, and no others. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Starts S3, SQS and Secrets Manager on loopback (https://docs.getmoto.org/en/latest/docs/server_mode.html). */
export const startMoto = async (
  path: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Moto> => {
  const { match, stop } = await startServer(
    path,
    ['-H', '127.0.0.1', '-p', '0'],
    { PYTHONUNBUFFERED: '1', TZ: 'UTC', ...environment },
    /Running on (http:\/\/127\.0\.0\.1:\d+)/,
  );
  return {
    environment: {
      AWS_ENDPOINT_URL: match[1] ?? '',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stop,
  };
};

/** The same for an SDK client of the test's own. */
export const clientOptions = ({ environment }: Pick<Moto, 'environment'>) => ({
  endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
  region: environment['AWS_REGION'] ?? '',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
