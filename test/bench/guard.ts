import { readFileSync, writeFileSync } from 'node:fs';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { albObject, type BenchObject, largeObject, metricObjects } from './data.ts';
import { bundlesKb, coldStarts, MIB, MOST_BUNDLES_KB, MOST_IMPORT_MS, MOST_RSS_MIB } from './rows.ts';
import { floorMs } from './stages.ts';
import { median } from './statistics.ts';
import { measureOnce, measurePairs } from './whole-path.ts';

/**
 * Fails when the whole path of a pipeline costs a quarter more than was recorded (`--record` records), or when memory,
 * import or bundles exceed their bars.
 *
 * The unit is the floor and, beside it, the same lines done by plain code: a busy machine slows zlib and JavaScript
 * differently, and the unit has to suffer as the function does. Short runs by turns, and their median, do the rest:
 * with seven processes a core the ratio still stays within a tenth.
 */
const FILE = new URL('guard.json', import.meta.url);
const RUNS = 11;
const TOLERANCE = 1.25;

/** Memory no longer grows beyond it; `npm run bench -- --large` measures 2 and 4 GB. */
const GIGABYTES = 0.3;

const ratioOf = async (pipeline: Pipeline, objects: readonly BenchObject[]): Promise<number> => {
  const { pairs } = await measurePairs(pipeline, objects, RUNS);
  const ratios = pairs.map(({ wholeMs, stages }) => wholeMs / (floorMs(stages) + stages.plainMs));
  return Number(median(ratios).toFixed(2));
};

const check = (measure: string, value: number, most: number): void => {
  console.log(`${measure}: ${value}, at most ${most}`);
  if (value > most) process.exitCode = 1;
};

const ratios = {
  logs: await ratioOf('logs', [await albObject(4)]),
  metrics: await ratioOf('metrics', await metricObjects(5)),
};
if (process.argv.includes('--record')) {
  writeFileSync(FILE, `${JSON.stringify(ratios, null, 2)}\n`);
} else {
  const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as typeof ratios;
  for (const pipeline of ['logs', 'metrics'] as const) {
    const most = Number((recorded[pipeline] * TOLERANCE).toFixed(2));
    check(`${pipeline}: CPU of the whole path over the yardstick`, ratios[pipeline], most);
    const { peakRss } = await measureOnce(pipeline, await largeObject(pipeline, GIGABYTES));
    check(`${pipeline}: MiB of memory for ${GIGABYTES} GB`, Math.round(peakRss / MIB), MOST_RSS_MIB);
    // The least: what else the machine does only adds to it.
    const importMs = Math.min(...(await coldStarts(pipeline, RUNS)).map(({ importMs }) => importMs));
    check(`${pipeline}: ms of the import of the bundle`, Math.round(importMs), MOST_IMPORT_MS);
  }
  check('KB of all bundles', bundlesKb(), MOST_BUNDLES_KB);
}
