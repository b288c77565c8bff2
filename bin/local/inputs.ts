import { closeSync, globSync, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { constants, gunzipSync } from 'node:zlib';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { LOGS_PREFIX, METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import { skipReason } from '../../lambdas/log-lines/log-formats.ts';
import { UsageError } from '../shared/command-line.ts';
import type { Body } from './emulators/object-store.ts';
import { foreignType } from './file-type.ts';
import { KIND_NAMES, kindOf } from './kinds.ts';
import { sampleHour } from './samples/hour.ts';

/** An object to forward. */
export interface Input {
  /** Its name for people: the path of a file. */
  readonly source: string;
  /** The kind that it is taken for; not known of a sample. */
  readonly kind?: string;
  readonly pipeline: Pipeline;
  readonly key: string;
  readonly body: Body;
}

/** A file that is not forwarded. */
export interface Refused {
  readonly source: string;
  readonly reason: string;
  /** What `npm start` can do about it. */
  readonly hint?: string;
}

export interface Inputs {
  readonly inputs: readonly Input[];
  readonly refused: readonly Refused[];
}

const HOUR = 3_600_000;
const HEAD_BYTES = 64 * 1024;
const STDIN = '-';

/** Our own sample objects, of the last full hour before `now` (milliseconds since the epoch). */
export const sampleInputs = (now: number): readonly Input[] =>
  sampleHour(Math.floor(now / HOUR) * HOUR - HOUR).map(({ key, body }) => ({
    source: key,
    pipeline: key.startsWith(METRICS_PREFIX) ? 'metrics' : 'logs',
    key,
    body,
  }));

/**
 * The user's own files: paths, folders, globs, or `-` for standard input. Each is told by its content, unless `kind` says
 * what it is.
 * @throws UsageError if one cannot be found or read
 */
export const fileInputs = async (
  paths: readonly string[],
  kind?: string,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Inputs> => {
  if (kind !== undefined && !KIND_NAMES.includes(kind))
    throw new UsageError(`--kind is ${kind}; it must be one of ${KIND_NAMES.join(', ')}`);
  const inputs: Input[] = [];
  const refused: Refused[] = [];
  for (const path of new Set(paths.flatMap(filesOf))) {
    const body = path === STDIN ? await buffer(stdin) : { file: path };
    const source = path === STDIN ? 'standard input' : path;
    const read = inputOf(source, body, inputs.length + 1, kind);
    if ('reason' in read) refused.push(read);
    else inputs.push(read);
  }
  return { inputs, refused };
};

/** An object of these bytes, or why it is none. The number keeps equal names apart. */
export const inputOf = (source: string, body: Body, number: number, given?: string): Input | Refused => {
  const head = headOf(body);
  if (head === undefined) return { source, reason: 'it begins as gzip does, but cannot be decompressed' };
  const foreign = foreignType(head);
  if (foreign !== undefined) return { source, reason: foreign };
  const known = given === undefined ? kindOf(head) : { kind: given };
  if ('refused' in known) return { source, reason: known.refused, hint: '--kind KIND takes it for a kind' };
  // The folders from `AWSLogs` on tell which account and region a log is of.
  const [path = basename(source)] = /AWSLogs\/.*$/.exec(source) ?? [];
  const { kind } = known;
  const pipeline = kind === 'metrics' ? 'metrics' : 'logs';
  const key = `${pipeline === 'metrics' ? METRICS_PREFIX : LOGS_PREFIX}file-${number}/${path}`;
  return { source, kind, pipeline, key: pipeline === 'metrics' || isLogName(key) ? key : `${key}.log`, body };
};

const isLogName = (key: string): boolean => skipReason(key, undefined) === undefined;

const filesOf = (path: string): readonly string[] => {
  if (path === STDIN) return [path];
  if (/^s3:\/\//i.test(path))
    throw new UsageError(
      `${path} is not on this machine; copy it first: aws s3 cp --recursive ${path} FOLDER`,
    );
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return [path];
  if (found?.isDirectory()) return filesUnder('**/*', path);
  const matches = found === undefined ? filesUnder(path, '.') : [];
  if (matches.length === 0) throw new UsageError(`${path} is not a file, and no file matches it`);
  return matches;
};

/** Files that match a pattern, sorted; those that begin with a dot are left out. */
const filesUnder = (pattern: string, folder: string): readonly string[] =>
  globSync(pattern, { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();

/** The first bytes of a body, decompressed if they begin as gzip does; undefined if they are not gzip then. */
export const headOf = (body: Body): Buffer | undefined => {
  const bytes = Buffer.isBuffer(body) ? body.subarray(0, HEAD_BYTES) : readHead(body.file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
};

const readHead = (path: string): Buffer => {
  try {
    const file = openSync(path, 'r');
    const bytes = Buffer.alloc(HEAD_BYTES);
    const length = readSync(file, bytes);
    closeSync(file);
    return bytes.subarray(0, length);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};
