import type { Dependencies } from './dependencies.ts';

/** Requests in flight at once, chosen by dollars per GB of log: docs/cost.md has the table. */
export const IN_FLIGHT = 4;

/** Requests beyond the first that finding invalid lines may take, per work item and invocation. */
export const ISOLATION_REQUESTS = 64;

/**
 * Parts into which a batch is divided at most, per invocation: the lines after them go back as one range. It bounds the
 * requests at a Scout that accepts a few kilobytes only, and the items on the queue where nothing can be stored.
 */
export const MAX_PARTS = 64;

/** With less time left than this, nothing is begun. */
export const SHORT_OF_TIME_MS = 15_000;

/** A POST ends this long before the function's limit: the bookkeeping needs the time. */
export const BOOKKEEPING_MS = 5_000;

/**
 * Milliseconds before the function's limit at which each AWS call is aborted. A call that stalls leaves time for the ones
 * after it: what cannot be stored is queued, what cannot be queued stays in its message.
 */
export const ABORT_BEFORE_LIMIT_MS = {
  open: 10_000,
  put: 4_000,
  send: 2_500,
  changeVisibility: 1_500,
  remove: 1_000,
} as const;

/** Milliseconds for the SDK to connect, and to the head of a response; the SDK tries three times. */
export const AWS_TIMEOUTS_MS = { connect: 2_000, response: 5_000 } as const;

/**
 * Receives after which SQS moves a message to the dead-letter queue. With waits that grow to 15 minutes these take more
 * than two days: an outage of a day does not empty the queue into the dead-letter queue.
 */
export const MAX_RECEIVE_COUNT = 300;

/** From this receive on, the function may have crashed before: it sends one batch and queues the rest. */
export const SINGLE_BATCH_RECEIVE = 3;

/** Seconds that a queue can delay a message: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html */
export const MAX_QUEUE_DELAY = 900;

/** Seconds before the next try. */
export const BACKOFF = { initial: 60, max: 900, leastWait: 30, mostWait: 3600 } as const;

/** Tries for which a short `Retry-After` is honoured; after them the backoff wins, or a long outage would use up the receives. */
export const TRUSTED_RETRY_AFTERS = 10;

/** Gauges about the forwarder: between two pairs of points of one execution environment, and for the one try. */
export const OWN_METRICS_MS = { interval: 60_000, timeout: 1_000 } as const;

/** Limits of one invocation. */
export interface InvocationLimits {
  /** Milliseconds until Lambda stops the function. */
  readonly remainingMs: () => number;
  /** The message's receive count; 1 where there is no message. */
  readonly receives: number;
}

/** Whether it is too late to begin something. */
export const isShortOfTime = ({ remainingMs }: Pick<InvocationLimits, 'remainingMs'>): boolean =>
  remainingMs() < SHORT_OF_TIME_MS;

/** The dependencies of one invocation: whatever stalls, no AWS call outlives the function. */
export const withinLimit = (dependencies: Dependencies, remainingMs: () => number): Dependencies => {
  const { objects, queue } = dependencies;
  const before = (call: keyof typeof ABORT_BEFORE_LIMIT_MS): AbortSignal =>
    AbortSignal.timeout(Math.max(0, Math.floor(remainingMs() - ABORT_BEFORE_LIMIT_MS[call])));
  return {
    ...dependencies,
    objects: {
      ...objects,
      open: async (object) => objects.open(object, before('open')),
      put: async (bucket, key, body) => objects.put(bucket, key, body, before('put')),
      remove: async (object) => objects.remove(object, before('remove')),
    },
    queue: {
      send: async (queueUrl, messages) => queue.send(queueUrl, messages, before('send')),
      changeVisibility: async (queueUrl, receiptHandle, seconds) =>
        queue.changeVisibility(queueUrl, receiptHandle, seconds, before('changeVisibility')),
    },
  };
};
