import { encodeKey } from '../otlp/common.ts';
import { writeNumberPoint, writePointAttribute, writeSummaryPoint } from '../otlp/data-points.ts';
import type { MetricsRequest } from '../otlp/metrics.ts';
import type { Catalog } from './catalog.ts';
import type { Datum } from './datum.ts';

/** The most bytes that a line's data points may take: a Collector refuses requests of more than 20 MiB. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Adds a datum's data points to the request: a summary, and a gauge for each statistic that a summary has no place for.
 * @throws Error if they take far more than the line did; nothing was added then
 */
export const stageDatum = (
  request: MetricsRequest,
  { accountId, region, namespace, metricName, dimensions, timestampMs, unit, value }: Datum,
  catalog: Catalog,
  dimensionAttributes: boolean,
): void => {
  const { points } = request;
  const resource = catalog.resource(accountId, region, namespace);
  const { attributes, summary, gauge } = catalog.series(namespace, unit, metricName);
  const start = points.length;
  writeSummaryPoint(points, timestampMs, value.count, value.sum, value.quantiles);
  const from = points.length;
  points.reserve(attributes.length);
  points.copy(attributes);
  writePointAttribute(points, DIMENSIONS, dimensions);
  if (dimensionAttributes) {
    for (const [name, text] of Object.entries<string>(JSON.parse(dimensions))) {
      writePointAttribute(points, encodeKey(`Dimensions.${name}`), text);
    }
  }
  const to = points.length;
  const needed = request.staged() + value.others.length * (to - from);
  if (needed > MOST_BYTES) {
    points.length = start;
    throw new Error(`the data points take ${needed} bytes; they must take at most ${MOST_BYTES}`);
  }
  request.stage(resource, summary);
  for (const statistic of value.others) {
    writeNumberPoint(points, timestampMs, statistic.value);
    points.reserve(to - from);
    points.copy(points.bytes, from, to);
    writePointAttribute(points, STATISTIC, statistic.key);
    request.stage(resource, gauge(statistic.key));
  }
};

const DIMENSIONS = encodeKey('Dimensions');
const STATISTIC = encodeKey('Statistic');
