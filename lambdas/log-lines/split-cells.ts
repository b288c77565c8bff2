import { ESCAPED, type IsSuspect, type MutableLine, reserveTokens, tokenize, traitsOf } from './tokenize.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html lets users choose one. */
export const SEPARATORS = ['\t', ' ', ','] as const;
export type Separator = (typeof SEPARATORS)[number];

/**
 * Finds the cells of a line; false if it is not made of cells. Between spaces these are tokens (`tokenize`); between
 * tabs or commas a cell may be empty, and within quotes hold a separator.
 */
export const splitCells = (line: MutableLine, separator: Separator, isSuspect: IsSuspect): boolean => {
  if (separator === ' ') return tokenize(line, isSuspect);
  const stop = separator.charCodeAt(0);
  const { bytes, length } = line;
  line.count = 0;
  for (let at = 0; at <= length; at++) {
    const quote = bytes[at] === QUOTE ? bytes.indexOf(QUOTE, at + 1) : -1;
    const quoted = quote > 0 && (quote + 1 === length || (quote + 1 < length && bytes[quote + 1] === stop));
    const next = quoted ? quote : bytes.indexOf(stop, at);
    const end = next < 0 || next > length ? length : next;
    if (line.count === line.starts.length && !reserveTokens(line, line.count + 1)) return false;
    line.starts[line.count] = quoted ? at + 1 : at;
    line.ends[line.count++] = end;
    at = quoted ? end + 1 : end;
  }
  // A cell may hold a quote.
  line.traits = traitsOf(line, 0, length, isSuspect) | ESCAPED;
  return true;
};

/**
 * Puts each cell where its field belongs; false if there are not as many cells as fields. Fields without a cell are
 * absent: they end at 0.
 */
export const placeCells = (
  line: MutableLine,
  indexes: readonly (number | undefined)[],
  fields: number,
): boolean => {
  const { count } = line;
  if (count !== indexes.length || !reserveTokens(line, fields)) return false;
  if (indexes.every((index, i) => index === i)) return true;
  const [starts, ends] = [line.starts.slice(0, count), line.ends.slice(0, count)];
  line.starts.fill(0, 0, fields);
  line.ends.fill(0, 0, fields);
  for (const [i, index] of indexes.entries()) {
    if (index === undefined) continue;
    line.starts[index] = starts[i] as number;
    line.ends[index] = ends[i] as number;
  }
  line.count = fields;
  return true;
};

const QUOTE = 0x22;
