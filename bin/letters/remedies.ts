import type { FailureType } from '../../lambdas/forwarding/failure-type.ts';
import type { Pipeline } from '../../lambdas/function-settings.ts';

/**
 * `error.type` of a dead letter. `none`: the function did not send it, so it carries no reason. SQS moved it after 300
 * receives, or EventBridge could not deliver it.
 */
export type LetterType = FailureType | 'none';

export interface Remedy {
  readonly text: string;
  /** The next step with the letter. */
  readonly verb: 'retry' | 'drop';
}

const SCOUT_REFUSES = 'error.message says what Scout, the token endpoint or S3 responded';

const REMEDIES: Readonly<Record<LetterType, Remedy | Readonly<Record<Pipeline, Remedy>>>> = {
  object_gone: {
    text: 'the object was deleted before it was forwarded: nothing can be done unless it is uploaded again',
    verb: 'drop',
  },
  access_denied: {
    text: "let the function read the object: the bucket's policy, or the policy of its encryption key",
    verb: 'retry',
  },
  corrupt_gzip: {
    text: 'the object is damaged; whole lines before the fault were sent. Upload it again if there is a good copy: a new object has its own event',
    verb: 'drop',
  },
  wrong_format: {
    metrics: {
      text: "the prefix metrics/ holds something else: set the metric stream's output format to JSON",
      verb: 'drop',
    },
    logs: { text: 'the prefix holds an object that is not a log: move it elsewhere', verb: 'drop' },
  },
  unsupported_format: {
    text: 'let AWS deliver this log as plain text or gzip',
    verb: 'drop',
  },
  unreadable_message: {
    text: 'something sent the queue a message that is not an event: stop the sender',
    verb: 'drop',
  },
  undelivered: { text: SCOUT_REFUSES, verb: 'retry' },
  object_unreadable: { text: SCOUT_REFUSES, verb: 'retry' },
  rejected_not_kept: { text: 'let the function write under rejected/ in its bucket', verb: 'retry' },
  internal_error: {
    text: 'a defect of the forwarder: report error.message, and retry after an upgrade',
    verb: 'retry',
  },
  out_of_time: { text: 'the object was never begun', verb: 'retry' },
  not_queued: { text: 'let the function send to its own queue', verb: 'retry' },
  none: {
    text: "the function crashed or ran out of time on it at each receive: its log's ERROR lines say why",
    verb: 'retry',
  },
};

/** The remedy for dead letters of a type. A type of a later version has no entry. */
export const remedyFor = (type: string, pipeline: Pipeline): Remedy => {
  const remedy = Object.hasOwn(REMEDIES, type) ? REMEDIES[type as LetterType] : undefined;
  if (remedy === undefined) return { text: 'error.message says what to fix', verb: 'retry' };
  return 'verb' in remedy ? remedy : remedy[pipeline];
};
