import type { Outcome } from './outcome.ts';

export interface RetryDependencies {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** No retry begins later than this after the first request. */
export const RETRY_WITHIN_MS = 20_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const GROWTH = 2;
/** A request with less than this to its deadline would only time out. */
export const LEAST_TIME_MS = 1_000;

/**
 * Repeats a request while its outcome is `retryable`: exponential backoff with jitter, never sooner than `Retry-After`
 * says, and not at all where the next wait would end too late. The last outcome counts.
 * @param deadline milliseconds since the epoch, which nothing may reach past
 */
export const retrying = async (
  attempt: () => Promise<Outcome>,
  deadline: number,
  { now, sleep, random }: RetryDependencies,
): Promise<{ readonly outcome: Outcome; readonly retries: number }> => {
  const end = Math.min(now() + RETRY_WITHIN_MS, deadline - LEAST_TIME_MS);
  for (let retries = 0; ; retries += 1) {
    const outcome = await attempt();
    if (outcome.type !== 'retryable') return { outcome, retries };
    const backoff = Math.min(FIRST_WAIT_MS * GROWTH ** retries, LONGEST_WAIT_MS);
    const wait = Math.max(backoff * (0.5 + random() / 2), outcome.retryAfterMs ?? 0);
    if (now() + wait > end) return { outcome, retries };
    await sleep(wait);
  }
};
