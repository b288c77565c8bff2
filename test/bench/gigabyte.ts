import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { type Codec, IN_USE } from './codecs.ts';
import type { BenchObject } from './data.ts';
import { startPeers } from './peers.ts';
import { cpuDollars, GB_OUT } from './prices.ts';
import { startForwarder } from './whole-path.ts';

/** The cost of 10^9 decompressed bytes on some settings. */
export interface Gigabyte {
  readonly requests: number;
  /** CPU seconds of everything but compression. */
  readonly cpuSeconds: number;
  /** By the codec's name. */
  readonly compressed: ReadonlyMap<string, Compressed>;
}

export interface Compressed {
  readonly cpuSeconds: number;
  readonly gigabytes: number;
}

const RUNS = 3;

/** Runs the function on these settings, and compresses the requests that it made with each codec. */
export const measureGigabyte = async (
  pipeline: Pipeline,
  objects: readonly BenchObject[],
  codecs: readonly Codec[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Gigabyte> => {
  const folder = mkdtempSync(join(tmpdir(), 'scout-forwarder-requests-'));
  const peers = await startPeers();
  const forwarder = await startForwarder(pipeline, objects, peers, settings);
  await peers.capture(folder);
  await forwarder.run();
  await peers.capture(undefined);
  let whole = Infinity;
  for (let run = 0; run < RUNS; run++) whole = Math.min(whole, (await forwarder.run()).cpuMs / 1000);
  await forwarder.close();
  peers.close();
  const requests = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  rmSync(folder, { recursive: true });

  const perGb = 1e9 / objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const inUse = compressAll(requests, IN_USE[pipeline], perGb);
  const compressed = new Map(codecs.map((codec) => [codec.name, compressAll(requests, codec, perGb)]));
  return {
    requests: requests.length * perGb,
    cpuSeconds: whole * perGb - inUse.cpuSeconds,
    compressed,
  };
};

/** The cost of a gigabyte with that codec. */
export const dollars = ({ cpuSeconds, compressed }: Gigabyte, codec: Codec) => {
  const { cpuSeconds: compressing, gigabytes } = compressed.get(codec.name) ?? {
    cpuSeconds: NaN,
    gigabytes: NaN,
  };
  const lambda = cpuDollars(cpuSeconds + compressing);
  const out = gigabytes * GB_OUT;
  return { lambda, out, total: lambda + out };
};

const compressAll = (requests: readonly Buffer[], { compress }: Codec, perGb: number): Compressed => {
  let cpuSeconds = Infinity;
  let bytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const begin = process.cpuUsage();
    bytes = 0;
    for (const request of requests) bytes += compress(request).length;
    const { user, system } = process.cpuUsage(begin);
    cpuSeconds = Math.min(cpuSeconds, (user + system) / 1e6);
  }
  return { cpuSeconds: cpuSeconds * perGb, gigabytes: (bytes * perGb) / 1e9 };
};
