/** Most bytes of a line; a longer one is truncated to its first `TRUNCATED_LINE_BYTES`. */
export const MAX_LINE_BYTES = 1024 * 1024;
export const TRUNCATED_LINE_BYTES = 64 * 1024;

/** Ends a line. */
export const LF = 10;

/** Whole lines that follow one another, each ending in LF but perhaps the object's last. */
export interface Block {
  readonly bytes: Uint8Array;
  /** The number of the first, from 1. */
  readonly firstLine: number;
  /** The block is the head of one overlong line. */
  readonly cut: boolean;
}

/**
 * Divides a stream into blocks of whole lines. Bytes after the last LF are a line too, unless the stream fails: then
 * the unfinished line is left out.
 */
export async function* blocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  let line = 1;
  /** The unfinished line, in pieces: joined once, however small the chunks are. */
  let carry: Uint8Array[] = [];
  let carried = 0;
  let overlong: Uint8Array | undefined;
  for await (let chunk of chunks) {
    const lf = chunk.indexOf(LF);
    if (overlong === undefined && carried + (lf < 0 ? chunk.length : lf) > MAX_LINE_BYTES) {
      overlong = Uint8Array.from(join([...carry, chunk]).subarray(0, TRUNCATED_LINE_BYTES));
      carry = [];
      carried = 0;
    }
    if (overlong !== undefined) {
      if (lf < 0) continue;
      yield { bytes: overlong, firstLine: line++, cut: true };
      overlong = undefined;
      chunk = chunk.subarray(lf + 1);
    }
    let start = 0;
    if (carried > 0 && lf >= 0) {
      // Only the line that was begun before is joined: copying all of the chunk with it would cost a tenth of the path.
      start = chunk.indexOf(LF) + 1;
      yield { bytes: join([...carry, chunk.subarray(0, start)]), firstLine: line++, cut: false };
      carry = [];
      carried = 0;
    }
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > start) {
      const bytes = chunk.subarray(start, end);
      yield { bytes, firstLine: line, cut: false };
      line += countLines(bytes);
    }
    if (end < chunk.length) {
      carry.push(chunk.subarray(end));
      carried += chunk.length - end;
    }
  }
  if (overlong !== undefined) yield { bytes: overlong, firstLine: line, cut: true };
  else if (carried > 0) yield { bytes: join(carry), firstLine: line, cut: false };
}

const join = (pieces: readonly Uint8Array[]): Uint8Array => {
  const [first, ...others] = pieces;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(pieces);
};

/** Lines that end in LF. */
export const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
};
