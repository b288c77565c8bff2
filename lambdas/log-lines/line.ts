import { SLACK } from '../otlp/protobuf.ts';

/** A log line and its fields: field `i` is `bytes[starts[i], ends[i])`, quotes left out. One that ends at 0 is absent. */
export interface Line {
  /** The text up to `length`. What lies behind may be read; it means nothing, but for fields that were decoded. */
  readonly bytes: Buffer<ArrayBuffer>;
  /** The same memory as `bytes`, and so is `pairs`. */
  readonly view: DataView<ArrayBuffer>;
  readonly pairs: Uint16Array<ArrayBuffer>;
  readonly length: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
  /** Which kinds of byte the line holds: `ESCAPED`, `NON_ASCII` and `SUSPECT`. */
  readonly traits: number;
}

/** Where a text is within a line's bytes. */
export interface Span {
  start: number;
  end: number;
}

export const newSpan = (): Span => ({ start: 0, end: 0 });

/** A byte that JSON escapes: a backslash or a control byte. */
export const ESCAPED = 1;
export const NON_ASCII = 2;
/** A byte that may be part of a secret, as `Redactor.isSuspect` says. */
export const SUSPECT = 8;

const FIRST_TOKENS = 64;
/** AWS appends fields every few years. This bounds the memory that a line of a mebibyte of tokens would take. */
export const MOST_TOKENS = FIRST_TOKENS << 7;

export type MutableLine = { -readonly [Key in keyof Line]: Line[Key] };

/** Of an even size. */
const memory = (size: number): Pick<Line, 'bytes' | 'view' | 'pairs'> => {
  const buffer = new ArrayBuffer(size);
  return { bytes: Buffer.from(buffer), view: new DataView(buffer), pairs: new Uint16Array(buffer) };
};

export const newLine = (): MutableLine => ({
  ...memory(4096),
  length: 0,
  starts: new Int32Array(FIRST_TOKENS),
  ends: new Int32Array(FIRST_TOKENS),
  count: 0,
  traits: 0,
});

/** Makes room for so many fields; false if no line has as many. */
export const reserveTokens = (line: MutableLine, count: number): boolean => {
  if (count > MOST_TOKENS) return false;
  if (count <= line.starts.length) return true;
  for (const name of ['starts', 'ends'] as const) {
    const larger = new Int32Array(Math.max(count, 2 * line[name].length));
    larger.set(line[name]);
    line[name] = larger;
  }
  return true;
};

/** Writes a text behind the line's own, and behind what was added before; returns where it is. */
export const addText = (line: MutableLine, at: number, text: string): Span => {
  const room = at + 3 * text.length + SLACK;
  if (line.bytes.length < room) {
    const larger = memory(2 * room);
    larger.bytes.set(line.bytes);
    Object.assign(line, larger);
  }
  return { start: at, end: at + line.bytes.write(text, at) };
};

/** Copies a text into the line, so that words of it can be read without looking where the text ends. */
export const load = (line: MutableLine, text: Uint8Array): void => {
  const { length } = text;
  if (line.bytes.length < length + SLACK) Object.assign(line, memory(2 * length + SLACK));
  line.bytes.set(text);
  // No scan runs past it.
  line.bytes[length] = QUOTE;
  line.length = length;
};

/** Where field `i` is; empty if it is absent. */
export const spanOf = ({ starts, ends, count }: Line, i: number): Span =>
  i < count ? { start: starts[i] as number, end: ends[i] as number } : { start: 0, end: 0 };

/** The text of field `i`; empty if it is absent. */
export const fieldText = (line: Line, i: number | undefined): string => {
  if (i === undefined) return '';
  const { start, end } = spanOf(line, i);
  return line.bytes.toString('utf8', start, end);
};

/** Whether the line has no field `i`: the object leaves it out. */
export const isAbsent = ({ ends, count }: Line, i: number): boolean => i >= count || ends[i] === 0;

/** A text is empty or `-`, which is how the load balancer writes that there is nothing. */
export const isNothing = (bytes: Uint8Array, start: number, end: number): boolean =>
  end === start || (end - start === 1 && bytes[start] === 0x2d);

/** Whether field `i` is absent, or nothing. */
export const hasNothing = (line: Line, i: number | undefined): boolean => {
  if (i === undefined) return true;
  const { start, end } = spanOf(line, i);
  return isNothing(line.bytes, start, end);
};

const QUOTE = 0x22;
