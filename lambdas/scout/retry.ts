import type { Outcome } from './outcome.ts';

export interface RetryDependencies {
  /** Milliseconds of a clock that is never set: for durations. */
  readonly monotonicNow: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** No retry begins later than this after the first request. */
export const RETRY_WITHIN_MS = 20_000;
export const INITIAL_BACKOFF_MS = 500;
export const MAX_BACKOFF_MS = 8_000;
export const BACKOFF_MULTIPLIER = 2;
/** A request with less than this to its deadline would only time out. */
export const MIN_REQUEST_MS = 1_000;

/**
 * Repeats a request while its outcome is `retryable`: exponential backoff with jitter, never sooner than `Retry-After`
 * says, and not at all where the next wait would end too late. The last outcome counts.
 * @param deadline in `monotonicNow`'s milliseconds: nothing reaches past it
 */
export const withRetry = async (
  attempt: () => Promise<Outcome>,
  deadline: number,
  { monotonicNow, sleep, random }: RetryDependencies,
): Promise<{ readonly outcome: Outcome; readonly retries: number }> => {
  const end = Math.min(monotonicNow() + RETRY_WITHIN_MS, deadline - MIN_REQUEST_MS);
  for (let retries = 0; ; retries += 1) {
    const outcome = await attempt();
    if (outcome.type !== 'retryable') return { outcome, retries };
    const backoff = Math.min(INITIAL_BACKOFF_MS * BACKOFF_MULTIPLIER ** retries, MAX_BACKOFF_MS);
    const wait = Math.max(backoff * (0.5 + random() / 2), outcome.retryAfterMs ?? 0);
    if (monotonicNow() + wait > end) return { outcome, retries };
    await sleep(wait);
  }
};
