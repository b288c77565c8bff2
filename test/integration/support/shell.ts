import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a command as a user would type it, with `aws` being the CLI at that path, and `npm run` running the commands of
 * this package. It runs in a folder with a cdk.json of these settings only. Returns its output.
 * @throws Error with what it printed to standard error, if any part of it fails
 */
export const shell = async (
  command: string,
  awsCli: string,
  env: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'commands-'));
  try {
    // Version 1 of the CLI asks AWS's own SQS whatever AWS_ENDPOINT_URL says.
    const wrapper = `#!/bin/sh\nexec '${awsCli}' --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`;
    await writeFile(join(folder, 'aws'), wrapper, { mode: 0o755 });
    const npm = `#!/bin/sh\nshift\n[ "$1" = --silent ] && shift\nname=$1\nshift\n[ "$1" = -- ] && shift\nexec '${process.execPath}' '${resolve('bin')}'/"$name".ts "$@"\n`;
    await writeFile(join(folder, 'npm'), npm, { mode: 0o755 });
    await writeFile(join(folder, 'cdk.json'), JSON.stringify({ context: settings }));
    const PATH = [folder, process.env['PATH']].join(delimiter);
    const { stdout } = await execute('bash', ['--norc', '-euo', 'pipefail', '-c', command], {
      cwd: folder,
      env: { HOME: folder, TMPDIR: folder, PATH, ...env },
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
};
