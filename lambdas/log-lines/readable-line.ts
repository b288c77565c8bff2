import type { LogSchema } from './schema.ts';
import { instantOf, timeReader } from './timestamp.ts';
import { load, newLine, tokenize } from './tokenize.ts';

/** So many lines are tried before an object counts as something else. */
const TRIED_LINES = 100;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** Whether one of the head's first `most` lines is a line of this schema, its time included; `undefined` without lines. */
export const hasReadableLine = (
  schema: LogSchema,
  head: Uint8Array,
  most = TRIED_LINES,
): boolean | undefined => {
  const line = newLine();
  const readTime = timeReader(instantOf(0));
  let tried = 0;
  for (let start = beginning(head); start < head.length && tried < most;) {
    const lf = head.indexOf(LF, start);
    const next = lf < 0 ? head.length : lf;
    let end = next;
    while (end > start && (head[end - 1] === CR || head[end - 1] === SPACE)) end--;
    if (end > start) {
      tried++;
      load(line, head, start, end);
      const isLine = tokenize(line, () => false) && schema.accepts(line);
      const [from = 0, to = 0] = [line.starts[schema.time], line.ends[schema.time]];
      if (isLine && readTime(line.bytes, from, to)) return true;
    }
    start = next + 1;
  }
  return tried === 0 ? undefined : false;
};

/** Behind the byte order mark, if there is one. */
const beginning = (head: Uint8Array): number =>
  head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
