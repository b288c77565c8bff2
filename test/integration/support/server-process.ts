import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ServerProcess {
  /** Match of `ready`. */
  readonly match: RegExpExecArray;
  /** Everything that it has printed. */
  readonly output: () => string;
  /** Ends this process, by its id, and waits until it has ended. */
  readonly stop: () => Promise<void>;
}

/** The longest that a start may take, on a busy machine. */
const START_MS = 120_000;

/**
 * Starts a server and waits until it prints what `ready` matches.
 * @throws Error with what it printed, if it ends or takes too long
 */
export const startServer = async (
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<ServerProcess> => {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = once(child, 'exit');
  const started = Promise.withResolvers<RegExpExecArray>();
  const fail = (why: string): void => started.reject(new Error(`${file} ${why}:\n${output}`));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const match = ready.exec(output);
      if (match !== null) started.resolve(match);
    });
  }
  child.once('error', ({ message }) => fail(message));
  child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
  const timer = setTimeout(() => fail('did not start in time'), START_MS);

  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await ended;
  };
  try {
    return { match: await started.promise, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
