import { terminalWidth } from './terminal-width.ts';

const CLEAR = '\r\x1b[K';

/** One line on standard error that says what a command is doing; nothing where that is not a terminal. */
export interface StatusLine {
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

export const createStatusLine = (
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
): StatusLine => ({
  show: (text) => {
    if (stream.isTTY) stream.write(`${CLEAR}${text.slice(0, terminalWidth(stream) - 1)}`);
  },
  clear: () => {
    if (stream.isTTY) stream.write(CLEAR);
  },
});
