import { readFileSync, writeFileSync } from 'node:fs';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { albObject, metricObjects } from './data.ts';
import { floorMs } from './stages.ts';
import { median } from './statistics.ts';
import { measurePairs } from './whole-path.ts';

/**
 * Fails when the whole path of a pipeline costs a quarter more than was recorded; `--record` records.
 *
 * The unit is the floor and, beside it, the same lines done by plain code: a busy machine slows zlib and JavaScript
 * differently, and the unit has to suffer as the function does. Short runs by turns, and their median, do the rest:
 * with seven processes a core the ratio still stays within a tenth.
 */
const FILE = new URL('guard.json', import.meta.url);
const RUNS = 11;
const TOLERANCE = 1.25;

const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Record<Pipeline, number>;
const ratios = {
  logs: await ratioOf('logs', [await albObject(4)]),
  metrics: await ratioOf('metrics', await metricObjects(5)),
};

if (process.argv.includes('--record')) {
  writeFileSync(FILE, `${JSON.stringify(ratios, null, 2)}\n`);
} else {
  for (const [pipeline, ratio] of Object.entries(ratios)) {
    const limit = recorded[pipeline as Pipeline] * TOLERANCE;
    console.log(
      `${pipeline}: the whole path is ${ratio} of the yardstick, at most ${limit.toFixed(2)} allowed`,
    );
    if (ratio > limit) process.exitCode = 1;
  }
}

async function ratioOf(
  pipeline: Pipeline,
  objects: Awaited<ReturnType<typeof metricObjects>>,
): Promise<number> {
  const { pairs } = await measurePairs(pipeline, objects, RUNS);
  const ratios = pairs.map(({ wholeMs, stages }) => wholeMs / (floorMs(stages) + stages.plainMs));
  return Number(median(ratios).toFixed(2));
}
