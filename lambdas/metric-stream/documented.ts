import type { Datum } from './datum.ts';
import { dimensionsJson, isOrdered } from './dimensions.ts';
import { object } from './members.ts';
import { readStatistics } from './statistics.ts';

/**
 * Reads a line in exactly the form that CloudWatch writes: no space, no escape, members in this order. JSON.parse of all
 * of it would take twice the time, and be most of the pipeline's own work.
 * @returns undefined if the line has another form, however good
 * @throws Error that names the statistic that is wrong
 */
export const readDocumented = (line: string): Datum | undefined => {
  const match = FORM.exec(line);
  if (match === null) return undefined;
  const [, accountId = '', region = '', namespace = '', metricName = '', dimensions = '', timestamp, value = '', unit = ''] = match;
  return {
    accountId,
    region,
    namespace,
    metricName,
    dimensions: isOrdered(dimensions) ? dimensions : dimensionsJson(JSON.parse(dimensions)),
    timestampMs: Number(timestamp),
    unit,
    value: readStatistics(object('value', JSON.parse(value))),
  };
};

const CHARS = String.raw`[^"\\\x00-\x1f]`;
const TEXT = `"(${CHARS}*)"`;
const NAME = `"(${CHARS}+)"`;
const DIMENSION = `"${CHARS}*":"${CHARS}*"`;
const FORM = new RegExp(
  `^{"metric_stream_name":"${CHARS}*","account_id":${TEXT},"region":${TEXT},"namespace":${NAME},"metric_name":${NAME},` +
    `"dimensions":({(?:${DIMENSION}(?:,${DIMENSION})*)?}),"timestamp":([1-9]\\d{12}),"value":({[^{}]*}),"unit":${TEXT}}$`,
);
