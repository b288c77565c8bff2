import { isUtf8 } from 'node:buffer';
import type { AlbSettings } from '../function-settings.ts';
import { type Line, NON_ASCII, SUSPECT, load, newLine, tokenize } from './tokenize.ts';
import type { LogSchema } from './schema.ts';
import { maskOf } from './mask.ts';
import { redactor } from './redact.ts';

/** Reads lines, one after another. */
export interface LineReader {
  /** The line read last: valid UTF-8, signed URLs redacted, masked as the settings say. */
  readonly line: Line;
  /** False if the text is not a line of its kind, or was cut; then `line` has the text and its tokens mean nothing. */
  readonly read: (bytes: Uint8Array, start: number, end: number, cut: boolean) => boolean;
}

export const lineReader = (kind: LogSchema, settings: AlbSettings): LineReader => {
  const line = newLine();
  const { isSuspect, redact } = redactor(settings.redactQueryKeys);
  const mask = maskOf(kind, settings);
  /** Replaces the text; false if it is no longer made of tokens. */
  const replace = (text: Uint8Array): boolean => {
    load(line, text, 0, text.length);
    return tokenize(line, isSuspect);
  };
  return {
    line,
    read: (bytes, start, end, cut) => {
      load(line, bytes, start, end);
      let isLine = !cut && tokenize(line, isSuspect) && kind.accepts(line);
      const isClean = isLine && (line.traits & (NON_ASCII | SUSPECT)) === 0;
      if (!isClean) {
        const text = line.bytes.subarray(0, line.length);
        const clean = redact(validUtf8(text), cut);
        if (clean !== text) isLine = replace(clean) && isLine;
      }
      if (mask !== undefined) isLine = replace(mask(line, isLine)) && isLine;
      return isLine;
    },
  };
};

const validUtf8 = (text: Buffer): Buffer => (isUtf8(text) ? text : Buffer.from(text.toString()));
