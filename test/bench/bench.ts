import { parseArgs } from 'node:util';
import { GZIP } from '../../lambdas/scout/compression.ts';
import { measureBaseline } from './baseline.ts';
import { printCosts } from './cost.ts';
import { albObject, metricObjects } from './data.ts';
import type { Row } from './rows.ts';
import { baselineRow, atMost, importRows, largeRows, medianOf, rssRow, pathRows, wholeLess } from './rows.ts';
import { printTable } from './table.ts';
import { measurePairs } from './whole-path.ts';

const USAGE = `npm run bench                 ratios on the defaults, beside the bars
npm run bench -- --large      also the memory for objects of 2 and 4 GB (some minutes, 1 GB of temporary files)
npm run bench -- --runs 9     medians of so many runs (5)
npm run bench -- --cost       dollars per GB of log by gzip level, batch size, memory size and requests under way`;

const bench = async (runs: number, large: boolean): Promise<void> => {
  const log = await albObject(100);
  const alb = await measurePairs('logs', [log], runs, () => measureBaseline(log, GZIP.level));
  const metrics = await measurePairs('metrics', await metricObjects(60), runs);

  print(`ALB access logs, 100 MB, gzip level ${GZIP.level}, medians of ${runs} runs`, [
    ...pathRows(alb),
    atMost(
      'own work / gunzip',
      medianOf(alb, (pair) => wholeLess(pair, 'gunzipMs', 'gzipMs') / pair.stages.gunzipMs),
      5,
    ),
    baselineRow('without gzip on either side', alb, 'bare', (pair) => wholeLess(pair, 'gzipMs'), 25),
    baselineRow('with gzip on both sides', alb, 'compressing', ({ wholeMs }) => wholeMs, 12),
    ...(large ? await largeRows(log) : [rssRow('100 MB', alb.peakRss)]),
    ...(await importRows('logs', runs)),
  ]);
  print(`Metric streams, 60 MB in objects of 5 MB, gzip level ${GZIP.level}, medians of ${runs} runs`, [
    ...pathRows(metrics),
    rssRow('60 MB', metrics.peakRss),
    ...(await importRows('metrics', runs)),
  ]);
};

const print = (title: string, rows: readonly Row[]): void => {
  const cells = rows.map(([measure, value, bar = '', kept]) => [
    measure,
    value,
    bar,
    kept === undefined ? '' : kept ? '✔' : '✘',
  ]);
  printTable(title, ['', 'Value', 'Bar', ''], cells);
};

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    large: { type: 'boolean', default: false },
    cost: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else if (values.cost) await printCosts();
else await bench(Number(values.runs), values.large);
