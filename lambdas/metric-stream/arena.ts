/** Keeps copies of short spans of bytes for as long as any of them is used. */
export interface Arena {
  readonly keep: (bytes: Uint8Array) => Uint8Array;
}

const CHUNK_BYTES = 64 * 1024;

/**
 * Puts the copies side by side in chunks. In the pool of `Buffer.from` they would stand between short-lived ones, whose
 * memory they would hold too: three times as much.
 */
export const newArena = (): Arena => {
  let chunk = new Uint8Array();
  let used = 0;
  return {
    keep: (bytes) => {
      if (used + bytes.length > chunk.length) {
        chunk = new Uint8Array(Math.max(CHUNK_BYTES, bytes.length));
        used = 0;
      }
      const kept = chunk.subarray(used, used + bytes.length);
      kept.set(bytes);
      used += bytes.length;
      return kept;
    },
  };
};
