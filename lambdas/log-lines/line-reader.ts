import { isUtf8 } from 'node:buffer';
import type { AlbSettings } from '../function-settings.ts';
import type { LineForm } from './line-form.ts';
import { maskOf } from './mask.ts';
import { redactor } from './redact.ts';
import type { LogSchema } from './schema.ts';
import { type Instant, instantOf, timeReader } from './timestamp.ts';
import { isAbsent, type Line, load, newLine, NON_ASCII, SUSPECT } from './line.ts';

/** Reads lines, one after another. */
export interface LineReader {
  /** The line read last: valid UTF-8, signed URLs redacted, masked as the settings say. */
  readonly line: Line;
  /**
   * False if the text is not a line of its log, prose for example, or was cut; then `line` has the text and its fields
   * mean nothing.
   */
  readonly read: (bytes: Uint8Array, start: number, end: number, cut: boolean) => boolean;
  /** The time of the line read last; undefined if the object leaves it out. */
  readonly time: () => Instant | undefined;
}

export const lineReader = (schema: LogSchema, form: LineForm, settings: AlbSettings): LineReader => {
  const line = newLine();
  const time = instantOf(0);
  const { time: usualTime, otherTime = usualTime } = schema;
  const readTime = timeReader(time, schema.timeForm);
  const { isSuspect, redact } = redactor(settings.redactQueryKeys);
  const mask = maskOf(schema, settings);
  let isTimed = false;
  const parse = (): boolean => {
    if (!form.split(line, isSuspect) || !schema.accepts(line)) return false;
    const field = isAbsent(line, usualTime) ? otherTime : usualTime;
    isTimed = !isAbsent(line, field);
    return !isTimed || readTime(line.bytes, line.starts[field] as number, line.ends[field] as number);
  };
  /** Replaces the text; false if it is no longer of the form. */
  const replace = (text: Uint8Array): boolean => {
    load(line, text);
    return form.split(line, isSuspect);
  };
  return {
    line,
    read: (bytes, start, end, cut) => {
      load(line, bytes.subarray(start, end));
      let isLine = !cut && parse();
      const isClean = isLine && (line.traits & (NON_ASCII | SUSPECT)) === 0;
      if (!isClean) {
        const text = line.bytes.subarray(0, line.length);
        const clean = redact(validUtf8(text), cut);
        const { count } = line;
        // Between commas a secret may run to the end of the line, over the fields behind it.
        if (clean !== text) isLine = replace(clean) && line.count === count && isLine;
      }
      if (mask !== undefined) isLine = replace(mask(line, isLine)) && isLine;
      if (isLine) form.decode?.(line);
      return isLine;
    },
    time: () => (isTimed ? time : undefined),
  };
};

const validUtf8 = (text: Buffer): Buffer => (isUtf8(text) ? text : Buffer.from(text.toString()));
