import type { BatchLimits, Encoder, Format, Rejected } from '../forwarding/format.ts';
import { encodeScope } from '../otlp/common.ts';
import { metricsRequest } from '../otlp/metrics.ts';
import type { MetricSettings, ResourceSettings } from '../settings.ts';
import { VERSION } from '../version.ts';
import { type Catalog, newCatalog } from './catalog.ts';
import { type Malformed, readLine } from './line.ts';
import { mismatch } from './mismatch.ts';
import { stageDatum } from './stage.ts';

interface MetricStreamSettings {
  readonly metrics: MetricSettings;
  readonly resource: ResourceSettings;
}

/** CloudWatch metric streams in JSON format, a datum a line, as OTLP summaries. */
export const metricStreamFormat = (settings: MetricStreamSettings): Format => {
  let newest = newCatalog(settings);
  /** Kept over objects and invocations, until it is too much. */
  const catalog = (): Catalog => {
    if (newest.size() > MOST_NAMES) newest = newCatalog(settings);
    return newest;
  };
  return {
    path: '/v1/metrics',
    mismatch,
    encoder: (_object, _observedMs, limits) => metricStreamEncoder(settings.metrics, catalog, limits),
  };
};

const metricStreamEncoder = (settings: MetricSettings, nextCatalog: () => Catalog, limits: BatchLimits): Encoder => {
  const request = metricsRequest(encodeScope('aws.cloudwatch', VERSION));
  let catalog = nextCatalog();
  let rejected: Rejected[] = [];
  let newestMs: number | undefined;

  return {
    add: (bytes, start, end, lineNumber, cut) => {
      const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
      const parts = cut ? [{ reason: OVERLONG, text: line }] : readLine(line);
      const malformed: Malformed[] = [];
      let newest = newestMs ?? 0;
      for (const part of parts) {
        if ('reason' in part) malformed.push(part);
        else {
          stageDatum(request, part, catalog, settings.dimensionAttributes);
          if (part.timestampMs > newest) newest = part.timestampMs;
        }
      }
      if (!request.commit(limits)) return false;
      if (newest > 0) newestMs = newest;
      for (const { reason, text } of malformed) rejected.push({ lineNumber, reason, line: text });
      return true;
    },
    take: () => {
      const taken = { ...request.finish(), filtered: 0, rejected, newestMs };
      rejected = [];
      newestMs = undefined;
      catalog = nextCatalog();
      return taken;
    },
  };
};

const OVERLONG = 'the line is longer than 1 MiB';
/** Characters of names worth keeping. */
const MOST_NAMES = 2 * 1024 * 1024;
