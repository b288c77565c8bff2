import { execFile, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { bracketedAlbObject, type BenchObject, metricObjects } from './data.ts';
import { startPeers } from './peers.ts';
import type { Row } from './rows.ts';
import { median } from './statistics.ts';
import { measurePairs } from './whole-path.ts';

/** Their versions are in test/bench/peers/go.mod, and the hashes of all that Go downloads in go.sum beside it. */
const SOURCE = fileURLToPath(new URL('peers', import.meta.url));

/**
 * Rows that compare CPU with that of OpenTelemetry Collector contrib's decoders on the same objects, by turns.
 * @returns undefined where there is no Go
 */
export const contribRows = async (runs: number): Promise<readonly Row[] | undefined> => {
  const program = await build();
  if (program === undefined) return undefined;
  const log = await bracketedAlbObject(100);
  const logs = await compare('logs', [log], runs, startPeer(program, ['logs', log.path]));

  const objects = await metricObjects(60);
  const network = await startPeers();
  for (const object of objects) await network.put(object);
  const args = ['metrics', `${network.env['SCOUT_ENDPOINT']}/v1/metrics`, ...objects.map(network.url)];
  const metrics = await compare('metrics', objects, runs, startPeer(program, args));
  network.close();
  return [
    atLeast("ALB, parse and encode: contrib's CPU over ours", medianRatio(logs, 'encodeMs'), 3),
    atLeast("metrics, whole path: contrib's CPU with gzip over ours", medianRatio(metrics, 'wholeMs'), 1.3),
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

interface Peer {
  /** Milliseconds of CPU that a run takes. */
  readonly run: () => Promise<number>;
  readonly close: () => void;
}

/** The program, ready for runs, on one core. */
const startPeer = (program: string, args: readonly string[]): Peer => {
  const peer = spawn(program, args, {
    env: { ...process.env, GOMAXPROCS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  return {
    run: async () => {
      peer.stdin.write('\n');
      const { value } = (await lines.next()) as { readonly value?: string };
      if (value === undefined) throw new Error(`the peer for ${args[0]} ended`);
      return (JSON.parse(value) as { readonly cpuMs: number }).cpuMs;
    },
    close: () => peer.stdin.end(),
  };
};

interface Turn {
  readonly theirMs: number;
  readonly wholeMs: number;
  readonly encodeMs: number;
}

const compare = async (
  pipeline: Pipeline,
  objects: readonly BenchObject[],
  runs: number,
  { run, close }: Peer,
): Promise<readonly Turn[]> => {
  await run();
  const theirs: number[] = [];
  const { pairs } = await measurePairs(pipeline, objects, runs, async () => {
    theirs.push(await run());
    return undefined;
  });
  close();
  return pairs.map(({ wholeMs, stages: { encodeMs } }, index) => ({
    theirMs: theirs[index] ?? NaN,
    wholeMs,
    encodeMs,
  }));
};

const medianRatio = (turns: readonly Turn[], ours: 'wholeMs' | 'encodeMs'): number =>
  median(turns.map((turn) => turn.theirMs / turn[ours]));

const atLeast = (measure: string, value: number, bar: number): Row => [
  measure,
  value.toFixed(2),
  `≥ ${bar}`,
  value >= bar,
];
