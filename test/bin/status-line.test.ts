import { expect, test } from 'vitest';
import { createStatusLine } from '../../bin/shared/status-line.ts';
import { terminalWidth } from '../../bin/shared/terminal-width.ts';

const stream = (isTTY: boolean, columns = 20) => {
  const written: string[] = [];
  return {
    written,
    isTTY,
    columns,
    write: (text: string | Uint8Array) => written.push(String(text)) > 0,
  };
};

test('a status line replaces itself, and does not wrap', () => {
  const terminal = stream(true);
  const status = createStatusLine(terminal);
  status.show('reading');
  status.show('reading file 1 of 1,000 files');
  status.clear();
  expect(terminal.written).toEqual(['\r\x1b[Kreading', '\r\x1b[Kreading file 1 of 1', '\r\x1b[K']);
});

test('a terminal that reports no columns is taken for 80 wide', () => {
  const terminal = stream(true, 0);
  createStatusLine(terminal).show('x'.repeat(100));
  expect(terminal.written).toEqual([`\r\x1b[K${'x'.repeat(79)}`]);
  expect(terminalWidth({ columns: 0 })).toBe(80);
  expect(terminalWidth({})).toBe(80);
  expect(terminalWidth({ columns: 132 })).toBe(132);
});

test('a status line is not written where there is no terminal', () => {
  const file = stream(false);
  const status = createStatusLine(file);
  status.show('reading');
  status.clear();
  expect(file.written).toEqual([]);
});
