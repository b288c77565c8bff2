import { type Datum, readDatum } from './datum.ts';
import { valueEnd } from './json-scan.ts';
import type { SeriesCache } from './series-cache.ts';
import { type LineSource, lineText, readUsualLine } from './usual-line.ts';

/** A part of a line that is not a datum. */
export interface Malformed {
  readonly reason: string;
  readonly text: string;
}

/** A request with so many is full; of a line, all that follows so many is one more. */
export const MOST_MALFORMED = 10_000;

/** The objects of a line `[start, end)`, mostly one. What follows them and cannot be parsed is one part. */
export const readLine = (
  source: LineSource,
  start: number,
  end: number,
  cache: SeriesCache,
): readonly (Datum | Malformed)[] => {
  const usual = readUsualLine(source, start, end, cache);
  if (usual !== undefined) return [usual];
  const line = lineText(source, start, end);
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return readValues(line, cache);
  }
  return [readValue(json, line, cache)];
};

const readValues = (line: string, cache: SeriesCache): readonly (Datum | Malformed)[] => {
  const values: (Datum | Malformed)[] = [];
  let malformed = 0;
  for (let start = 0; start < line.length;) {
    const end = valueEnd(line, start);
    const text = line.slice(start, end).trim();
    if (text === '') break;
    if (malformed === MOST_MALFORMED) {
      values.push({
        reason: `follows ${MOST_MALFORMED} values that are not data`,
        text: line.slice(start).trim(),
      });
      break;
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      values.push({ reason: `not JSON: ${message(error)}`, text: line.slice(start).trim() });
      break;
    }
    const value = readValue(json, text, cache);
    if ('reason' in value) malformed++;
    values.push(value);
    start = end;
  }
  return values;
};

const readValue = (json: unknown, text: string, cache: SeriesCache): Datum | Malformed => {
  try {
    return readDatum(json, cache);
  } catch (error) {
    return { reason: message(error), text };
  }
};

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
