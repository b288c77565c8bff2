import { load, newLine, tokenize } from './tokenize.ts';
import type { LogSchema } from './schema.ts';

/** Whether the first line of an object is of this kind. */
export const beginsAs = (kind: LogSchema, head: Uint8Array): boolean => {
  const line = newLine();
  const lf = head.indexOf(0x0a);
  let end = lf < 0 ? head.length : lf;
  while (end > 0 && (head[end - 1] === 0x0d || head[end - 1] === 0x20)) end--;
  load(line, head, 0, end);
  return tokenize(line, () => false) && kind.accepts(line);
};
