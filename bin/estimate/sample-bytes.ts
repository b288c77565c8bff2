import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { albLine } from '../local/samples/alb-lines.ts';
import { LOAD_BALANCERS, type LoadBalancer } from '../local/samples/alb-traffic.ts';
import { albKey, metricKey } from '../local/samples/hour.ts';
import { KIND_SAMPLES } from '../local/samples/kinds.ts';
import { metricLine } from '../local/samples/metric-lines.ts';
import { accountSeries } from '../local/samples/metric-series.ts';
import { type Random, random as seeded } from '../local/samples/random.ts';
import {
  type Environment,
  type LogKindName,
  type Pipeline,
  readFunctionSettings,
} from '../../lambdas/function-settings.ts';
import { functionEnvironment, type StackSettings } from '../../lib/settings.ts';
import { encodeObject, formatsOf } from './encode.ts';
import type { LineBytes } from '../shared/measured.ts';

const START = Date.UTC(2026, 0, 15, 12);

/** One full request. */
const LINES = 10_000;

/** Bytes of a log line of the kind, from sample lines that are encoded under these settings. */
export const logLineBytes = async (kind: LogKindName, settings: StackSettings): Promise<LineBytes> =>
  // Those that are left out have no bytes.
  lineBytes('logs', kind === 'alb' ? accessLog : otherLog(kind), {
    ...settings,
    logKinds: [kind],
    ...NO_FILTER,
  });

/** Bytes of a data point, from sample lines that are encoded under these settings. */
export const metricPointBytes = async (settings: StackSettings): Promise<LineBytes> =>
  lineBytes('metrics', metricStream, settings);

/** Settings under which every line is sent. */
export const NO_FILTER = {
  albSkipStatus: [],
  albSkipPath: undefined,
  albSkipUserAgent: undefined,
  albSampleRate: 1,
} as const satisfies Partial<StackSettings>;

interface Sample {
  readonly key: string;
  readonly lines: readonly string[];
}

const accessLog = (random: Random): Sample => {
  const [balancer] = LOAD_BALANCERS as [LoadBalancer];
  const time = START * 1000;
  return {
    key: albKey(random, balancer, START),
    lines: Array.from({ length: LINES }, (_, index) => albLine(random, balancer, time + index * 1500)),
  };
};

/** Lines of as many logs as make a full request. */
const otherLog =
  (kind: Exclude<LogKindName, 'alb'>) =>
  (random: Random): Sample => {
    const lines: string[] = [];
    let key = '';
    while (lines.length < LINES) {
      const log = KIND_SAMPLES[kind](random, START);
      lines.push(...log.lines);
      ({ key } = log);
    }
    return { key, lines };
  };

const metricStream = (random: Random): Sample => {
  const series = accountSeries(seeded(3), 100);
  return {
    key: metricKey(random, START),
    lines: Array.from({ length: LINES }, () => metricLine(random, random.pick(series), START)),
  };
};

/** By the variables of the function: encoding takes half a second. */
const measured = new Map<string, Promise<LineBytes>>();

const lineBytes = async (
  pipeline: Pipeline,
  sample: (random: Random) => Sample,
  settings: StackSettings,
): Promise<LineBytes> => {
  const environment = functionEnvironment(settings, pipeline);
  const key = JSON.stringify([pipeline, environment]);
  const result = measured.get(key) ?? measure(pipeline, sample(seeded(1)), environment);
  measured.set(key, result);
  return result;
};

const measure = async (
  pipeline: Pipeline,
  { key, lines }: Sample,
  environment: Environment,
): Promise<LineBytes> => {
  const functionSettings = readFunctionSettings(environment);
  const format = formatsOf(pipeline, functionSettings)(key, undefined);
  if ('skip' in format) throw new Error(`the sample ${key} would be skipped: ${format.skip}`);
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const object = { bucket: 'sample', key, etag: '0123456789abcdef0123456789abcdef' };
  const { records, sent } = await encodeObject(
    Readable.from([text]),
    object,
    format,
    pipeline,
    functionSettings,
  );
  return {
    written: text.length / lines.length,
    stored: gzipSync(text).length / lines.length,
    sent: sent / records,
  };
};
