import { fragment, writeFragment } from '../otlp/log-attributes.ts';
import type { ProtobufWriter } from '../otlp/protobuf.ts';
import { ESCAPED, isNothing, type Line } from './line.ts';
import { perField } from './schema.ts';

/**
 * Writes a line as a compact JSON object: every field under its name, as text. Fields that the object leaves out are
 * left out, and so are dashes from the field `known` on, which the schema does not name.
 */
export const jsonBody = (
  names: readonly string[],
  known: number,
): ((writer: ProtobufWriter, line: Line) => void) => {
  const firstOf = perField(names, (name) => fragment(Buffer.from(`{"${name}":"`)));
  const nextOf = perField(names, (name) => fragment(Buffer.from(`","${name}":"`)));
  return (writer, line) => {
    const begin = writer.length;
    const { bytes, view, starts, ends, count } = line;
    const escaped = (line.traits & ESCAPED) !== 0;
    for (let i = 0; i < count; i++) {
      const start = starts[i] as number;
      const end = ends[i] as number;
      if (end === 0 || (i >= known && isNothing(bytes, start, end))) continue;
      writeFragment(writer, writer.length === begin ? firstOf(i) : nextOf(i));
      if (escaped) writeEscaped(writer, bytes, start, end);
      else writer.words(view, start, end);
    }
    writer.byte(writer.length === begin ? 0x7b : 0x22);
    writer.byte(0x7d);
  };
};

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
