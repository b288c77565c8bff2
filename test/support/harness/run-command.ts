import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bin/NAME.ts` in a folder without cdk.json, with these environment variables only, and with test credentials of AWS. */
export const runCommand = async (
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { readsOutput = true } = {},
): Promise<Ran> => {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [resolve(`bin/${name}.ts`), ...args], {
    cwd: tmpdir(),
    env: {
      PATH,
      NODE_COMPILE_CACHE,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (!readsOutput) child.stdout.destroy();
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const [status, stdout, stderr] = await Promise.all([
    closed,
    readsOutput ? text(child.stdout) : '',
    text(child.stderr),
  ]);
  return { status, stdout, stderr };
};

/** Credentials and a region, and an endpoint of AWS. */
export const awsAt = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-central-1',
});
