import { type Block, LF, TRUNCATED_LINE_BYTES, MAX_LINE_BYTES } from './line-blocks.ts';
import type { BatchLimits, Encoded, Encoder } from '../../format.ts';
import type { LineRange, Lines } from '../event/work-item.ts';

/** Lines that go in one request. */
export interface Batch extends Lines {
  /** Its request is a view: good until the encoder that made it is used again. */
  readonly encoded: Encoded;
  /** The lines themselves, to encode a part of them again. */
  readonly text: readonly Block[];
}

/** A line of the text, at most its first 64 KiB. */
export const lineText = (text: readonly Block[], line: number): string => {
  for (const block of text) {
    const cursor = cursorAt(block, line);
    if (cursor.line !== line || cursor.offset === block.bytes.length) continue;
    const lf = block.bytes.indexOf(LF, cursor.offset);
    const end = Math.min(lf < 0 ? block.bytes.length : lf, cursor.offset + TRUNCATED_LINE_BYTES);
    const text = Buffer.from(block.bytes.subarray(cursor.offset, end)).toString('utf8').trimEnd();
    return line === 1 ? text.replace(/^\uFEFF/, '') : text;
  }
  return '';
};

/** A batch in the making: an encoder and the lines that were added to it. */
interface Filling {
  readonly encoder: Encoder;
  readonly text: Block[];
  /** A truncated line counts with its truncated size. */
  textBytes: number;
}

/**
 * Cuts the lines of `range` into batches, each as full as the limits allow. The cuts depend on the lines alone, so the
 * same range is always cut alike. A batch is also full when its text reaches the limit, which bounds memory when lines are
 * filtered, rejected or blank. When the source fails, the whole lines before the fault still come as a batch.
 * @param nextEncoder called before each batch, resolves when an encoder is free; if it throws, no batch is begun
 */
export async function* batches(
  source: AsyncIterable<Block>,
  range: LineRange,
  limits: BatchLimits,
  nextEncoder: () => Promise<Encoder>,
): AsyncGenerator<Batch> {
  const lastLine = range.toLine ?? Infinity;
  let { fromLine } = range;
  let nextLine = fromLine;
  let filling: Filling | undefined;
  let failure: unknown;
  try {
    for await (const block of source) {
      const cursor = cursorAt(block, nextLine);
      while (cursor.offset < block.bytes.length && cursor.line <= lastLine) {
        const current = filling ?? { encoder: await nextEncoder(), text: [], textBytes: 0 };
        // If the encoder throws, its state is unknown: nothing of it is sent.
        filling = undefined;
        const fits = fill(current, cursor, lastLine, limits.bytes);
        nextLine = cursor.line;
        if (fits) {
          filling = current;
        } else {
          yield take(current, fromLine, nextLine - 1);
          fromLine = nextLine;
        }
      }
      if (cursor.line > lastLine) break;
    }
  } catch (error) {
    failure = error;
  }
  if (filling !== undefined) yield take(filling, fromLine, nextLine - 1);
  if (failure !== undefined) throw failure;
}

/** For encoders that are filled by `encodeLines`. */
export const NO_LIMITS: BatchLimits = { records: Infinity, bytes: Infinity };

/** Encodes the lines of `range` of a batch's text by themselves, without limits. */
export const encodeLines = (
  text: readonly Block[],
  { fromLine, toLine }: Lines,
  encoder: Encoder,
): Encoded => {
  const filling: Filling = { encoder, text: [], textBytes: 0 };
  for (const block of text) {
    fill(filling, cursorAt(block, fromLine), toLine, Infinity);
  }
  return encoder.take();
};

const take = ({ encoder, text }: Filling, fromLine: number, toLine: number): Batch => ({
  fromLine,
  toLine,
  encoded: encoder.take(),
  text,
});

interface Cursor {
  readonly block: Block;
  offset: number;
  /** The number of the line at `offset`. */
  line: number;
}

const CR = 13;
const SPACE = 32;

/** Adds the block's lines from the cursor on, up to `toLine`; false if the batch is full before the block ends. */
const fill = (filling: Filling, cursor: Cursor, toLine: number, mostText: number): boolean => {
  const { bytes, cut } = cursor.block;
  const { encoder } = filling;
  const from = cursor.offset;
  const firstLine = cursor.line;
  let { textBytes } = filling;
  let { offset, line } = cursor;
  let fits = true;
  while (offset < bytes.length && line <= toLine) {
    let lf = bytes.indexOf(LF, offset);
    if (lf < 0) lf = bytes.length;
    const overlong = cut || lf - offset > MAX_LINE_BYTES;
    const size = overlong ? TRUNCATED_LINE_BYTES : lf - offset;
    let start = offset;
    if (line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3;
    let end = Math.min(lf, start + size);
    while (end > start && (bytes[end - 1] === CR || bytes[end - 1] === SPACE)) end--;
    fits = textBytes === 0 || textBytes + size <= mostText;
    fits &&= end === start || encoder.add(bytes, start, end, line, overlong);
    if (!fits) break;
    textBytes += size + 1;
    offset = lf + 1;
    line++;
  }
  offset = Math.min(offset, bytes.length);
  if (offset > from) filling.text.push({ bytes: bytes.subarray(from, offset), firstLine, cut });
  filling.textBytes = textBytes;
  cursor.offset = offset;
  cursor.line = line;
  return fits;
};

/** At the first line of the block from `from` on, or at the block's end. */
const cursorAt = (block: Block, from: number): Cursor => {
  const { bytes } = block;
  let { firstLine: line } = block;
  let offset = 0;
  for (; line < from && offset < bytes.length; line++) {
    const lf = bytes.indexOf(LF, offset);
    offset = lf < 0 ? bytes.length : lf + 1;
  }
  return { block, offset, line };
};
