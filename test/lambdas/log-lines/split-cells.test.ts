import { describe, expect, test } from 'vitest';
import {
  ESCAPED,
  MOST_TOKENS,
  type MutableLine,
  newLine,
  NON_ASCII,
} from '../../../lambdas/log-lines/line.ts';
import { cellPlacer, splitCells } from '../../../lambdas/log-lines/split-cells.ts';
import { loaded } from '../../support/factories/log-schema.ts';

type Cells = readonly (readonly [start: number, end: number])[];

const spansOf = ({ starts, ends, count }: MutableLine): Cells =>
  Array.from({ length: count }, (_, i) => [starts[i] ?? -1, ends[i] ?? -1]);
const cellsOf = (text: string, line = newLine()): Cells | undefined =>
  splitCells(loaded(text, line), '\t', () => false) ? spansOf(line) : undefined;

describe('splitCells', () => {
  test.each<[what: string, text: string, cells: Cells]>([
    ['one cell of an empty line', '', [[0, 0]]],
    [
      'cells',
      'a\tbc',
      [
        [0, 1],
        [2, 4],
      ],
    ],
    [
      'empty cells at the beginning, in between and at the end',
      '\ta\t\t',
      [
        [0, 0],
        [1, 2],
        [3, 3],
        [4, 4],
      ],
    ],
    [
      'quoted cells without their quotes',
      '"a"\t"b"',
      [
        [1, 2],
        [5, 6],
      ],
    ],
    [
      'a quoted cell with a separator',
      '"a\tb"\tc',
      [
        [1, 4],
        [6, 7],
      ],
    ],
    [
      'an empty cell behind a quoted one',
      '"a"\t',
      [
        [1, 2],
        [4, 4],
      ],
    ],
    [
      'a quoted cell that is empty',
      '""\ta',
      [
        [1, 1],
        [3, 4],
      ],
    ],
    [
      'a cell that begins with a quote as it is written',
      '"a\tb',
      [
        [0, 2],
        [3, 4],
      ],
    ],
    [
      'a cell with text behind a quote as it is written',
      '"a"b\tc',
      [
        [0, 4],
        [5, 6],
      ],
    ],
    [
      'a cell that ends with a quote as it is written',
      'a"\tb',
      [
        [0, 2],
        [3, 4],
      ],
    ],
  ])('finds %s', (_, text, cells) => {
    expect(cellsOf(text)).toEqual(cells);
  });

  test('does not read the longer line before', () => {
    const line = newLine();
    for (const text of ['"a', 'a', '']) {
      cellsOf('\t\t\t\t\t\t\t\t"\t"', line);
      expect(cellsOf(text, line)).toEqual([[0, text.length]]);
    }
  });

  test(`finds up to ${MOST_TOKENS} cells, and refuses a line of more`, () => {
    expect(cellsOf('\t'.repeat(64))?.at(-1)).toEqual([64, 64]);
    expect(cellsOf('\t'.repeat(MOST_TOKENS - 1))).toHaveLength(MOST_TOKENS);
    expect(cellsOf('\t'.repeat(MOST_TOKENS))).toBeUndefined();
  });

  test('separates cells by what it is told', () => {
    const line = loaded('a\tb,c d');
    expect([splitCells(line, ',', () => false), spansOf(line)]).toEqual([
      true,
      [
        [0, 3],
        [4, 7],
      ],
    ]);
    expect([splitCells(line, ' ', () => false), spansOf(line)]).toEqual([
      true,
      [
        [0, 5],
        [6, 7],
      ],
    ]);
  });

  test('notices the kinds of byte, and takes a quote for one that JSON escapes', () => {
    const line = loaded('a\té');
    splitCells(line, '\t', () => false);
    expect(line.traits).toBe(ESCAPED | NON_ASCII);
  });
});

describe('cellPlacer', () => {
  test.each<[what: string, indexes: readonly (number | undefined)[], fields: Cells]>([
    [
      'cells in the order of their fields',
      [0, 1, 2],
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
    [
      'cells in another order',
      [2, 0, 1],
      [
        [2, 3],
        [4, 5],
        [0, 1],
      ],
    ],
    [
      'cells with absent fields between them',
      [1, 4, 2],
      [
        [0, 0],
        [0, 1],
        [4, 5],
        [0, 0],
        [2, 3],
      ],
    ],
    [
      'cells with absent fields where cells were',
      [0, 3, 4],
      [
        [0, 1],
        [0, 0],
        [0, 0],
        [2, 3],
        [4, 5],
      ],
    ],
    ['cells of which some are left out', [undefined, 0, undefined], [[2, 3]]],
    ['no cells', [undefined, undefined, undefined], []],
  ])('places %s', (_, indexes, fields) => {
    const line = loaded('a\tb\tc');
    splitCells(line, '\t', () => false);
    expect(cellPlacer(indexes)(line)).toBe(true);
    expect(spansOf(line)).toEqual(fields);
  });

  test.each(['a\tb', 'a\tb\tc\td'])('refuses a line with another number of cells: %j', (text) => {
    const line = loaded(text);
    splitCells(line, '\t', () => false);
    expect(cellPlacer([0, 1, 2])(line)).toBe(false);
  });

  test('makes room for fields, and refuses a line where there is none', () => {
    const line = loaded('a');
    splitCells(line, '\t', () => false);
    expect(cellPlacer([MOST_TOKENS])(line)).toBe(false);
    expect(cellPlacer([MOST_TOKENS - 1])(line)).toBe(true);
    expect(spansOf(line).at(-1)).toEqual([0, 1]);
  });
});
