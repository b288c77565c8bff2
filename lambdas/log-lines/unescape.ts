/** A text with every escape decoded, and where each byte of it comes from. Good until the next call of `unescape`. */
export interface Unescaped {
  /** The decoded bytes, up to `size`. */
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Where the byte, or the escape it was decoded from, starts in the text; at `size` stands the text's length. */
  readonly starts: Int32Array;
  /** How often the byte was percent-encoded. A quote that is escaped in another way counts too: it ends nothing. */
  readonly depths: Int32Array;
}

/**
 * Decodes a text until no escape is left: `%2540` becomes `@`. Besides percent-encoding (RFC 3986, section 2.1) these
 * are the escapes of the logs themselves: `\x40` of load balancers, and `\/`, `\\`, `\"` and `\u0040` of JSON
 * (RFC 8259, section 7; other characters stay escaped). One pass with a look back decodes escapes of any depth, as no
 * percent-encoded byte contains the beginning of another.
 */
export const unescape = (text: Uint8Array): Unescaped => {
  if (memory.bytes.length < text.length) memory = allocate(2 * text.length);
  const { bytes, starts, depths } = memory;
  let size = 0;
  /** Where the last `%` or backslash is: too far back for an escape, in most of a text. */
  let mark = -LONGEST;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] as number;
    bytes[size] = byte;
    starts[size] = at;
    depths[size++] = 0;
    while (size - mark <= LONGEST) {
      const width = escapeWidth(bytes, starts, size);
      if (width === 0) break;
      const first = size - width;
      const last = bytes[size - 1] as number;
      const decoded = width === 2 ? last : hexByte(bytes[size - 2] as number, last);
      let depth = 0;
      for (let i = first; i < size; i++) depth = Math.max(depth, depths[i] as number);
      const isDeeper = bytes[first] === PERCENT || decoded === QUOTE || decoded === SPACE;
      bytes[first] = decoded;
      depths[first] = isDeeper ? depth + 1 : depth;
      size = first + 1;
    }
    if (bytes[size - 1] === PERCENT || bytes[size - 1] === BACKSLASH) mark = size - 1;
  }
  starts[size] = text.length;
  return { bytes, size, starts, depths };
};

const allocate = (size: number) => ({
  bytes: new Uint8Array(size),
  starts: new Int32Array(size + 1),
  depths: new Int32Array(size),
});
/** Kept, as making it takes longer than decoding a URL. */
let memory = allocate(4096);

/** The byte that two hexadecimal digits stand for; negative if they are not. */
export const hexByte = (high: number, low: number): number =>
  ((HEX[high] as number) << 4) | (HEX[low] as number);

/** How many of the bytes before `size` are one escape. */
const escapeWidth = (bytes: Uint8Array, starts: Int32Array, size: number): number => {
  const last = bytes[size - 1] as number;
  if ((HEX[last] as number) < 0) {
    if (bytes[size - 2] !== BACKSLASH) return 0;
    if (last === SLASH) return 2;
    // A backslash that was itself escaped escapes no quote: `\\"` is the end of a JSON text.
    const isRaw = (starts[size - 1] as number) - (starts[size - 2] as number) === 1;
    return isRaw && (last === BACKSLASH || last === QUOTE) ? 2 : 0;
  }
  if (size < 3 || (HEX[bytes[size - 2] as number] as number) < 0) return 0;
  if (bytes[size - 3] === PERCENT) return 3;
  if (bytes[size - 3] === X) return bytes[size - 4] === BACKSLASH ? 4 : 0;
  const isUnicode = bytes[size - 3] === ZERO && bytes[size - 4] === ZERO && bytes[size - 5] === U;
  return isUnicode && bytes[size - 6] === BACKSLASH ? 6 : 0;
};

const HEX = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

/** `\u0040` */
const LONGEST = 6;
const SPACE = 0x20;
const QUOTE = 0x22;
const PERCENT = 0x25;
const SLASH = 0x2f;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const U = 0x75;
const X = 0x78;
