import { expect, test } from 'vitest';
import { createStatusLine } from '../../bin/shared/status-line.ts';

const stream = (isTTY: boolean) => {
  const written: string[] = [];
  return {
    written,
    isTTY,
    columns: 20,
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

test('a status line is not written where there is no terminal', () => {
  const file = stream(false);
  const status = createStatusLine(file);
  status.show('reading');
  status.clear();
  expect(file.written).toEqual([]);
});
