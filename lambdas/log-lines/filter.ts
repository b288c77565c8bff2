import { type Fragment, fragment } from '../otlp/log-attributes.ts';
import type { AlbSettings } from '../function-settings.ts';
import type { LogSchema } from './schema.ts';
import { fieldText, hasNothing, type Line, spanOf } from './line.ts';
import { newRequestLine, splitRequest } from './request-line.ts';
import { sampler } from './sampler.ts';
import { traceId } from './trace-id.ts';

/** The attributes that a line gets because it is kept; undefined for a line that is left out. */
export type Filter = (line: Line, uid: string) => Fragment | undefined;
export const NO_ATTRIBUTES = fragment();

/** Leaves out the lines that the settings name; undefined if they name none. */
export const filterOf = (schema: LogSchema, settings: AlbSettings): Filter | undefined => {
  const skips = skipsOf(schema, settings);
  const { sampleRate, sampleSlowerThan } = settings;
  if (skips.length === 0 && sampleRate === 1) return undefined;
  const sample = sampler(sampleRate);
  return (line, uid) => {
    if (skips.some((skip) => skip(line))) return undefined;
    const kept = sampleRate === 1 || hasFailed(line, schema) || duration(line, schema) >= sampleSlowerThan;
    return kept ? NO_ATTRIBUTES : sample(traceId(fieldText(line, schema.trace)), uid);
  };
};

const skipsOf = (
  { status, request, userAgent }: LogSchema,
  { skipStatus, skipPath, skipUserAgent }: AlbSettings,
): readonly ((line: Line) => boolean)[] => {
  const skips: ((line: Line) => boolean)[] = [];
  if (skipStatus.length > 0 && status !== undefined) {
    const statuses = new RegExp(`^(?:${skipStatus.join('|').replaceAll('xx', '\\d\\d')})$`);
    skips.push((line) => statuses.test(fieldText(line, status)));
  }
  if (skipPath !== undefined && request !== undefined) {
    const parts = newRequestLine();
    skips.push((line) => {
      const { start, end } = spanOf(line, request);
      splitRequest(parts, line.bytes, start, end);
      return skipPath.test(line.bytes.toString('utf8', parts.path.start, parts.path.end));
    });
  }
  if (skipUserAgent !== undefined && userAgent !== undefined)
    skips.push((line) => skipUserAgent.test(fieldText(line, userAgent)));
  return skips;
};

/** A request with an error reason is kept whatever its status, such as one that a firewall in trouble let through. */
const hasFailed = (line: Line, { severity, errorReason }: LogSchema): boolean =>
  severity(line) !== 'INFO' || !hasNothing(line, errorReason);

const duration = (line: Line, { durations = [] }: LogSchema): number =>
  durations.reduce((sum, field) => sum + Math.max(Number(fieldText(line, field)) || 0, 0), 0);
