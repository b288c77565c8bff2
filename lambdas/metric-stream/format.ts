import type { BatchLimits, Encoder, Format, FormatOf, Rejected, TagsOf } from '../format.ts';
import { encodeScope } from '../otlp/common.ts';
import { metricsRequest } from '../otlp/metrics.ts';
import type { MetricSettings, ResourceSettings } from '../function-settings.ts';
import { VERSION } from '../version.ts';
import { type Malformed, MOST_MALFORMED, readLine } from './line.ts';
import { lineSource, lineText } from './usual-line.ts';
import { mismatch } from './mismatch.ts';
import { newSeriesCache, type SeriesCache } from './series-cache.ts';
import { MOST_POINT_BYTES, stageDatum } from './write-points.ts';

interface Settings {
  readonly metrics: MetricSettings;
  readonly resource: ResourceSettings;
}

/** The format of every object of the pipeline; empty ones are skipped. */
export const metricFormats = (settings: Settings): FormatOf => {
  const format = metricStreamFormat(settings);
  return (_key, size) => (size === 0 ? { skip: 'empty object' } : format);
};

/** A metric stream in JSON format, mostly one datum per line, as OTLP summaries. */
export const metricStreamFormat = (settings: Settings): Format => {
  // Kept over objects and invocations, until the tags are read again.
  let of: TagsOf | undefined;
  let cache = newSeriesCache(settings);
  return {
    path: '/v1/metrics',
    open: (_object, head, { tags }) => {
      const reason = mismatch(head);
      if (reason !== undefined) return { refuse: { type: 'wrong_format', reason } };
      if (tags !== of) [of, cache] = [tags, newSeriesCache(settings, tags)];
      const ofTags = cache;
      return { encoder: (limits) => metricStreamEncoder(ofTags, limits) };
    },
  };
};

const metricStreamEncoder = (cache: SeriesCache, limits: BatchLimits): Encoder => {
  const request = metricsRequest(encodeScope('aws.cloudwatch', VERSION));
  let rejected: Rejected[] = [];
  let newestMs: number | undefined;
  let untagged = 0;

  let source = lineSource(new Uint8Array());

  return {
    add: (bytes, start, end, lineNumber, cut) => {
      // A stored entry is far longer than a short line: without an end to them, a batch would take gigabytes.
      if (rejected.length >= MOST_MALFORMED) return false;
      if (source.of !== bytes) source = lineSource(bytes);
      const malformed: Malformed[] = [];
      let newest = newestMs ?? 0;
      let without = 0;
      for (const part of cut
        ? [{ reason: OVERLONG, text: lineText(source, start, end) }]
        : readLine(source, start, end, cache)) {
        if ('reason' in part) malformed.push(part);
        else if (!stageDatum(request, part))
          malformed.push({ reason: TOO_MUCH, text: lineText(source, start, end) });
        else {
          newest = Math.max(newest, part.timestampMs);
          if (part.series.isUntagged) without += 1 + part.value.others.length;
        }
      }
      if (!request.commit(limits)) return false;
      if (newest > 0) newestMs = newest;
      untagged += without;
      for (const { reason, text } of malformed) rejected.push({ lineNumber, reason, line: kept(text) });
      return true;
    },
    take: () => {
      const taken = { ...request.finish(), untagged, filtered: 0, rejected, newestMs };
      untagged = 0;
      rejected = [];
      newestMs = undefined;
      return taken;
    },
  };
};

const OVERLONG = 'the line is longer than 1 MiB';
const TOO_MUCH = `the data points of the line take more than ${MOST_POINT_BYTES} bytes`;

/** Bytes of a rejected line that are kept. */
const KEPT_BYTES = 64 * 1024;

const kept = (text: string): string => Buffer.from(text).toString('utf8', 0, KEPT_BYTES);
