import { type MutableLine, reserveTokens } from './line.ts';
import { endOfText, type IsSuspect, traitsOf } from './tokenize.ts';

/** The name of a member with all that stands around it: from the end of the member before to the value. */
interface Key {
  readonly length: number;
  readonly text: DataView;
  readonly traits: number;
  /** The value is in quotes, the first of which is a part of the text. */
  readonly quoted: boolean;
  readonly index: number | undefined;
}

/** Members whose names are remembered. */
const MOST_EXPECTED = 512;

/**
 * Finds the members of an object; false if the text is not one object. Texts are found without their quotes, `null` is
 * absent, and anything else is a text as it is written. AWS writes the members of all objects in one order: each name is
 * expected where it was in the line before, which spares half of the time.
 */
export const memberScanner = (
  names: readonly string[],
  indexOf: (name: string) => number | undefined,
): ((line: MutableLine, isSuspect: IsSuspect) => boolean) => {
  const expected: Key[] = [];
  return (line, isSuspect) => {
    const { bytes, view, length } = line;
    line.count = 0;
    line.traits = 0;
    makeAbsent(line, names.length);
    let at = afterSpace(bytes, 0);
    if (bytes[at++] !== OPEN_BRACE) return false;
    for (let member = 0; ; member++) {
      let key = expected[member];
      if (
        key === undefined ||
        at + key.length > length ||
        !isAt(view, at, key) ||
        !isValueAt(bytes, at, key)
      ) {
        key = readKey(line, at, isSuspect, indexOf);
        if (key === undefined) break;
        if (member < MOST_EXPECTED) expected[member] = key;
      }
      line.traits |= key.traits;
      const start = at + key.length;
      const end = key.quoted ? endOfText(line, start, isSuspect) : endOfValue(line, start, isSuspect);
      if (end < start) return false;
      const isNull = !key.quoted && bytes.toString('latin1', start, end) === 'null';
      if (key.index !== undefined && !isNull) {
        makeAbsent(line, key.index + 1);
        line.starts[key.index] = start;
        line.ends[key.index] = end;
      }
      at = afterSpace(bytes, key.quoted ? end + 1 : end);
      if (bytes[at] !== COMMA) break;
      at++;
    }
    return bytes[at] === CLOSE_BRACE && afterSpace(bytes, at + 1) === length;
  };
};

/** Adds absent fields up to `count`, which is never more than a line may have: columns.ts limits the names. */
const makeAbsent = (line: MutableLine, count: number): void => {
  if (count <= line.count) return;
  reserveTokens(line, count);
  line.starts.fill(0, line.count, count);
  line.ends.fill(0, line.count, count);
  line.count = count;
};

const readKey = (
  line: MutableLine,
  from: number,
  isSuspect: IsSuspect,
  indexOf: (name: string) => number | undefined,
): Key | undefined => {
  const { bytes } = line;
  const start = afterSpace(bytes, from) + 1;
  const end = endOfText(line, start, isSuspect);
  if (bytes[start - 1] !== QUOTE || end < 0) return undefined;
  const colon = afterSpace(bytes, end + 1);
  const value = afterSpace(bytes, colon + 1);
  if (bytes[colon] !== COLON) return undefined;
  const quoted = bytes[value] === QUOTE;
  const length = (quoted ? value + 1 : value) - from;
  const text = new DataView(new ArrayBuffer(length));
  bytes.copy(new Uint8Array(text.buffer), 0, from, from + length);
  return {
    length,
    text,
    traits: traitsOf(line, start, end, isSuspect),
    quoted,
    index: indexOf(bytes.toString('utf8', start, end)),
  };
};

/** Compares four bytes at a time. */
const isAt = (view: DataView, at: number, { text, length }: Key): boolean => {
  let done = 0;
  for (; done + 4 <= length; done += 4) {
    if (view.getInt32(at + done) !== text.getInt32(done)) return false;
  }
  for (; done < length; done++) if (view.getUint8(at + done) !== text.getUint8(done)) return false;
  return true;
};

/** A value without quotes begins where it did before: another line may have it in quotes, or behind a space. */
const isValueAt = (bytes: Uint8Array, at: number, { length, quoted }: Key): boolean => {
  const first = bytes[at + length] as number;
  return quoted || (first !== QUOTE && first > SPACE);
};

/** Where a number, a word, a list or an object ends; -1 if it does not. The line gets its traits. */
const endOfValue = (line: MutableLine, start: number, isSuspect: IsSuspect): number => {
  const { bytes, length } = line;
  let depth = 0;
  for (let at = start; at < length; at++) {
    const byte = bytes[at] as number;
    if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACE || byte <= SPACE)) {
      line.traits |= traitsOf(line, start, at, isSuspect);
      return at > start ? at : -1;
    }
    if (byte === QUOTE) {
      at = endOfText(line, at + 1, isSuspect);
      if (depth === 0 || at < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return -1;
};

const afterSpace = (bytes: Uint8Array, start: number): number => {
  let at = start;
  while (bytes[at] === SPACE || bytes[at] === TAB) at++;
  return at;
};

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
