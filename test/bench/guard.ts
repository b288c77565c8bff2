import { readFileSync, writeFileSync } from 'node:fs';
import type { Pipeline } from '../../lambdas/settings.ts';
import { albObject, metricObjects } from './data.ts';
import { floorMs } from './stages.ts';
import { measurePairs } from './whole-path.ts';

/**
 * Fails when a pipeline's whole path costs a quarter more, in units of its floor, than was recorded; `--record` records.
 * Each side counts with its cheapest run: what else the machine does only ever adds to a run.
 */
const FILE = new URL('guard.json', import.meta.url);
const RUNS = 5;
const TOLERANCE = 1.25;

const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Record<Pipeline, number>;
const ratios = {
  'alb-logs': await ratioOf('alb-logs', [await albObject(10)]),
  metrics: await ratioOf('metrics', await metricObjects(10)),
};

if (process.argv.includes('--record')) {
  writeFileSync(FILE, `${JSON.stringify(ratios, null, 2)}\n`);
} else {
  for (const [pipeline, ratio] of Object.entries(ratios)) {
    const limit = recorded[pipeline as Pipeline] * TOLERANCE;
    console.log(`${pipeline}: whole path / floor is ${ratio}, at most ${limit.toFixed(2)} allowed`);
    if (ratio > limit) process.exitCode = 1;
  }
}

async function ratioOf(
  pipeline: Pipeline,
  objects: Awaited<ReturnType<typeof metricObjects>>,
): Promise<number> {
  const { pairs } = await measurePairs(pipeline, objects, RUNS);
  const whole = Math.min(...pairs.map(({ wholeMs }) => wholeMs));
  const floor = Math.min(...pairs.map(({ stages }) => floorMs(stages)));
  return Number((whole / floor).toFixed(2));
}
