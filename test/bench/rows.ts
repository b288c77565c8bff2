import { statSync } from 'node:fs';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import type { Baseline } from './baseline.ts';
import { largeObject, smallObject } from './data.ts';
import { startPeers } from './peers.ts';
import { cpuDollars, GB_OUT } from './prices.ts';
import { floorMs } from './stages.ts';
import { median } from './statistics.ts';
import type { Measured, Pair } from './whole-path.ts';
import { measureOnce, startForwarder } from './whole-path.ts';

/** A measure, its value, and the bar it has to keep. */
export type Row = readonly [measure: string, value: string, bar?: string, kept?: boolean];

export const MIB = 2 ** 20;

export const MOST_RSS_MIB = 256;
export const MOST_IMPORT_MS = 100;
export const MOST_BUNDLES_KB = 800;

/** The whole path over its floor, rates, and where the time goes. */
export const pathRows = (measured: Measured, bar: number): readonly Row[] => {
  const whole = medianOf(measured, ({ wholeMs }) => wholeMs);
  const ms = (title: string, part: (pair: Pair) => number): Row => {
    const value = medianOf(measured, part);
    return [title, `${value.toFixed(0)} ms, ${((100 * value) / whole).toFixed(0)} %`];
  };
  const parses = measured.pairs.some(({ stages }) => stages.parseMs > 0);
  const ratio = medianOf(measured, ({ wholeMs, stages }) => wholeMs / floorMs(stages));
  return [
    atMost(`whole path / (gunzip + gzip${parses ? ' + JSON.parse of each line' : ''})`, ratio, bar),
    ['lines/s a core', rate(measured.lines / (whole / 1000))],
    ['MB/s a core', (measured.bytes / 1e6 / (whole / 1000)).toFixed(1)],
    ms('CPU of the whole path', ({ wholeMs }) => wholeMs),
    ms('  gunzip', ({ stages }) => stages.gunzipMs),
    ms(`  tokenize: lines, ${parses ? 'data' : 'fields'}`, ({ stages }) => stages.tokenizeMs),
    ms('  map and encode, one pass', ({ stages }) => stages.encodeMs - stages.tokenizeMs),
    ms('  compression', ({ stages }) => stages.compressMs),
    ms('  POST', ({ stages }) => stages.postMs),
    ms('  the rest: S3, garbage, streams', (pair) =>
      wholeLess(pair, 'gunzipMs', 'encodeMs', 'compressMs', 'postMs'),
    ),
    ...(parses ? [ms('(JSON.parse of each line by itself)', ({ stages }) => stages.parseMs)] : []),
    ['wall clock / CPU', medianOf(measured, ({ wallMs, wholeMs }) => wallMs / wholeMs).toFixed(2)],
  ];
};

const cost = (ms: number, bytes: number): number => cpuDollars(ms / 1000) + (bytes / 1e9) * GB_OUT;

/** AWS dollars for CPU and bytes out, over those of the same run with gzip. */
export const dollarsRow = (measured: Measured, bar: number): Row =>
  atMost(
    'AWS dollars over those with gzip',
    medianOf(measured, ({ wholeMs, stages }) => {
      const { compressMs, compressedBytes, gzipMs, gzipBytes } = stages;
      return cost(wholeMs, compressedBytes) / cost(wholeMs - compressMs + gzipMs, gzipBytes);
    }),
    bar,
  );

/** CPU of the whole path without some of its stages, in milliseconds. */
export const wholeLess = ({ wholeMs, stages }: Pair, ...names: readonly (keyof Pair['stages'])[]): number =>
  names.reduce((rest, name) => rest - stages[name], wholeMs);

/** How many times as many lines a CPU second handles as Python does; `ms`: the CPU time that counts. */
export const baselineRow = (
  title: string,
  measured: Measured,
  way: keyof Baseline,
  ms: (pair: Pair) => number,
  bar: number,
): Row => {
  const measure = `lines/s over Python's, ${title}`;
  if (measured.pairs.some(({ baseline }) => baseline === undefined))
    return [measure, 'no python3 here', `≥ ${bar}`];
  const python = ({ baseline }: Pair): number => baseline?.[way] ?? NaN;
  const ratio = medianOf(measured, (pair) => measured.lines / (ms(pair) / 1000) / python(pair));
  return [
    measure,
    `${ratio.toFixed(1)} (Python ${rate(medianOf(measured, python))})`,
    `≥ ${bar}`,
    ratio >= bar,
  ];
};

/** Peak memory for objects of 2 and 4 GB, each in a process of its own. */
export const largeRows = async (pipeline: Pipeline): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const gigabytes of [2, 4]) {
    const { peakRss } = await measureOnce(pipeline, await largeObject(pipeline, gigabytes));
    rows.push(rssRow(`${gigabytes} GB`, peakRss));
  }
  return rows;
};

/** `peakRss` in bytes. The bar is for objects of gigabytes, which a small one has to keep all the more. */
export const rssRow = (size: string, peakRss: number): Row => [
  `peak RSS, ${size}`,
  `${(peakRss / MIB).toFixed(0)} MiB`,
  `≤ ${MOST_RSS_MIB}`,
  peakRss <= MOST_RSS_MIB * MIB,
];

export interface ColdStart {
  readonly importMs: number;
  /** From the start of the import until Scout has accepted a small object: token, S3, first POST. */
  readonly firstObjectMs: number;
}

/** Starts of the bundle, each in a new process. */
export const coldStarts = async (pipeline: Pipeline, runs: number): Promise<readonly ColdStart[]> => {
  const object = await smallObject(pipeline);
  const peers = await startPeers();
  const starts: ColdStart[] = [];
  while (starts.length < runs) {
    const forwarder = await startForwarder(pipeline, [object], peers);
    const importMs = forwarder.imported.wallMs;
    starts.push({ importMs, firstObjectMs: importMs + (await forwarder.run()).wallMs });
    await forwarder.close();
  }
  peers.close();
  return starts;
};

export const coldStartRows = async (pipeline: Pipeline, runs: number): Promise<readonly Row[]> => {
  const starts = await coldStarts(pipeline, runs);
  const importMs = median(starts.map(({ importMs }) => importMs));
  const firstObjectMs = median(starts.map(({ firstObjectMs }) => firstObjectMs));
  return [
    atMost('import of the bundle, ms', Math.round(importMs), MOST_IMPORT_MS),
    ['cold start: import to the response to the first POST', `${firstObjectMs.toFixed(0)} ms`],
  ];
};

/** The size of the bundles of all functions. */
export const bundlesRow = (): Row => atMost('size of all bundles, KB', bundlesKb(), MOST_BUNDLES_KB);

/** Thousands of bytes. */
export const bundlesKb = (): number => {
  const sizes = ['metrics', 'logs', 'log-switch'].map((name) => statSync(`dist/${name}/index.mjs`).size);
  return Math.round(sizes.reduce((all, size) => all + size) / 1000);
};

/** A value that has to stay below its bar. */
export const atMost = (measure: string, value: number, bar: number): Row => [
  measure,
  Number.isInteger(value) ? `${value}` : value.toFixed(2),
  `≤ ${bar}`,
  value <= bar,
];

/** The median over all runs. */
export const medianOf = ({ pairs }: Measured, value: (pair: Pair) => number): number =>
  median(pairs.map(value));

const rate = (perSecond: number): string => perSecond.toLocaleString('en-US', { maximumFractionDigits: 0 });
