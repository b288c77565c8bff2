import { encodeKey } from '../otlp/common.ts';
import { writeNumberPoint, writePointAttribute, writeSummaryPoint } from '../otlp/data-points.ts';
import type { MetricsRequest } from '../otlp/metrics.ts';
import type { Datum } from './datum.ts';

/** The most that the data points of a line may take: a Collector refuses requests of more than 20 MiB. */
export const MOST_POINT_BYTES = 16 * 1024 * 1024;

/**
 * Adds a datum's data points to a request: a summary, and a gauge for each statistic that a summary has no place for.
 * Every one of them repeats the attributes: false, with nothing added, if they take more than `MOST_POINT_BYTES`.
 */
export const stageDatum = (
  request: MetricsRequest,
  { series: { resource, summary, gauge, attributes }, timestampMs, value }: Datum,
): boolean => {
  const { points } = request;
  const repeated = attributes.length * (1 + value.others.length);
  if (request.stagedBytes() + repeated > MOST_POINT_BYTES) return false;
  writeSummaryPoint(points, timestampMs, value);
  request.stage(resource, summary, attributes);
  for (const { key, value: statistic } of value.others) {
    writeNumberPoint(points, timestampMs, statistic);
    writePointAttribute(points, STATISTIC, key);
    request.stage(resource, gauge(key), attributes);
  }
  return true;
};

const STATISTIC = encodeKey('Statistic');
