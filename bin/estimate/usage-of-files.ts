import { statSync } from 'node:fs';
import type { LogKindName } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { sourceOf } from '../../lambdas/log-lines/log-kind.ts';
import { HOURS_PER_MONTH } from '../../lib/prices.ts';
import { functionEnvironment, type StackSettings } from '../../lib/settings.ts';
import { fileInputs } from '../local/inputs.ts';
import { UsageError } from '../shared/command-line.ts';
import { counted } from '../shared/counted.ts';
import type { StatusLine } from '../shared/status-line.ts';
import type { EncodedObject } from './encode.ts';
import { encodeFile, type FileInput } from './encode-file.ts';
import { metricTally, pathTally } from './file-tallies.ts';
import { NO_FILTER } from './sample-bytes.ts';
import { sumBy } from './sum-by.ts';
import type { LogUsage, Sent, Usage } from './usage.ts';

const MONTH_MS = HOURS_PER_MONTH * 3_600_000;
const MINUTE_MS = 60_000;

/** Load balancers write a log every five minutes. */
const LOG_PERIOD_MS = 5 * MINUTE_MS;

/** A file that was read with every line kept. */
interface ReadFile {
  readonly input: FileInput;
  readonly size: number;
  readonly encoded: EncodedObject;
}

/**
 * Usage as the log and metric objects in a folder have it, if it goes on as in the time that they span.
 * @throws UsageError where the folder holds none
 */
export const usageOfFiles = async (
  folder: string,
  settings: StackSettings,
  status: StatusLine,
): Promise<Usage> => {
  const found = await fileInputs([folder]);
  const inputs = found.inputs.map(({ body, ...input }) => ({
    ...input,
    path: 'file' in body ? body.file : '',
  }));
  const [metrics, paths] = [metricTally(), pathTally()];
  const sentOf = createEncoder(status);
  const read: ReadFile[] = [];
  const problems = new Map(
    [...Map.groupBy(found.refused, ({ reason }) => reason)].map(([reason, files]) => [reason, files.length]),
  );
  for (const [index, input] of inputs.entries()) {
    status.show(`reading file ${index + 1} of ${inputs.length}`);
    const { add } = input.pipeline === 'metrics' ? metrics : paths;
    const encoded = await encodeFile(input, { ...settings, ...NO_FILTER }, add);
    const problem = 'skip' in encoded ? encoded.skip : encoded.fault;
    if (problem !== undefined) problems.set(problem, (problems.get(problem) ?? 0) + 1);
    if ('records' in encoded && encoded.records > 0)
      read.push({ input, size: statSync(input.path).size, encoded });
  }
  const notCounted = [...problems].map(
    ([problem, files]) => `${counted(files, 'file')} not counted: ${problem}.`,
  );
  if (read.length === 0)
    throw new UsageError(
      `--from-files ${folder}: no log or metric object that the functions forward among ${counted(inputs.length + found.refused.length, 'file')}. ${notCounted.join(' ')}`.trim(),
    );
  const metricFiles = read.filter(({ input }) => input.pipeline === 'metrics');
  const logFiles = read.filter(({ input }) => input.pipeline === 'logs');
  // Data points are of whole minutes: the newest lasts one too.
  const metricSpan = spanOf(metricFiles) + MINUTE_MS;
  const logSpan = Math.max(Math.round(spanOf(logFiles) / LOG_PERIOD_MS), 1) * LOG_PERIOD_MS;
  return {
    metrics: metrics.usage(metricSpan),
    logs: [...Map.groupBy(logFiles, ({ input }) => JSON.stringify(logOf(input))).values()].map((files) =>
      logUsage(files, MONTH_MS / logSpan, sentOf),
    ),
    pointBytes: async (settings) => {
      const data = sumBy(metricFiles, ({ encoded }) => encoded.records) || 1;
      const { records, bytes } = await sentOf(metricFiles, settings);
      return {
        written: sumBy(metricFiles, ({ encoded }) => encoded.written) / data,
        stored: sumBy(metricFiles, ({ size }) => size) / data,
        sent: bytes / (records || 1),
      };
    },
    frequentPath: paths.frequent(),
    assumptions: [
      ...spanText('Metrics', metricFiles, metricSpan),
      ...spanText('Logs', logFiles, logSpan),
      ...notCounted,
    ],
  };
};

/** Milliseconds from the first record to the newest. */
const spanOf = (files: readonly ReadFile[]): number => {
  const times = files.flatMap(({ encoded: { firstMs, newestMs } }) => [firstMs ?? [], newestMs ?? []].flat());
  return times.length === 0
    ? 0
    : times.reduce((one, other) => Math.max(one, other)) - times.reduce((one, other) => Math.min(one, other));
};

const spanText = (what: string, files: readonly ReadFile[], ms: number): readonly string[] => {
  if (files.length === 0) return [];
  const minutes = Math.round(ms / MINUTE_MS);
  const span = minutes < 120 ? counted(minutes, 'minute') : `${(minutes / 60).toFixed(1)} hours`;
  return [`${what}: the month goes on as in the ${span} of ${counted(files.length, 'file')}.`];
};

/** Kind, and the resource where the file has the name that AWS gave it. */
const logOf = ({ key, kind }: FileInput): Pick<LogUsage, 'kind' | 'name'> => {
  const name = kind as LogKindName;
  const { resourceId = '' } = sourceOf(LOG_KINDS[name], key);
  const [, balancer] = /:loadbalancer\/(?:app\/|net\/)?([^/]+)/.exec(resourceId) ?? [];
  return { kind: name, name: balancer ?? (resourceId.split('/').at(-1) || 'files under other names') };
};

const logUsage = (files: readonly ReadFile[], perMonth: number, sentOf: SentOf): LogUsage => {
  const [{ input }] = files as [ReadFile];
  return {
    ...logOf(input),
    lines: perMonth * sumBy(files, ({ encoded }) => encoded.records),
    objects: perMonth * files.length,
    written: perMonth * sumBy(files, ({ encoded }) => encoded.written),
    stored: perMonth * sumBy(files, ({ size }) => size),
    sent: async (settings) => {
      const { records, bytes } = await sentOf(files, settings);
      return { records: perMonth * records, bytes: perMonth * bytes };
    },
  };
};

type SentOf = (files: readonly ReadFile[], settings: StackSettings) => Promise<Sent>;

/** Encodes files under settings, each once for the same variables of the function. */
const createEncoder = (status: StatusLine): SentOf => {
  const encoded = new Map<string, Promise<Sent>>();
  return async (files, settings) => {
    const [first] = files;
    if (first === undefined) return { records: 0, bytes: 0 };
    const environment = functionEnvironment(settings, first.input.pipeline);
    const key = JSON.stringify([environment, files.map(({ input }) => input.path)]);
    const result = encoded.get(key) ?? encodeAll(files, settings, status);
    encoded.set(key, result);
    return result;
  };
};

const encodeAll = async (
  files: readonly ReadFile[],
  settings: StackSettings,
  status: StatusLine,
): Promise<Sent> => {
  let [records, bytes] = [0, 0];
  for (const [index, { input }] of files.entries()) {
    status.show(`encoding ${input.pipeline}: file ${index + 1} of ${files.length}`);
    const one = await encodeFile(input, settings);
    if ('skip' in one) continue;
    records += one.records;
    bytes += one.sent;
  }
  return { records, bytes };
};
