import { parseArgs } from 'node:util';
import { GZIP } from '../../lambdas/scout/compression.ts';
import { measureBaseline } from './baseline.ts';
import { IN_USE } from './codecs.ts';
import { contribRows } from './contrib.ts';
import { printCosts } from './cost.ts';
import { albObject, metricObjects } from './data.ts';
import { kindRows } from './kinds.ts';
import { resourceIdRows } from './resource-id.ts';
import type { Row } from './rows.ts';
import {
  atMost,
  baselineRow,
  bundlesRow,
  dollarsRow,
  coldStartRows,
  largeRows,
  medianOf,
  rssRow,
  pathRows,
  wholeLess,
} from './rows.ts';
import { printTable } from './table.ts';
import { measurePairs } from './whole-path.ts';

const USAGE = `npm run bench                 ratios on the defaults, beside the bars
npm run bench -- --large      also the memory for objects of 2 and 4 GB (some minutes, 1 GB of temporary files)
npm run bench -- --runs 9     medians of this many runs (5)
npm run bench -- --peers      also the CPU of OpenTelemetry Collector contrib's decoders, which need Go and its module proxy
npm run bench -- --cost       dollars per GB by codec and level, batch size, memory size and requests in flight`;

const bench = async (runs: number, large: boolean, peers: boolean): Promise<void> => {
  const log = await albObject(100);
  const alb = await measurePairs('logs', [log], runs, () => measureBaseline(log, GZIP.level));
  const metricLog = await metricObjects(60);
  const metrics = await measurePairs('metrics', metricLog, runs);

  print(`ALB access logs, 100 MB, ${IN_USE.logs.name}, medians of ${runs} runs`, [
    ...pathRows(alb, 1.2),
    dollarsRow(alb, 0.85),
    atMost(
      'own work / gunzip',
      medianOf(alb, (pair) => wholeLess(pair, 'gunzipMs', 'compressMs') / pair.stages.gunzipMs),
      4,
    ),
    baselineRow(
      'without compression on either side',
      alb,
      'bare',
      (pair) => wholeLess(pair, 'compressMs'),
      25,
    ),
    baselineRow('whole path, Python with gzip', alb, 'compressing', ({ wholeMs }) => wholeMs, 16),
    rssRow('100 MB', alb.peakRss),
    ...(large ? await largeRows('logs') : []),
    ...(await coldStartRows('logs', runs)),
  ]);
  print(`Metric streams, 60 MB in objects of 5 MB, ${IN_USE.metrics.name}, medians of ${runs} runs`, [
    ...pathRows(metrics, 1.3),
    dollarsRow(metrics, 1),
    rssRow('60 MB', metrics.peakRss),
    ...(large ? await largeRows('metrics') : []),
    ...(await coldStartRows('metrics', runs)),
    ...resourceIdRows(metricLog, runs),
    bundlesRow(),
  ]);
  if (peers) await printPeers(runs);
  print('Kinds of logs: lines/s a core over those of ALB access logs, without gunzip', kindRows(runs));
};

const printPeers = async (runs: number): Promise<void> => {
  const rows = await contribRows(runs);
  if (rows === undefined) console.log('There is no go here: no comparison with the Collector.');
  else print(`OpenTelemetry Collector contrib, medians of ${runs} runs`, rows);
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
    peers: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else if (values.cost) await printCosts();
else await bench(Number(values.runs), values.large, values.peers);
