import { execFile, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { bracketedAlbObject, type BenchObject, metricObjects } from './data.ts';
import type { Row } from './rows.ts';
import { median } from './statistics.ts';
import { measurePairs, type Pair } from './whole-path.ts';

/** Their versions are in test/bench/peers/go.mod, and the hashes of all that Go downloads in go.sum beside it. */
const SOURCE = fileURLToPath(new URL('peers', import.meta.url));

/**
 * Rows that compare CPU with that of OpenTelemetry Collector contrib's decoders on the same objects, by turns.
 * @returns undefined where there is no Go
 */
export const contribRows = async (runs: number): Promise<readonly Row[] | undefined> => {
  const program = await build();
  if (program === undefined) return undefined;
  const encoding = await compare(
    program,
    'logs',
    [await bracketedAlbObject(100)],
    runs,
    (pair) => pair.stages.encodeMs,
  );
  const whole = await compare(program, 'metrics', await metricObjects(60), runs, (pair) => pair.wholeMs);
  return [
    atLeast("ALB, parse and encode: contrib's CPU over ours", encoding, 3),
    atLeast("metrics, whole path: contrib's CPU with gzip, without a network, over ours", whole, 1.3),
  ];
};

/** The path of the built program. */
const build = async (): Promise<string | undefined> => {
  const program = join(mkdtempSync(join(tmpdir(), 'scout-forwarder-peers-')), 'peers');
  try {
    await promisify(execFile)('go', ['build', '-mod=readonly', '-o', program, '.'], { cwd: SOURCE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return program;
};

/** The median of contrib's CPU over ours. */
const compare = async (
  program: string,
  pipeline: Pipeline,
  objects: readonly BenchObject[],
  runs: number,
  ourMs: (pair: Pair) => number,
): Promise<number> => {
  const peer = spawn(program, [pipeline, ...objects.map(({ path }) => path)], {
    env: { ...process.env, GOMAXPROCS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const run = async (): Promise<number> => {
    peer.stdin.write('\n');
    const { value } = (await lines.next()) as { readonly value?: string };
    if (value === undefined) throw new Error(`the peer for ${pipeline} ended`);
    return (JSON.parse(value) as { readonly cpuMs: number }).cpuMs;
  };
  await run();
  const theirMs: number[] = [];
  const { pairs } = await measurePairs(pipeline, objects, runs, async () => {
    theirMs.push(await run());
    return undefined;
  });
  peer.stdin.end();
  return median(pairs.map((pair, index) => (theirMs[index] ?? NaN) / ourMs(pair)));
};

const atLeast = (measure: string, value: number, bar: number): Row => [
  measure,
  value.toFixed(2),
  `≥ ${bar}`,
  value >= bar,
];
