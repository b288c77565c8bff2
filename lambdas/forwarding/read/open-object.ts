import type { Opened } from '../../format.ts';
import { type Block, countLines } from './line-blocks.ts';
import { RefusedObject } from './read-result.ts';

/** A format sees this much of an object before it decides: whole lines, until one of the two is reached. */
const HEAD_LINES = 100;
const HEAD_BYTES = 1024 * 1024;

const LF = 10;

/**
 * The blocks of an object after its head was opened; a work item that begins in the middle is opened by the same head.
 * @param open is called once, before the first block is yielded; not for an object without lines
 * @throws RefusedObject if the format refuses the head. Where the source failed first, its error counts: a head that
 * breaks off says little.
 */
export async function* openedBlocks(
  source: AsyncIterable<Block>,
  open: (head: Uint8Array) => Opened,
  onOpen: (opened: Exclude<Opened, { refuse: unknown }>) => void,
): AsyncGenerator<Block> {
  let held: Block[] | undefined = [];
  let [lines, bytes] = [0, 0];
  let failure: { readonly error: unknown } | undefined;
  const release = (blocks: readonly Block[]): readonly Block[] => {
    held = undefined;
    const opened = open(joined(blocks));
    if ('refuse' in opened) throw failure?.error ?? new RefusedObject(opened.refuse);
    onOpen(opened);
    return blocks;
  };
  try {
    for await (const block of source) {
      if (held === undefined) {
        yield block;
        continue;
      }
      held.push(block);
      bytes += block.bytes.length;
      // A block without LF is one line: the object's last, or a cut one.
      lines += countLines(block.bytes) || 1;
      if (lines >= HEAD_LINES || bytes >= HEAD_BYTES) yield* release(held);
    }
  } catch (error) {
    failure = { error };
  }
  if (held !== undefined && held.length > 0) yield* release(held);
  if (failure !== undefined) throw failure.error;
}

/** A block may lack the LF of its last line, when that is the object's last or was cut. */
const joined = (blocks: readonly Block[]): Uint8Array => {
  const [first, ...others] = blocks;
  if (first !== undefined && others.length === 0) return first.bytes;
  return Buffer.concat(
    blocks.flatMap(({ bytes }) => (bytes.at(-1) === LF ? [bytes] : [bytes, Buffer.of(LF)])),
  );
};
