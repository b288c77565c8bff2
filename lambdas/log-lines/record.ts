import type { ProtobufWriter } from '../otlp/protobuf.ts';
import type { AlbSettings } from '../function-settings.ts';
import { type FieldWriter, text, writeFields } from './field-writers.ts';
import { jsonBody } from './json-body.ts';
import type { LineForm } from './line-form.ts';
import type { Line } from './line.ts';
import { type LogSchema, perField } from './schema.ts';

export type LineWriter = (writer: ProtobufWriter, line: Line) => void;

/** Writes a line's body and attributes as the settings want them. */
export const recordContent = (
  schema: LogSchema,
  { names, decode }: Pick<LineForm, 'names' | 'decode'>,
  { attributes, body }: AlbSettings,
): LineWriter => {
  const jsonOf = decode === undefined ? jsonBody(names, schema.fields.length) : copyText;
  const asNamed = perField(names, text);
  const byConventions = perField(names, (name) => conventionOf(schema, name));
  return (writer, line) => {
    if (body === 'json') writeBody(writer, line, jsonOf);
    else if (body === 'line') writeText(writer, line);
    if (attributes !== 'semconv') writeFields(asNamed, writer, line);
    if (attributes !== 'aws') writeFields(byConventions, writer, line);
  };
};

/** Writes what a field becomes in OpenTelemetry's semantic conventions. */
export const conventionOf = ({ conventions, attributes }: LogSchema, name: string): FieldWriter => {
  const own = Object.hasOwn(conventions, name) ? conventions[name] : undefined;
  return typeof own === 'function' ? own() : text(own ?? attributes + name.replaceAll('-', '_'));
};

/** Writes a line's text as body. */
export const writeText: LineWriter = (writer, line) => writeBody(writer, line, copyText);

/** `LogRecord { body = 5 }` with `AnyValue { string_value = 1 }`. */
const writeBody = (writer: ProtobufWriter, line: Line, write: LineWriter): void => {
  writer.byte(0x2a);
  const any = writer.open();
  writer.byte(0x0a);
  const string = writer.open();
  write(writer, line);
  writer.close(string);
  writer.close(any);
};

const copyText: LineWriter = (writer, { bytes, length }) => writer.copy(bytes, 0, length);
