import { onInterrupt } from '../shared/interrupt.ts';
import { startProgress } from '../shared/progress.ts';
import type { Input } from './inputs.ts';
import { whole } from './numbers.ts';
import { forwardAll, type Run, type RunOptions } from './run.ts';
import type { Received } from './scout-summary.ts';

export interface WatchOptions extends Pick<RunOptions, 'env' | 'code'> {
  readonly received: Received;
  /** Whether to print the functions' log in place of the progress. */
  readonly isVerbose: boolean;
  readonly warn: (text: string) => void;
}

/** Forwards with a progress on standard error; Ctrl-C stops it after the object in hand. */
export const forwardWatched = async (
  inputs: readonly Input[],
  { received, isVerbose, warn, ...options }: WatchOptions,
): Promise<Run> => {
  const interrupt = onInterrupt();
  const progress = isVerbose ? undefined : startProgress(inputs.length, 'objects');
  let done = 0;
  // Only the embedded Scout knows.
  const note = (): string | undefined =>
    process.stderr.isTTY && received.records > 0 ? `${whole(received.records)} records` : undefined;
  const show = (): void => progress?.show(done, note());
  const timer = setInterval(show, 500);
  try {
    return await forwardAll(inputs, {
      ...options,
      isStopped: interrupt.isStopped,
      onObject: () => {
        done++;
        show();
      },
      onLog: ({ level, message }) => {
        if (isVerbose) warn(JSON.stringify({ level, message }));
      },
    });
  } finally {
    clearInterval(timer);
    progress?.stop();
    interrupt.close();
  }
};
