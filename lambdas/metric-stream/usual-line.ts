import { type Cursor, readDecimal } from '../decimal.ts';
import { newArena } from './arena.ts';
import { byteMap, isEqual, viewOf } from './byte-map.ts';
import { type Datum, readTimestamp } from './datum.ts';
import type { Members } from './json-values.ts';
import type { SeriesCache } from './series-cache.ts';
import { basicStatistics, readStatistics, type Statistics } from './statistics.ts';
import { UNITS } from './units.ts';

/** Where lines are, as bytes and as words. */
export interface LineSource {
  readonly of: Uint8Array;
  readonly bytes: Buffer;
  readonly view: DataView;
}

export const lineSource = (of: Uint8Array): LineSource => ({
  of,
  bytes: Buffer.from(of.buffer, of.byteOffset, of.length),
  view: viewOf(of),
});

export const lineText = ({ bytes }: LineSource, start: number, end: number): string =>
  bytes.toString('utf8', start, end);

/**
 * Reads a line `[start, end)` that ends as CloudWatch writes it: timestamp, value, unit, without space. The bytes before
 * the timestamp are those of every datum of the series, so only the rest has to be read.
 * @returns undefined if the line has another form, however good, or holds an error
 */
export const readUsualLine = (
  source: LineSource,
  start: number,
  end: number,
  cache: SeriesCache,
): Datum | undefined => {
  const { bytes, view } = source;
  const valueAt = bytes.lastIndexOf(OPENING_BRACE, end - 1);
  const timestampEnd = valueAt - VALUE.byteLength;
  const prefixEnd = timestampEnd - TIMESTAMP_DIGITS - TIMESTAMP.byteLength;
  if (prefixEnd < start) return undefined;
  const cursor = { at: prefixEnd };
  // What is read beyond the line is no part of a usual one, and what lies beyond the source throws.
  try {
    if (!skip(view, cursor, TIMESTAMP)) return undefined;
    const timestampMs = readTimestamp(readDecimal(bytes, cursor));
    if (cursor.at !== timestampEnd || !skip(view, cursor, VALUE)) return undefined;
    const value = readBasic(source, cursor) ?? readAny(source, cursor, valueAt, end);
    const unit = UNIT_ENDS.get(view, cursor.at, end);
    if (unit === undefined) return undefined;
    return { series: cache.find(view, start, prefixEnd, unit), timestampMs, value };
  } catch {
    return undefined;
  }
};

/** The value of most data. Undefined if it has other members, or a number that `readDecimal` leaves to `Number`. */
const readBasic = (source: LineSource, cursor: Cursor): Statistics | undefined => {
  const max = readMember(source, cursor, MAX);
  const min = readMember(source, cursor, MIN);
  const sum = readMember(source, cursor, SUM);
  const count = readMember(source, cursor, COUNT);
  const isWhole = source.bytes[cursor.at] === CLOSING_BRACE && !Number.isNaN(max + min + sum + count);
  return isWhole ? basicStatistics(count, sum, min, max) : undefined;
};

const readMember = ({ bytes, view }: LineSource, cursor: Cursor, name: DataView): number =>
  skip(view, cursor, name) ? readDecimal(bytes, cursor) : NaN;

/** The value from `start` to the last brace but that of the line, which ends at `end`. */
const readAny = ({ bytes }: LineSource, cursor: Cursor, start: number, end: number): Statistics => {
  cursor.at = bytes.lastIndexOf(CLOSING_BRACE, end - 2);
  return readStatistics(JSON.parse(bytes.toString('utf8', start, cursor.at + 1)) as Members);
};

/** Moves the cursor behind the text, if that is what comes. */
const skip = (view: DataView, cursor: Cursor, text: DataView): boolean => {
  const end = cursor.at + text.byteLength;
  if (!isEqual(view, cursor.at, end, text)) return false;
  cursor.at = end;
  return true;
};

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** From 2001 to 2286. */
const TIMESTAMP_DIGITS = 13;

const TIMESTAMP = viewOf(Buffer.from(',"timestamp":'));
const VALUE = viewOf(Buffer.from(',"value":'));
const MAX = viewOf(Buffer.from('{"max":'));
const MIN = viewOf(Buffer.from(',"min":'));
const SUM = viewOf(Buffer.from(',"sum":'));
const COUNT = viewOf(Buffer.from(',"count":'));

/** Units by how the line ends, from the closing brace of the value on. */
const UNIT_ENDS = byteMap<string>(newArena());
for (const unit of UNITS) {
  const end = viewOf(Buffer.from(`},"unit":"${unit}"}`));
  UNIT_ENDS.set(end, 0, end.byteLength, unit);
}
