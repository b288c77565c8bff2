import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GZIP } from '../../lambdas/scout/compression.ts';
import type { BenchObject } from './data.ts';
import { startPeers } from './peers.ts';
import { cpuDollars, GB_OUT } from './prices.ts';
import { startForwarder } from './whole-path.ts';

/** What 10^9 bytes of log take on some settings. */
export interface Gigabyte {
  readonly requests: number;
  /** CPU seconds of everything but gzip. */
  readonly cpuSeconds: number;
  readonly gzip: ReadonlyMap<number, Compressed>;
}

export interface Compressed {
  readonly cpuSeconds: number;
  readonly gigabytes: number;
}

const RUNS = 3;

/** Runs the function on these settings, and compresses the requests that it made at each level. */
export const measureGigabyte = async (
  log: BenchObject,
  levels: readonly number[],
  settings: Readonly<Record<string, string>>,
): Promise<Gigabyte> => {
  const folder = mkdtempSync(join(tmpdir(), 'scout-forwarder-requests-'));
  const peers = await startPeers();
  const forwarder = await startForwarder('logs', [log], peers, settings);
  await peers.capture(folder);
  await forwarder.run();
  await peers.capture(undefined);
  let whole = Infinity;
  for (let run = 0; run < RUNS; run++) whole = Math.min(whole, (await forwarder.run()).cpuMs / 1000);
  await forwarder.close();
  peers.close();
  const requests = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  rmSync(folder, { recursive: true });

  const perGb = 1e9 / log.bytes;
  const gzip = new Map(levels.map((level) => [level, compressAll(requests, level, perGb)]));
  const cpuSeconds = whole * perGb - (gzip.get(GZIP.level)?.cpuSeconds ?? NaN);
  return { requests: requests.length * perGb, cpuSeconds, gzip };
};

/** What a gigabyte costs with gzip at that level. */
export const dollars = ({ cpuSeconds, gzip }: Gigabyte, level: number) => {
  const compressed = gzip.get(level) ?? { cpuSeconds: NaN, gigabytes: NaN };
  const lambda = cpuDollars(cpuSeconds + compressed.cpuSeconds);
  const out = compressed.gigabytes * GB_OUT;
  return { lambda, out, total: lambda + out };
};

const compressAll = (requests: readonly Buffer[], level: number, perGb: number): Compressed => {
  let cpuSeconds = Infinity;
  let bytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const begin = process.cpuUsage();
    bytes = 0;
    for (const request of requests) bytes += gzipSync(request, { ...GZIP, level }).length;
    const { user, system } = process.cpuUsage(begin);
    cpuSeconds = Math.min(cpuSeconds, (user + system) / 1e6);
  }
  return { cpuSeconds: cpuSeconds * perGb, gigabytes: (bytes * perGb) / 1e9 };
};
