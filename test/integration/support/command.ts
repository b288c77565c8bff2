import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Ran {
  /** Exit status; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ran>;
  /** Standard error so far. */
  readonly warned: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Starts a command of `bin/` as npm would, with these environment variables and no AWS profile. */
export const startCommand = (
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Running => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH, HOME, AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let warned = '';
  child.stderr.on('data', (chunk: Buffer) => (warned += chunk.toString()));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    ended: Promise.all([closed, text(child.stdout), text(child.stderr)]).then(([code, stdout, stderr]) => ({
      code,
      stdout,
      stderr,
    })),
    warned: () => warned,
    kill: (signal) => void child.kill(signal),
  };
};

export const runCommand = async (...args: Parameters<typeof startCommand>): Promise<Ran> =>
  startCommand(...args).ended;
