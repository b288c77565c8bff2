import type { Opened } from '../../format.ts';
import { type Block, countLines, LF } from './line-blocks.ts';
import { Stop } from './stop.ts';

/** A format sees this much of an object before it decides: whole lines, until one of the two is reached. */
const HEAD_LINES = 100;
const HEAD_BYTES = 1024 * 1024;

/** An object's lines, and encoders for them. */
export type OpenLines = Exclude<Opened, { refuse: unknown }> & { readonly lines: AsyncIterable<Block> };

/**
 * Opens an object by its head; a work item that begins in the middle is opened by the same head.
 * @param open is not called for an object without lines
 * @param checkTime called after each block; its error ends the lines
 * @throws Stop if the format refuses the head. If the source failed before, its error: a head that breaks off says little.
 */
export const openLines = async (
  source: AsyncIterator<Block>,
  open: (head: Uint8Array) => Opened | Promise<Opened>,
  checkTime: () => void,
): Promise<OpenLines> => {
  const head: Block[] = [];
  let [lines, bytes] = [0, 0];
  let failure: { readonly error: unknown } | undefined;
  try {
    while (lines < HEAD_LINES && bytes < HEAD_BYTES) {
      const { value: block, done } = await source.next();
      if (done) break;
      head.push(block);
      bytes += block.bytes.length;
      // A block without LF is one line: the object's last, or a truncated one.
      lines += countLines(block.bytes) || 1;
    }
  } catch (error) {
    failure = { error };
  }
  const opened = head.length > 0 ? await open(joined(head)) : { encoder: noLines };
  if ('refuse' in opened) throw failure?.error ?? new Stop({ fate: 'dead', cause: opened.refuse });
  const all = async function* (): AsyncGenerator<Block> {
    yield* head;
    if (failure !== undefined) throw failure.error;
    for (let next = await source.next(); !next.done; next = await source.next()) {
      checkTime();
      yield next.value;
    }
  };
  return { ...opened, lines: all() };
};

const noLines = (): never => {
  throw new Error('an encoder was requested for an object without lines');
};

/** A block may lack the LF of its last line, when that is the object's last or was truncated. */
const joined = (blocks: readonly Block[]): Uint8Array => {
  const [first, ...others] = blocks;
  if (first !== undefined && others.length === 0) return first.bytes;
  return Buffer.concat(
    blocks.flatMap(({ bytes }) => (bytes.at(-1) === LF ? [bytes] : [bytes, Buffer.of(LF)])),
  );
};
