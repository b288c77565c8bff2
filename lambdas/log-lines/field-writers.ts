import {
  attributeName,
  doubleAttribute,
  fixedAttribute,
  intAttribute,
  textAttribute,
  textsAttribute,
  writeFragment,
} from '../otlp/log-attributes.ts';
import type { ProtobufWriter } from '../otlp/protobuf.ts';
import { readDecimal } from '../decimal.ts';
import { type Line, type Span, isNothing, newSpan } from './line.ts';
import { splitAddress } from './request-line.ts';

/** Writes the attributes that `[start, end)` of a line becomes: a field or a part of it, not called where that is nothing. */
export type FieldWriter = (writer: ProtobufWriter, line: Line, start: number, end: number) => void;

/** Writes a line's attributes: for each field that is there. */
export const writeFields = (
  writerOf: (i: number) => FieldWriter,
  writer: ProtobufWriter,
  line: Line,
): void => {
  const { bytes, starts, ends, count } = line;
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const end = ends[i] as number;
    if (!isNothing(bytes, start, end)) writerOf(i)(writer, line, start, end);
  }
};

/** Writes a part of a field, if it is there. */
export const writePart = (
  write: FieldWriter,
  writer: ProtobufWriter,
  line: Line,
  { start, end }: Span,
): void => {
  if (!isNothing(line.bytes, start, end)) write(writer, line, start, end);
};

export const text = (attribute: string): FieldWriter => {
  const name = attributeName(attribute);
  return (writer, { view }, start, end) => textAttribute(writer, name, view, start, end);
};

/** Left out unless it is a whole number of 64 bits, no less than `least` and no more than `most`. */
export const int = (attribute: string, least = -Infinity, most = Infinity): FieldWriter => {
  const name = attributeName(attribute);
  return (writer, line, start, end) => {
    const value = end - start > MOST_DIGITS ? longInteger(line, start, end) : decimal(line.bytes, start, end);
    const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (isWhole && value >= least && value <= most) intAttribute(writer, name, value);
  };
};

/** A duration; -1 means that there was none. */
export const duration = (attribute: string): FieldWriter => {
  const name = attributeName(attribute);
  return (writer, line, start, end) => {
    const value = decimal(line.bytes, start, end);
    if (value >= 0) doubleAttribute(writer, name, value);
  };
};

/** `host:port` as two attributes. */
export const address = (hostAttribute: string, portAttribute: string): FieldWriter => {
  const [host, port] = [newSpan(), newSpan()];
  const writeHost = text(hostAttribute);
  const writePort = int(portAttribute, 0);
  return (writer, line, start, end) => {
    splitAddress(line.bytes, start, end, host, port);
    writePart(writeHost, writer, line, host);
    writePart(writePort, writer, line, port);
  };
};

/** A list whose items are separated by `separator`, without their quotes; left out with fewer items than `least`. */
export const list = (attribute: string, separator: string, least = 1): FieldWriter => {
  const name = attributeName(attribute);
  const byte = separator.charCodeAt(0);
  return (writer, { bytes, view }, start, end) => {
    const items: Span[] = [];
    let from = start;
    for (let at = start; at <= end; at++) {
      if (at < end && bytes[at] !== byte) continue;
      const isQuoted = at > from + 1 && bytes[from] === QUOTE && bytes[at - 1] === QUOTE;
      items.push(isQuoted ? { start: from + 1, end: at - 1 } : { start: from, end: at });
      from = at + 1;
    }
    if (items.length >= least) textsAttribute(writer, name, view, items);
  };
};

/** A fixed value for each text that is known, and `other` for any other text. */
export const oneOf = (
  attribute: string,
  values: Readonly<Record<string, string>>,
  other: FieldWriter,
): FieldWriter => {
  const attributes = new Map(
    Object.entries(values).map(([known, value]) => [known, fixedAttribute(attribute, value)]),
  );
  return (writer, line, start, end) => {
    const known = attributes.get(line.bytes.toString('latin1', start, end));
    if (known === undefined) other(writer, line, start, end);
    else writeFragment(writer, known);
  };
};

/** One of two writers, as the line says. */
export const either =
  (
    isFirst: (line: Line, start: number, end: number) => boolean,
    first: FieldWriter,
    second: FieldWriter,
  ): FieldWriter =>
  (writer, line, start, end) =>
    (isFirst(line, start, end) ? first : second)(writer, line, start, end);

/** Several writers in turn; with none, nothing is written. */
export const all =
  (...writers: readonly FieldWriter[]): FieldWriter =>
  (writer, line, start, end) => {
    for (const write of writers) write(writer, line, start, end);
  };

/** A whole number of more digits than a double holds; NaN if it is none, or does not fit 64 bits. */
const longInteger = ({ bytes }: Line, start: number, end: number): bigint | number => {
  const text = bytes.toString('latin1', start, end);
  if (end - start > MOST_INT64_DIGITS || !/^-?\d+$/.test(text)) return NaN;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : NaN;
};

/** The double nearest to a text such as `-1` or `0.025`; NaN if it is no number. */
const decimal = (bytes: Buffer, start: number, end: number): number => {
  cursor.at = start;
  const value = readDecimal(bytes, cursor);
  return cursor.at === end && !Number.isNaN(value) ? value : numberIn(bytes.toString('latin1', start, end));
};
const cursor = { at: 0 };

/** The same of any length and form, such as `007` or `5.8e-4`. */
const numberIn = (text: string): number => {
  const value = /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
};

/** Digits of an integer that a double holds. */
const MOST_DIGITS = 15;
/** A sign and 19 digits. */
const MOST_INT64_DIGITS = 20;
const QUOTE = 0x22;
