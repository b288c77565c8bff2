import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchObject } from './data.ts';

/** Lines a CPU second of the usual Python function. */
export interface Baseline {
  readonly bare: number;
  readonly compressing: number;
}

const SCRIPT = fileURLToPath(new URL('baseline.py', import.meta.url));
const LINES = 8000;

/** `undefined` where there is no python3. */
export const measureBaseline = async (log: BenchObject, gzipLevel: number): Promise<Baseline | undefined> => {
  try {
    return { bare: await rate(log, 0), compressing: await rate(log, gzipLevel) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Gzip level 0: none. */
const rate = async ({ path }: BenchObject, gzipLevel: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('python3', [SCRIPT, path, `${LINES}`, `${gzipLevel}`]);
  const { lines, seconds } = JSON.parse(stdout) as { lines: number; seconds: number };
  return lines / seconds;
};
