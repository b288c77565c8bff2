import { encodeKey, field } from './common.ts';
import { copyWords, int64Size, type ProtobufWriter, SLACK, varintSize } from './protobuf.ts';

/** Ready-made bytes that `copyWords` may copy. */
export interface Fragment {
  readonly words: DataView;
  readonly length: number;
}

export const fragment = (...parts: readonly Uint8Array[]): Fragment => {
  const bytes = Buffer.concat(parts);
  const padded = new Uint8Array(bytes.length + SLACK);
  padded.set(bytes);
  return { words: new DataView(padded.buffer), length: bytes.length };
};

export const writeFragment = (writer: ProtobufWriter, { words, length }: Fragment): void =>
  writer.words(words, 0, length);

/** The name of a log record's attribute: `LogRecord { attributes = 6 }` up to its value, with room for the lengths. */
export const attributeName = (name: string): Fragment =>
  fragment(Buffer.of(0x32, 0), encodeKey(name), Buffer.of(0x12, 0));

/** A whole attribute with a value that never changes. */
export const fixedAttribute = (name: string, value: string | true): Fragment => {
  const any = value === true ? Buffer.of(0x10, 1) : field(0x0a, Buffer.from(value));
  return fragment(field(0x32, Buffer.concat([encodeKey(name), field(0x12, any)])));
};

/** A text: the bytes `[start, end)` of `source`, behind which `SLACK` more may be read. */
export const textAttribute = (
  writer: ProtobufWriter,
  name: Fragment,
  source: DataView,
  start: number,
  end: number,
): void => {
  const size = end - start;
  const all = name.length + size;
  if (all > 127) {
    valueHead(writer, name, sized(size));
    text(writer, source, start, end);
    return;
  }
  // Most texts are short and every length takes one byte.
  const { bytes, view, length: at } = writer;
  const value = at + name.length;
  copyWords(view, at, name.words, 0, name.length);
  bytes[at + 1] = all;
  bytes[value - 1] = size + 2;
  bytes[value] = 0x0a;
  bytes[value + 1] = size;
  copyWords(view, value + 2, source, start, size);
  writer.length = value + 2 + size;
};

/** `AnyValue { string_value = 1 }`. */
const text = (writer: ProtobufWriter, source: DataView, start: number, end: number): void => {
  writer.byte(0x0a);
  writer.varint(end - start);
  writer.words(source, start, end);
};

/** A whole number within ±2^63; a bigint where it is beyond ±2^53. */
export const intAttribute = (writer: ProtobufWriter, name: Fragment, value: number | bigint): void => {
  valueHead(writer, name, 1 + int64Size(value));
  writer.byte(0x18);
  writer.int64(value);
};

export const doubleAttribute = (writer: ProtobufWriter, name: Fragment, value: number): void => {
  valueHead(writer, name, 9);
  writer.byte(0x21);
  writer.double(value);
};

/** A list of texts, which are spans of `source`. */
export const textsAttribute = (
  writer: ProtobufWriter,
  name: Fragment,
  source: DataView,
  spans: readonly { readonly start: number; readonly end: number }[],
): void => {
  let array = 0;
  for (const { start, end } of spans) array += sized(sized(end - start));
  valueHead(writer, name, sized(array));
  writer.byte(0x2a);
  writer.varint(array);
  for (const { start, end } of spans) {
    writer.byte(0x0a);
    writer.varint(sized(end - start));
    text(writer, source, start, end);
  }
};

/** Bytes of a field whose content has `size`: tag, length, content. */
const sized = (size: number): number => 1 + varintSize(size) + size;

/** The bytes before a value of `size` bytes: the name and two lengths. */
const valueHead = (writer: ProtobufWriter, name: Fragment, size: number): void => {
  const { bytes, length: at } = writer;
  const all = name.length - 2 + size;
  writeFragment(writer, name);
  if (all < 128) {
    bytes[at + 1] = all;
    bytes[writer.length - 1] = size;
    return;
  }
  const sizes = varintSize(size);
  writer.length = at + 1;
  writer.varint(all - 1 + sizes);
  writer.copy(new Uint8Array(name.words.buffer), 2, name.length - 1);
  writer.varint(size);
};
