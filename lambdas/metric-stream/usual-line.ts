import type { Datum } from './datum.ts';
import type { Members } from './json-values.ts';
import type { SeriesCache } from './series-cache.ts';
import { basicStatistics, readStatistics } from './statistics.ts';

/** Where lines are, as bytes and as words. */
export interface LineSource {
  readonly of: Uint8Array;
  readonly bytes: Buffer;
  readonly view: DataView;
}

export const lineSource = (of: Uint8Array): LineSource => ({
  of,
  bytes: Buffer.from(of.buffer, of.byteOffset, of.length),
  view: new DataView(of.buffer, of.byteOffset, of.length),
});

export const lineText = ({ bytes }: LineSource, start: number, end: number): string =>
  bytes.toString('utf8', start, end);

/**
 * Reads a line `[start, end)` that ends as CloudWatch writes it: timestamp, value, unit, without space or escape. The
 * bytes before the timestamp are those of every datum of the series, so only the rest has to be read.
 * @returns undefined if the line has another form, however good, or holds an error
 */
export const readUsualLine = (
  { bytes, view }: LineSource,
  start: number,
  end: number,
  cache: SeriesCache,
): Datum | undefined => {
  const prefixEnd = bytes.lastIndexOf(OPENING_BRACE, end - 1) - TO_VALUE;
  const match = prefixEnd < start ? null : TAIL.exec(bytes.toString('latin1', prefixEnd, end));
  if (match === null) return undefined;
  const [, timestamp, value, max, min, sum, count, unit] = match as unknown as Groups;
  try {
    return {
      series: cache.find(view, start, prefixEnd, unit),
      timestampMs: Number(timestamp),
      value:
        max === undefined
          ? readStatistics(JSON.parse(value) as Members)
          : basicStatistics(Number(count), Number(sum), Number(min), Number(max)),
    };
  } catch {
    return undefined;
  }
};

const OPENING_BRACE = 0x7b;
const TO_VALUE = ',"timestamp":1769903940000,"value":'.length;

const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?`;
const BASIC = ['max', 'min', 'sum', 'count'].map((key) => `"${key}":(${NUMBER})`).join(',');

/** Timestamps of thirteen digits are all in the range that `readDatum` asks for. */
const TAIL = new RegExp(
  String.raw`^,"timestamp":([1-9]\d{12}),"value":({(?:${BASIC}(?=}))?[\x20-\x7a\x7c]*}),"unit":"([A-Za-z/]*)"}$`,
);

/** The four statistics are absent if `value` holds anything else. */
type Groups = readonly [
  tail: string,
  timestamp: string,
  value: string,
  max: string | undefined,
  min: string,
  sum: string,
  count: string,
  unit: string,
];
