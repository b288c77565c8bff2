import { load, newLine, tokenize } from './tokenize.ts';
import type { LogSchema } from './schema.ts';

/** So many lines say whether an object is a log of a kind. */
const TELLING_LINES = 100;

/** Whether the first line of an object is of this kind. */
export const beginsAs = (kind: LogSchema, head: Uint8Array): boolean => {
  for (const isReadable of readability(kind, head)) return isReadable;
  return false;
};

/**
 * Why an object is not a log of this kind: none of its first 100 lines can be read. A head of fewer lines tells nothing,
 * because a few unreadable lines in a good object are data.
 */
export const foreignLines = (kind: LogSchema, head: Uint8Array): string | undefined => {
  let lines = 0;
  for (const isReadable of readability(kind, head)) {
    if (isReadable) return undefined;
    if (++lines === TELLING_LINES)
      return `none of its first ${TELLING_LINES} lines is a line of ${kind.scope}`;
  }
  return undefined;
};

/** For each line that is not blank, whether it is of this kind. */
function* readability(kind: LogSchema, head: Uint8Array): Generator<boolean> {
  const line = newLine();
  let next = afterByteOrderMark(head, 0);
  while (next < head.length) {
    const start = next;
    const lf = head.indexOf(0x0a, start);
    let end = lf < 0 ? head.length : lf;
    next = end + 1;
    while (end > start && (head[end - 1] === 0x0d || head[end - 1] === 0x20)) end--;
    if (end === start) continue;
    load(line, head, start, end);
    yield tokenize(line, () => false) && kind.accepts(line);
  }
}

/** Where the text begins that begins at `start`, perhaps with a byte order mark. */
export const afterByteOrderMark = (bytes: Uint8Array, start: number): number =>
  bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? start + 3 : start;
