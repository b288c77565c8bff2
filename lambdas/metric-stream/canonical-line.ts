import type { Datum } from './datum.ts';
import { sortedDimensions } from './dimensions.ts';
import { object } from './json-values.ts';
import { basicStatistics, readStatistics } from './statistics.ts';

/**
 * Reads a line in exactly the form that CloudWatch writes: no space, no escape, members in this order. A line takes
 * 0.4 times what JSON.parse and `readDatum` take, which are there for every other form, and answer the same.
 * @returns undefined if the line has another form, however good
 * @throws Error that names the statistic that is wrong, or tells that the value is no JSON
 */
export const readDocumented = (line: string): Datum | undefined => {
  const match = FORM.exec(line);
  if (match === null) return undefined;
  const [, source, dimensions, timestamp, value, max, min, sum, count, unit] = match as unknown as Groups;
  return {
    source,
    dimensions: sortedDimensions(dimensions),
    timestampMs: Number(timestamp),
    unit,
    value:
      max === undefined
        ? readStatistics(object('value', JSON.parse(value)))
        : basicStatistics(Number(count), Number(sum), Number(min), Number(max)),
  };
};

const CHARS = String.raw`[^"\\\x00-\x1f]`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?`;
const DIMENSION = `"${CHARS}*":"${CHARS}*"`;
const BASIC = ['max', 'min', 'sum', 'count'].map((key) => `"${key}":(${NUMBER})`).join(',');

/** Timestamps of thirteen digits are all in the range that `readDatum` asks for. */
const FORM = new RegExp(
  [
    `^{"metric_stream_name":"${CHARS}*"`,
    `("account_id":"${CHARS}*"`,
    `"region":"${CHARS}*"`,
    `"namespace":"${CHARS}+"`,
    `"metric_name":"${CHARS}+")`,
    `"dimensions":({(?:${DIMENSION}(?:,${DIMENSION})*)?})`,
    `"timestamp":([1-9]\\d{12})`,
    `"value":({(?:${BASIC}(?=}))?[^{}]*})`,
    `"unit":"(${CHARS}*)"}$`,
  ].join(','),
);

/** Those of `value` are absent if it holds anything else. */
type Groups = readonly [
  line: string,
  source: string,
  dimensions: string,
  timestamp: string,
  value: string,
  max: string | undefined,
  min: string,
  sum: string,
  count: string,
  unit: string,
];
