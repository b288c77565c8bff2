import type { Fragment } from '../otlp/log-attributes.ts';
import type { AlbSettings } from '../function-settings.ts';
import { type Line, spanOf } from './tokenize.ts';
import { newRequestLine, splitRequest } from './request-line.ts';
import { sampler } from './sampler.ts';
import { isFailed } from './status.ts';
import { traceId } from './trace-id.ts';

/** What becomes of a line: a fragment is kept too, with these attributes. */
export type Verdict = 'keep' | 'leave out' | Fragment;
export type Filter = (line: Line, uid: string) => Verdict;

/** The fields that decide. */
export interface DecidingFields {
  readonly status: number;
  readonly request: number;
  readonly userAgent: number;
  readonly errorReason: number;
  readonly trace: number;
  /** Durations that add up to the request's, in seconds; -1 where there was none. */
  readonly durations: readonly number[];
}

/** What `settings` leave out; undefined if they leave out nothing. */
export const filterOf = (fields: DecidingFields, settings: AlbSettings): Filter | undefined => {
  const skips = skipsOf(fields, settings);
  const { sampleRate, sampleSlowerThan } = settings;
  if (skips.length === 0 && sampleRate === 1) return undefined;
  const sample = sampler(sampleRate);
  return (line, uid) => {
    if (skips.some((skip) => skip(line))) return 'leave out';
    const kept = sampleRate === 1 || isError(line, fields) || duration(line, fields) >= sampleSlowerThan;
    if (kept) return 'keep';
    return sample(traceId(fieldOf(line, fields.trace)), uid) ?? 'leave out';
  };
};

const skipsOf = (
  fields: DecidingFields,
  { skipStatus, skipPath, skipUserAgent }: AlbSettings,
): readonly ((line: Line) => boolean)[] => {
  const skips: ((line: Line) => boolean)[] = [];
  const parts = newRequestLine();
  const pathOf = (line: Line): string => {
    const { start, end } = spanOf(line, fields.request);
    splitRequest(parts, line.bytes, start, end);
    return line.bytes.toString('utf8', parts.path.start, parts.path.end);
  };
  if (skipStatus.length > 0) {
    const statuses = new RegExp(`^(?:${skipStatus.join('|').replaceAll('xx', '\\d\\d')})$`);
    skips.push((line) => statuses.test(fieldOf(line, fields.status)));
  }
  if (skipPath !== undefined) skips.push((line) => skipPath.test(pathOf(line)));
  if (skipUserAgent !== undefined) skips.push((line) => skipUserAgent.test(fieldOf(line, fields.userAgent)));
  return skips;
};

/** A request with an error reason is kept whatever its status, such as one that a firewall in trouble let through. */
const isError = (line: Line, { status, errorReason }: DecidingFields): boolean =>
  isFailed(line, status) || !['', '-'].includes(fieldOf(line, errorReason));

const duration = (line: Line, { durations }: DecidingFields): number =>
  durations.reduce((sum, field) => sum + Math.max(Number(fieldOf(line, field)) || 0, 0), 0);

const fieldOf = (line: Line, i: number): string => {
  const { start, end } = spanOf(line, i);
  return line.bytes.toString('utf8', start, end);
};
