import { BACKOFF, TRUSTED_RETRY_AFTERS } from '../limits.ts';

/**
 * Seconds to wait before the next try: as long as Scout asked for, else between half and all of a minute doubled with
 * each try up to 15 minutes; always between 30 seconds and an hour. After ten tries `Retry-After` only lengthens it.
 * @param tries tries so far, from 1
 * @param random a number in [0, 1)
 */
export const backoffSeconds = (tries: number, retryAfterMs: number | undefined, random: number): number => {
  const ceiling = Math.min(BACKOFF.max, BACKOFF.initial * 2 ** (tries - 1));
  const backoff = ceiling * (0.5 + random / 2);
  const asked = retryAfterMs === undefined ? backoff : retryAfterMs / 1000;
  const seconds = tries > TRUSTED_RETRY_AFTERS ? Math.max(asked, backoff) : asked;
  return Math.ceil(Math.min(BACKOFF.mostWait, Math.max(BACKOFF.leastWait, seconds)));
};
