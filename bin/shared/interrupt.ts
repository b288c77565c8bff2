/** Whether someone asked the command to stop. */
export interface Interrupt {
  readonly isStopped: () => boolean;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
  /** Signals end the process again. */
  readonly close: () => void;
}

/** Ctrl-C and SIGTERM stop the command after the step in hand; a second one ends it at once. */
export const onInterrupt = (): Interrupt => {
  const stop = new AbortController();
  const handle = (): void => {
    close();
    stop.abort();
    console.error('\nstopping after the step in hand; once more stops at once');
  };
  const close = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return { isStopped: () => stop.signal.aborted, signal: stop.signal, close };
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
