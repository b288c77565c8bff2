import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The object, where the function logged one object. */
  readonly message: unknown;
}

/** Result of one invocation: a value, or the error that it threw. */
export interface Invoked {
  readonly result?: unknown;
  readonly error?: string;
  /** User and system time of all threads during the invocation, in milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** The most memory that the process ever had resident, in bytes. */
  readonly peakRss: number;
}

/** A function in a process of its own, as Lambda would run it. */
export interface LocalLambda {
  /** Milliseconds that the import of the bundle took. */
  readonly imported: Pick<Invoked, 'cpuMs' | 'wallMs'>;
  /** One at a time. @throws Error if the process ends before it responds. */
  readonly invoke: (event: unknown) => Promise<Invoked>;
  readonly close: () => Promise<void>;
}

/** A message of the process. */
type Report =
  | { readonly type: 'ready'; readonly imported: LocalLambda['imported'] }
  | ({ readonly type: 'log' } & LogLine)
  | { readonly type: 'done'; readonly invoked: Invoked };

const RUNTIME = fileURLToPath(new URL('lambda-runtime.mjs', import.meta.url));

/** The longest that Lambda allows. */
const TIMEOUT_MS = 900_000;

/**
 * Starts the bundle at `path` with nothing but these environment variables and without any Node.js flag.
 * `onLog` sees each line that it logs; what it writes to standard output itself (metrics in EMF) is dropped.
 */
export const startLambda = async (
  path: string,
  env: Readonly<Record<string, string>>,
  onLog: (line: LogLine) => void = () => undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<LocalLambda> => {
  const child = fork(RUNTIME, [path], {
    env: { ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the function's process ended (${String(signal ?? code)}) before it responded`);
  });
  ended.catch(() => undefined);

  const ready = Promise.withResolvers<LocalLambda['imported']>();
  let done = Promise.withResolvers<Invoked>();
  child.on('message', (report: Report) => {
    if (report.type === 'log') onLog(report);
    else if (report.type === 'ready') ready.resolve(report.imported);
    else done.resolve(report.invoked);
  });

  return {
    imported: await Promise.race([ready.promise, ended]),
    invoke: (event) => {
      done = Promise.withResolvers();
      child.send({ event, timeoutMs });
      return Promise.race([done.promise, ended]);
    },
    close: async () => {
      child.kill();
      await ended.catch(() => undefined);
    },
  };
};
