import type { Arena } from './arena.ts';

/** A map by spans of bytes, which spares making and hashing a text for each look-up: half of its time. */
export interface ByteMap<T> {
  /** The value set for the bytes `[start, end)`. */
  readonly get: (bytes: DataView, start: number, end: number) => T | undefined;
  /** Copies the bytes. Has no effect on a key of less than `SHORTEST` bytes, nor on one whose hash another has. */
  readonly set: (bytes: DataView, start: number, end: number, value: T) => void;
}

const SHORTEST = 8;

export const byteMap = <T>(arena: Arena): ByteMap<T> => {
  const entries = new Map<number, { readonly key: DataView; readonly value: T }>();
  return {
    get: (bytes, start, end) => {
      if (end - start < SHORTEST) return undefined;
      const entry = entries.get(hash(bytes, start, end));
      return entry !== undefined && isEqual(bytes, start, end, entry.key) ? entry.value : undefined;
    },
    set: (bytes, start, end, value) => {
      if (end - start < SHORTEST) return;
      const at = hash(bytes, start, end);
      if (entries.has(at)) return;
      const key = arena.keep(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start));
      entries.set(at, { key: viewOf(key), value });
    },
  };
};

/** By words of four bytes, in two chains that the processor works on at once. The last words may overlap. */
const hash = (bytes: DataView, start: number, end: number): number => {
  const last = end - 8;
  let even = end - start;
  let odd = 0;
  for (let at = start; at < last; at += 8) {
    even = mix(even ^ bytes.getUint32(at, true));
    odd = mix(odd ^ bytes.getUint32(at + 4, true));
  }
  even = mix(even ^ bytes.getUint32(last, true));
  odd = mix(odd ^ bytes.getUint32(last + 4, true));
  return mix(even ^ Math.imul(odd, 0x85ebca6b));
};

const mix = (word: number): number => {
  const product = Math.imul(word, 0x9e3779b1);
  return product ^ (product >>> 15);
};

/** Whether the bytes `[start, end)` are those of `key`, which has four at least. */
export const isEqual = (bytes: DataView, start: number, end: number, key: DataView): boolean => {
  const last = end - start - 4;
  if (key.byteLength !== end - start) return false;
  for (let at = 0; at < last; at += 4) {
    if (bytes.getUint32(start + at) !== key.getUint32(at)) return false;
  }
  return bytes.getUint32(start + last) === key.getUint32(last);
};

export const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);
