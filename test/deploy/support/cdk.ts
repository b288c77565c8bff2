import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Cloud } from './cloud.ts';

const execute = promisify(execFile);
const MINUTES = 60_000;

/** Runs the CDK's command line with these context settings. @throws Error with all that it printed, if it fails */
export const cdk = async (
  cloud: Cloud,
  command: readonly string[],
  context: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const settings = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const { PATH = '', HOME = '' } = process.env;
  // The CDK starts `node`, which must be the one that the npm scripts run under.
  const path = `${resolve('node_modules/.bin')}:${PATH}`;
  try {
    const { stdout, stderr } = await execute(
      'node_modules/.bin/cdk',
      [...command, '--output', cloud.assembly, ...settings],
      {
        env: { PATH: path, HOME, ...cloud.environment },
        timeout: 8 * MINUTES,
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`cdk ${command.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
};

/** Stacks deleted so far: LocalStack remembers the change sets of a deleted stack, so each stack gets names of its own. */
let deleted = 0;

export const deploy = async (cloud: Cloud, context: Readonly<Record<string, string>>): Promise<string> => {
  const options = ['--change-set-name', `deploy-${deleted}`, '--require-approval', 'never', '--no-rollback'];
  return cdk(cloud, ['deploy', '--all', '--no-notices', ...options], context);
};

export const destroy = async (cloud: Cloud, context: Readonly<Record<string, string>>): Promise<string> => {
  deleted += 1;
  return cdk(cloud, ['destroy', '--all', '--force', '--no-notices'], context);
};
