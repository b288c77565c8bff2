import type { Dependencies } from './dependencies.ts';

/**
 * Milliseconds before the function's limit at which each AWS call of the bookkeeping is aborted. A call that stalls leaves
 * time for the ones after it: what cannot be stored is queued, what cannot be queued stays in its message.
 */
const ABORT_BEFORE_LIMIT = { put: 4_000, send: 2_500, changeVisibility: 1_500, remove: 1_000 };

/** The dependencies of one invocation: whatever stalls, no call of the bookkeeping outlives the function. */
export const withinLimit = (dependencies: Dependencies, remainingMs: () => number): Dependencies => {
  const { objects, queue } = dependencies;
  const before = (call: keyof typeof ABORT_BEFORE_LIMIT): AbortSignal =>
    AbortSignal.timeout(Math.max(0, Math.floor(remainingMs() - ABORT_BEFORE_LIMIT[call])));
  return {
    ...dependencies,
    objects: {
      ...objects,
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
