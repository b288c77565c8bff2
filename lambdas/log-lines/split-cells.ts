import { ESCAPED, type MutableLine, reserveTokens } from './line.ts';
import { type IsSuspect, tokenize, traitsOf } from './tokenize.ts';

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
    // A quote stands behind the line.
    const quote = bytes[at] === QUOTE && at < length ? bytes.indexOf(QUOTE, at + 1) : length;
    const quoted = quote < length && (quote + 1 === length || bytes[quote + 1] === stop);
    const next = quoted ? quote : bytes.indexOf(stop, at);
    const end = next < 0 ? length : Math.min(next, length);
    if (!reserveTokens(line, line.count + 1)) return false;
    line.starts[line.count] = quoted ? at + 1 : at;
    line.ends[line.count++] = end;
    at = quoted ? end + 1 : end;
  }
  // A cell may hold a quote.
  line.traits = traitsOf(line, 0, length, isSuspect) | ESCAPED;
  return true;
};

/**
 * Puts the cells of a line where their fields belong; false if there are not as many cells as fields. Fields between
 * them are absent: they end at 0.
 * @param indexes of the fields, by cell; undefined for a cell that is left out
 */
export const cellPlacer = (indexes: readonly (number | undefined)[]): ((line: MutableLine) => boolean) => {
  const isInOrder = indexes.every((index, cell) => index === cell);
  const fields = 1 + Math.max(-1, ...indexes.filter((index) => index !== undefined));
  const cells = { starts: new Int32Array(indexes.length), ends: new Int32Array(indexes.length) };
  return (line) => {
    if (line.count !== indexes.length || !reserveTokens(line, fields)) return false;
    // A header in the order of the schema, which is the usual one: placing would take twice the time of reading the line.
    if (isInOrder) return true;
    const { starts, ends } = line;
    for (let cell = 0; cell < indexes.length; cell++) {
      cells.starts[cell] = starts[cell] as number;
      cells.ends[cell] = ends[cell] as number;
    }
    starts.fill(0, 0, fields);
    ends.fill(0, 0, fields);
    for (let cell = 0; cell < indexes.length; cell++) {
      const index = indexes[cell];
      if (index === undefined) continue;
      starts[index] = cells.starts[cell] as number;
      ends[index] = cells.ends[cell] as number;
    }
    line.count = fields;
    return true;
  };
};

const QUOTE = 0x22;
