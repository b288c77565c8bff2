import { Presets, SingleBar } from 'cli-progress';

/** Without a terminal, a line is printed so often at most. */
const LINE_MS = 5_000;

export interface Progress {
  /** @param note what is waited for, if anything */
  readonly show: (done: number, note?: string) => void;
  readonly stop: () => void;
}

/** Progress of a command on standard error: a bar in a terminal, else a line now and then. It says no time left. */
export const startProgress = (
  total: number,
  unit: string,
  { isTerminal = process.stderr.isTTY, now = Date.now, print = console.error } = {},
): Progress => {
  if (isTerminal) {
    // The terminal stays as it is, whatever ends the command.
    const bar = new SingleBar(
      { format: `{bar} {value}/{total} ${unit}{note}`, linewrap: true, hideCursor: null },
      Presets.shades_classic,
    );
    bar.start(total, 0, { note: '' });
    return {
      show: (done, note) => bar.update(done, { note: note === undefined ? '' : `; ${note}` }),
      stop: () => bar.stop(),
    };
  }
  let lastLine = now();
  let lastNote: string | undefined;
  return {
    show: (done, note) => {
      const isNews = note !== undefined && lastNote === undefined;
      lastNote = note;
      if (!isNews && now() - lastLine < LINE_MS) return;
      lastLine = now();
      print(`${done} of ${total} ${unit}${note === undefined ? '' : `; ${note}`}`);
    },
    stop: () => undefined,
  };
};
