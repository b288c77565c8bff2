/** Data later than this, since it was measured or logged, raises an alarm. In seconds. */
export const LATE_SECONDS = 15 * 60;
