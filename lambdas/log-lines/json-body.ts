import { fragment, writeFragment } from '../otlp/log-attributes.ts';
import type { ProtobufWriter } from '../otlp/protobuf.ts';
import { ESCAPED, isNothing, type Line } from './tokenize.ts';
import { type LogSchema, perField } from './schema.ts';

/**
 * Writes a line as a compact JSON object: every field under its name, as text. Of fields that the schema does not name
 * only those that say something.
 */
export const jsonBody = (kind: LogSchema): ((writer: ProtobufWriter, line: Line) => void) => {
  const beforeOf = perField(kind, (name, i) => fragment(Buffer.from(`${i === 0 ? '{"' : '","'}${name}":"`)));
  const known = kind.fields.length;
  return (writer, line) => {
    const { bytes, view, starts, ends, count } = line;
    const escaped = (line.traits & ESCAPED) !== 0;
    for (let i = 0; i < count; i++) {
      const start = starts[i] as number;
      const end = ends[i] as number;
      if (i >= known && isNothing(bytes, start, end)) continue;
      writeFragment(writer, beforeOf(i));
      if (escaped) writeEscaped(writer, bytes, start, end);
      else writer.words(view, start, end);
    }
    writer.byte(0x22);
    writer.byte(0x7d);
  };
};

/** Escapes what JSON wants escaped and a token can hold: never a quote. */
const writeEscaped = (writer: ProtobufWriter, source: Uint8Array, start: number, end: number): void => {
  for (let at = start; at < end; at++) {
    const byte = source[at] as number;
    const text = ESCAPES[byte];
    if (text === undefined) writer.byte(byte);
    else writer.copy(text);
  }
};

const ESCAPES = Array.from({ length: 256 }, (_, byte) => {
  const text = JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
  return text.length > 1 ? Buffer.from(text) : undefined;
});
