import type { BatchLimits, Encoder, Format, Rejected } from '../format.ts';
import { encodeScope } from '../otlp/common.ts';
import { metricsRequest } from '../otlp/metrics.ts';
import type { MetricSettings, ResourceSettings } from '../function-settings.ts';
import { VERSION } from '../version.ts';
import { type Catalog, MOST_NAMES, newCatalog } from './series-cache.ts';
import { type Malformed, readLine } from './line.ts';
import { mismatch } from './mismatch.ts';
import { MOST_POINT_BYTES, stageDatum } from './write-points.ts';

/** A metric stream in JSON format, mostly a datum a line, as OTLP summaries. */
export const metricStreamFormat = (settings: {
  readonly metrics: MetricSettings;
  readonly resource: ResourceSettings;
}): Format => {
  // Kept over objects and invocations. An encoder takes another one only between requests.
  let current = newCatalog(settings);
  const catalog = (): Catalog => {
    if (current.size() > MOST_NAMES) current = newCatalog(settings);
    return current;
  };
  return {
    path: '/v1/metrics',
    open: (_object, head) => {
      const reason = mismatch(head);
      if (reason !== undefined) return { refuse: { type: 'wrong_format', reason } };
      return { encoder: (limits) => metricStreamEncoder(catalog, limits) };
    },
  };
};

const metricStreamEncoder = (currentCatalog: () => Catalog, limits: BatchLimits): Encoder => {
  const request = metricsRequest(encodeScope('aws.cloudwatch', VERSION));
  let catalog = currentCatalog();
  let rejected: Rejected[] = [];
  let newestMs: number | undefined;

  return {
    add: (bytes, start, end, lineNumber, cut) => {
      const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
      const malformed: Malformed[] = [];
      let newest = newestMs ?? 0;
      for (const part of cut ? [{ reason: OVERLONG, text: line }] : readLine(line)) {
        if ('reason' in part) malformed.push(part);
        else if (!stageDatum(request, part, catalog)) malformed.push({ reason: TOO_MUCH, text: line });
        else newest = Math.max(newest, part.timestampMs);
      }
      if (!request.commit(limits)) return false;
      if (newest > 0) newestMs = newest;
      for (const { reason, text } of malformed) rejected.push({ lineNumber, reason, line: kept(text) });
      return true;
    },
    take: () => {
      const taken = { ...request.finish(), filtered: 0, rejected, newestMs };
      catalog = currentCatalog();
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

const kept = (text: string): string =>
  Buffer.byteLength(text) > KEPT_BYTES ? Buffer.from(text).toString('utf8', 0, KEPT_BYTES) : text;
