import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import type { Body } from './emulators/object-store.ts';
import { sampleHour } from './samples/hour.ts';

/** An object to forward, and the pipeline that it belongs to. */
export interface Input {
  readonly pipeline: Pipeline;
  readonly key: string;
  readonly body: Body;
}

const HOUR = 3_600_000;

/** Our own sample objects, of the last full hour before `now` (milliseconds since the epoch). */
export const sampleInputs = (now: number): readonly Input[] =>
  sampleHour(Math.floor(now / HOUR) * HOUR - HOUR).map(({ key, body }) => ({
    pipeline: key.startsWith('metrics/') ? 'metrics' : 'logs',
    key,
    body,
  }));

/**
 * The user's own files, told apart by what is in them.
 * @throws Error if one cannot be read
 */
export const fileInputs = (paths: readonly string[]): readonly Input[] =>
  paths.map((path, index) => {
    if (!statSync(path).isFile()) throw new Error(`${path} is not a file`);
    const pipeline = pipelineOf(head(path));
    return { pipeline, key: keyOf(path, index, pipeline), body: { file: path } };
  });

/** JSON, and anything binary (OTLP, which the metrics function turns down with a reason), is a metric stream's. */
const pipelineOf = (bytes: Buffer): Pipeline => {
  const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  return /^\s*[{[]/.test(text) || /[^\t\n\r\x20-\xff]/.test(text.slice(0, 64)) ? 'metrics' : 'logs';
};

/** The folders from `AWSLogs` on tell which account and region a log is of; the number keeps equal names apart. */
const keyOf = (path: string, index: number, pipeline: Pipeline): string => {
  if (pipeline === 'metrics') return `metrics/file-${index + 1}/${basename(path)}`;
  const [logs] = /AWSLogs\/.*$/.exec(path) ?? [];
  const key = `alb/file-${index + 1}/${logs ?? basename(path)}`;
  return /\.log(?:\.gz)?$/.test(key) ? key : `${key}.log`;
};

const HEAD = 64 * 1024;

/** The file's first bytes, decompressed if it is gzip. */
const head = (path: string): Buffer => {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(HEAD);
  const bytes = buffer.subarray(0, readSync(file, buffer));
  closeSync(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
};
