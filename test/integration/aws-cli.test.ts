import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { documentedCommands } from '../support/factories/documented-commands.ts';
import { program } from './support/program.ts';

const awsCli = program('AWS_CLI');
const ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0123456789abcdef';
const commands = documentedCommands().filter(({ command }) => /^aws .* --/.test(command));

/** The CLI checks names, options and values before it connects; there is nothing to connect to. */
const run = async (command: string): Promise<string> => {
  const line = command
    .replaceAll(/"\$\(out \w+\)"/g, 'some-name')
    .replaceAll('"$ALB"', ARN)
    // Version 2 of the CLI needs it, version 1 does not know it.
    .replace('--cli-binary-format raw-in-base64-out', '');
  const environment = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
  };
  const aws = `aws() { '${awsCli}' --endpoint-url http://127.0.0.1:1 "$@"; }`;
  const { stderr } = await promisify(execFile)('bash', ['--norc', '-c', `${aws}\n${line} || true`], {
    env: environment,
  });
  return stderr;
};

describe.skipIf(awsCli === undefined)('the AWS CLI', () => {
  test.each(commands)('accepts what $page shows: $command', async ({ command }) => {
    expect(await run(command)).toContain('Could not connect to the endpoint URL');
  });
});
