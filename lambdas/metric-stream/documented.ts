import type { Datum } from './datum.ts';
import { dimensionsJson, isOrdered } from './dimensions.ts';
import { object } from './members.ts';
import { basicStatistics, readStatistics } from './statistics.ts';

/**
 * Reads a line in exactly the form that CloudWatch writes: no space, no escape, members in this order. It takes half the
 * time of JSON.parse and `readDatum`, which are there for every other form.
 * @returns undefined if the line has another form, however good
 * @throws Error that names the statistic that is wrong
 */
export const readDocumented = (line: string): Datum | undefined => {
  const match = FORM.exec(line);
  if (match === null) return undefined;
  const text = (group: number): string => match[group] as string;
  const dimensions = text(5);
  const more = text(12);
  return {
    accountId: text(1),
    region: text(2),
    namespace: text(3),
    metricName: text(4),
    dimensions: isOrdered(dimensions) ? dimensions : dimensionsJson(JSON.parse(dimensions)),
    timestampMs: Number(text(6)),
    unit: text(13),
    value:
      more === ''
        ? basicStatistics(Number(text(11)), Number(text(10)), Number(text(9)), Number(text(8)))
        : readStatistics(object('value', JSON.parse(text(7)))),
  };
};

const CHARS = String.raw`[^"\\\x00-\x1f]`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?`;
const DIMENSION = `"${CHARS}*":"${CHARS}*"`;
const STATISTICS = ['max', 'min', 'sum', 'count'].map((key) => `"${key}":(${NUMBER})`).join(',');

const FORM = new RegExp(
  [
    `^{"metric_stream_name":"${CHARS}*"`,
    `"account_id":"(${CHARS}*)"`,
    `"region":"(${CHARS}*)"`,
    `"namespace":"(${CHARS}+)"`,
    `"metric_name":"(${CHARS}+)"`,
    `"dimensions":({(?:${DIMENSION}(?:,${DIMENSION})*)?})`,
    `"timestamp":([1-9]\\d{12})`,
    `"value":({${STATISTICS}([^{}]*)})`,
    `"unit":"(${CHARS}*)"}$`,
  ].join(','),
);
