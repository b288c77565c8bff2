import { stripVTControlCharacters } from 'node:util';

const GAP = '  ';
/** The first column is not cut below this. */
const LEAST = 12;

/**
 * Rows as lines of at most `width` columns, if their numbers allow. The first column is cut as far as needed; all after
 * the first `texts` are aligned to the right. Cells may be colored.
 */
export const textTable = (rows: readonly (readonly string[])[], texts: number, width: number): string => {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => lengthOf(row[at] ?? ''))),
  );
  const [first = 0, ...others] = widths;
  const room = width - others.reduce((sum, other) => sum + GAP.length + other, 0);
  widths[0] = Math.min(first, Math.max(LEAST, room));
  return rows
    .map((row) =>
      widths
        .map((size, at) => {
          const cell = at === 0 ? cut(row[at] ?? '', size) : (row[at] ?? '');
          const space = ' '.repeat(Math.max(0, size - lengthOf(cell)));
          return at < texts ? cell + space : space + cell;
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
};

const lengthOf = (cell: string): number => stripVTControlCharacters(cell).length;

/** A text, cut to a length with an ellipsis. A colored one that is too long loses its color. */
export const cut = (text: string, most: number): string =>
  lengthOf(text) <= most ? text : `${stripVTControlCharacters(text).slice(0, most - 1)}…`;

/** A path, cut to a length from its beginning: its end tells most. */
export const cutPath = (path: string, most: number): string =>
  path.length <= most ? path : `…${path.slice(1 - most)}`;

/** Texts joined by spaces into lines of at most `width` columns, and at most so many of them; the last tells what is left. */
export const wrapped = (items: readonly string[], width: number, most = Infinity): readonly string[] => {
  const lines: string[] = [];
  for (const [index, item] of items.entries()) {
    const line = lines.at(-1);
    const text = cut(item, width);
    if (line !== undefined && line.length + 1 + text.length <= width)
      lines[lines.length - 1] = `${line} ${text}`;
    else if (lines.length < most) lines.push(text);
    else {
      const rest = ` … ${items.length - index} more`;
      lines[lines.length - 1] = `${cut(line ?? '', width - rest.length)}${rest}`;
      break;
    }
  }
  return lines;
};
