import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchObject } from './data.ts';
import { median } from './statistics.ts';

const SCRIPT = fileURLToPath(new URL('baseline.py', import.meta.url));
const LINES = 8000;

/** Lines a CPU second of the usual Python function; `undefined` where there is no python3. Gzip level 0: none. */
export const baselineRate = async (
  { path }: BenchObject,
  gzipLevel: number,
  runs: number,
): Promise<number | undefined> => {
  const rates: number[] = [];
  try {
    while (rates.length < runs) {
      const { stdout } = await promisify(execFile)('python3', [SCRIPT, path, `${LINES}`, `${gzipLevel}`]);
      const { lines, seconds } = JSON.parse(stdout) as { lines: number; seconds: number };
      rates.push(lines / seconds);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return median(rates);
};
