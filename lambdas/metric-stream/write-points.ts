import { encodeKey } from '../otlp/common.ts';
import { writeNumberPoint, writePointAttribute, writeSummaryPoint } from '../otlp/data-points.ts';
import type { MetricsRequest } from '../otlp/metrics.ts';
import type { Catalog } from './series-cache.ts';
import type { Datum } from './datum.ts';

/** The most that the data points of a line may take: a Collector refuses requests of more than 20 MiB. */
export const MOST_POINT_BYTES = 16 * 1024 * 1024;

/**
 * Adds a datum's data points to a request: a summary, and a gauge for each statistic that a summary has no place for.
 * Every one of them repeats the attributes: false, with nothing added, if they take more than `MOST_POINT_BYTES`.
 */
export const stageDatum = (
  request: MetricsRequest,
  { source, dimensions, timestampMs, unit, value }: Datum,
  catalog: Catalog,
): boolean => {
  const { points } = request;
  const start = points.length;
  const { resource, summary, gauge, attributes } = catalog.series(unit, source);
  const shared = attributes(dimensions);
  writeSummaryPoint(points, timestampMs, value);
  points.reserve(shared.length);
  points.copy(shared);
  if (request.pending() + value.others.length * shared.length > MOST_POINT_BYTES) {
    points.length = start;
    return false;
  }
  request.stage(resource, summary);
  for (const { key, value: statistic } of value.others) {
    writeNumberPoint(points, timestampMs, statistic);
    points.reserve(shared.length);
    points.copy(shared);
    writePointAttribute(points, STATISTIC, key);
    request.stage(resource, gauge(key));
  }
  return true;
};

const STATISTIC = encodeKey('Statistic');
