/** So many lines are tried before an object counts as something else. */
const TRIED_LINES = 100;

/** The head's first lines, without blank ones, trailing spaces and byte order mark. */
export const firstLines = (head: Uint8Array): readonly Buffer[] => {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length);
  const lines: Buffer[] = [];
  for (let start = text.subarray(0, 3).equals(BOM) ? 3 : 0; start < text.length;) {
    const lf = text.indexOf(LF, start);
    const next = lf < 0 ? text.length : lf;
    let end = next;
    // Before a line is a line feed, the byte order mark or nothing.
    while (text[end - 1] === CR || text[end - 1] === SPACE) end--;
    if (end > start) lines.push(text.subarray(start, end));
    if (lines.length === TRIED_LINES) break;
    start = next + 1;
  }
  return lines;
};

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
