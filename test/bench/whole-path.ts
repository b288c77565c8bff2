import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { NODE_OPTIONS } from '../../lambdas/runtime/gc.ts';
import type { Invoked } from '../../bin/local/emulators/lambda.ts';
import { startLambda } from '../../bin/local/emulators/lambda.ts';
import type { Baseline } from './baseline.ts';
import type { BenchObject } from './data.ts';
import type { Peers } from './peers.ts';
import { startPeers } from './peers.ts';
import type { Stages } from './stages.ts';
import { startStages } from './stages.ts';

/** One run over all objects, and what it is compared with, measured right after it. */
export interface Pair {
  /** CPU of the handler's process, all threads. */
  readonly wholeMs: number;
  readonly wallMs: number;
  readonly stages: Stages;
  readonly baseline: Baseline | undefined;
}

export interface Measured {
  readonly pairs: readonly Pair[];
  readonly lines: number;
  /** Decompressed. */
  readonly bytes: number;
  /** Of the handler's process after all runs. */
  readonly peakRss: number;
}

/** No run shall be cut short by Lambda's limit. A timer holds no more. */
const LONG_MS = 2 ** 31 - 1;

/** V8 compiles for some 200 MB of metrics: the first run after the warm-up would take a fifth more CPU than the sixth. */
const WARM_UP_RUNS = 4;

/**
 * Runs the deployed bundle over the objects, and each stage by itself over the same bytes, by turns, so that what else
 * the machine does falls on both. The first run captures the requests; it and the other runs of the warm-up do not count.
 */
export const measurePairs = async (
  pipeline: Pipeline,
  objects: readonly BenchObject[],
  runs: number,
  measureBaseline = async (): Promise<Baseline | undefined> => undefined,
): Promise<Measured> => {
  const folder = mkdtempSync(join(tmpdir(), 'scout-forwarder-requests-'));
  const peers = await startPeers();
  try {
    const forwarder = await startForwarder(pipeline, objects, peers);
    await peers.capture(folder);
    await forwarder.run();
    await peers.capture(undefined);
    for (let run = 1; run < WARM_UP_RUNS; run++) await forwarder.run();
    const stages = await startStages({ pipeline, objects, folder, scout: peers.env['SCOUT_ENDPOINT'] ?? '' });
    await stages.measure();

    const pairs: Pair[] = [];
    let peakRss = 0;
    while (pairs.length < runs) {
      const whole = await forwarder.run();
      peakRss = whole.peakRss;
      pairs.push({
        wholeMs: whole.cpuMs,
        wallMs: whole.wallMs,
        stages: await stages.measure(),
        baseline: await measureBaseline(),
      });
    }
    stages.close();
    await forwarder.close();
    return { pairs, peakRss, lines: sum(objects, 'lines'), bytes: sum(objects, 'bytes') };
  } finally {
    peers.close();
    rmSync(folder, { recursive: true });
  }
};

/** Runs the bundle over one object once, in a process of its own. */
export const measureOnce = async (pipeline: Pipeline, object: BenchObject): Promise<Usage> => {
  const peers = await startPeers();
  try {
    const forwarder = await startForwarder(pipeline, [object], peers);
    const usage = await forwarder.run();
    await forwarder.close();
    return usage;
  } finally {
    peers.close();
  }
};

export type Usage = Pick<Invoked, 'cpuMs' | 'wallMs' | 'peakRss'>;

/** A function on its default settings, and a run of it over all objects. */
export const startForwarder = async (
  pipeline: Pipeline,
  objects: readonly BenchObject[],
  peers: Peers,
  settings: Readonly<Record<string, string>> = {},
  path = `dist/${pipeline}/index.mjs`,
) => {
  let delivered = 0;
  let fault: unknown;
  const lambda = await startLambda(
    path,
    { ...peers.env, NODE_OPTIONS, ...settings },
    ({ level, message }) => {
      if (level === 'info') delivered += (message as { delivered?: number }).delivered ?? 0;
      else fault ??= message;
    },
    LONG_MS,
  );
  const events: unknown[] = [];
  for (const object of objects) events.push(await peers.put(object));
  return {
    imported: lambda.imported,
    run: async (): Promise<Usage> => {
      const usage = { cpuMs: 0, wallMs: 0, peakRss: 0 };
      delivered = 0;
      for (const event of events) {
        const { error, cpuMs, wallMs, peakRss } = await lambda.invoke(event);
        if (error !== undefined) throw new Error(`the handler threw ${error}`);
        if (fault !== undefined) throw new Error(`the function logged ${JSON.stringify(fault)}`);
        usage.cpuMs += cpuMs;
        usage.wallMs += wallMs;
        usage.peakRss = peakRss;
      }
      const lines = sum(objects, 'lines');
      if (delivered < lines) throw new Error(`only ${delivered} of ${lines} records were delivered`);
      return usage;
    },
    close: lambda.close,
  };
};

const sum = (objects: readonly BenchObject[], name: 'lines' | 'bytes'): number =>
  objects.reduce((total, object) => total + object[name], 0);
