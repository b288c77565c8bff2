import { type Datum, readDatum } from './datum.ts';
import { readDocumented } from './canonical-line.ts';
import { valueEnd } from './json-scan.ts';

/** A part of a line that is no datum. */
export interface Malformed {
  readonly reason: string;
  readonly text: string;
}

/** The objects of a line, mostly one. What follows them and cannot be parsed is one part. */
export const readLine = (line: string): readonly (Datum | Malformed)[] => {
  let json: unknown;
  try {
    const datum = readDocumented(line);
    if (datum !== undefined) return [datum];
    json = JSON.parse(line);
  } catch {
    return readValues(line);
  }
  return [readValue(json, line)];
};

const readValues = (line: string): readonly (Datum | Malformed)[] => {
  const values: (Datum | Malformed)[] = [];
  for (let start = 0; start < line.length;) {
    const end = valueEnd(line, start);
    const text = line.slice(start, end).trim();
    if (text === '') break;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      values.push({ reason: `not JSON: ${message(error)}`, text: line.slice(start).trim() });
      break;
    }
    values.push(readValue(json, text));
    start = end;
  }
  return values;
};

const readValue = (json: unknown, text: string): Datum | Malformed => {
  try {
    return readDatum(json);
  } catch (error) {
    return { reason: message(error), text };
  }
};

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
