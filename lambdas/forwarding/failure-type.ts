/**
 * Why work was not delivered: `error.type` of a dead letter, and of the missing lines in an object's log line. A type
 * without a remedy does not compile (bin/letters/remedies.ts).
 */
export const FAILURE_TYPES = [
  /** The object was deleted before it was forwarded. */
  'object_gone',
  /** S3 does not let the function read it. */
  'access_denied',
  /** gzip is corrupt or cut off; whole lines before the fault were sent. */
  'corrupt_gzip',
  /** The object is not what its prefix says. */
  'wrong_format',
  /** The log is of a kind that is forwarded, but in a form that is not. */
  'unsupported_format',
  /** The message is not an event or a work item. */
  'unreadable_message',
  /** Scout or the token endpoint did not accept it. */
  'undelivered',
  /** S3 failed while the object was read. */
  'object_unreadable',
  /** Rejected records could not be stored. */
  'rejected_not_kept',
  /** A defect of the forwarder. */
  'internal_error',
  /** Time ran out before the object was begun. */
  'out_of_time',
  /** SQS did not accept the lines that go back to the queue. */
  'not_queued',
] as const;

export type FailureType = (typeof FAILURE_TYPES)[number];
