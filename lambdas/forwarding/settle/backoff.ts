/**
 * How often SQS hands out a message before it moves it to the dead-letter queue. With waits that grow to 15 minutes this
 * is more than two days: an outage of a day does not empty the queue into the dead-letter queue.
 */
export const MAX_RECEIVE_COUNT = 300;

/** From this receive on, the function may have crashed before: it sends one batch and queues the rest. */
export const CAUTIOUS_RECEIVE = 3;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html */
export const MAX_DELAY_SECONDS = 900;

const LEAST_SECONDS = 30;
const MOST_SECONDS = 3600;
const FIRST_SECONDS = 60;
const LAST_SECONDS = 900;

/** So often a short `Retry-After` is believed: an outage of a day that goes on promising a second must not use up the receives. */
const BELIEVED_TRIES = 10;

/**
 * Seconds to wait before the next try: as long as Scout asked for, else between half and all of a minute doubled with
 * each try up to 15 minutes; always between 30 seconds and an hour. After ten tries what Scout asks for only lengthens it.
 * @param tries how often it was tried, from 1
 * @param random a number in [0, 1)
 */
export const secondsToWait = (tries: number, retryAfterMs: number | undefined, random: number): number => {
  const ceiling = Math.min(LAST_SECONDS, FIRST_SECONDS * 2 ** (tries - 1));
  const backoff = ceiling * (0.5 + random / 2);
  const asked = retryAfterMs === undefined ? backoff : retryAfterMs / 1000;
  const seconds = tries > BELIEVED_TRIES ? Math.max(asked, backoff) : asked;
  return Math.ceil(Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds)));
};
