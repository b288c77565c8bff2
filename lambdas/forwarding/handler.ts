import type { SQSBatchResponse } from 'aws-lambda';
import type { Pipeline, Settings } from '../settings.ts';
import type { Edges } from './edges.ts';
import { internalReason } from './ending.ts';
import { type Listing, listingOf, messagesOf } from './events.ts';
import type { FormatOf } from '../format.ts';
import { isShortOfTime } from './forward.ts';
import { emfLine, openReport } from './ledger.ts';
import { type Listed, list, queueWorks } from './listing.ts';
import { forwardMessage, type Invocation } from './message.ts';
import type { Work } from './work.ts';

/** The part of Lambda's context that is used. */
export interface LambdaContext {
  readonly getRemainingTimeInMillis: () => number;
}

export type Handler = (event: unknown, context: LambdaContext) => Promise<SQSBatchResponse | Listed>;

/**
 * The handler of a pipeline: finds the work in the event, forwards it, and accounts for all of it.
 * @param connect makes the edges at the first invocation, so that importing never throws
 */
export const createHandler = (
  pipeline: Pipeline,
  connect: (pipeline: Pipeline) => Edges,
  formats: (settings: Settings) => FormatOf,
): Handler => {
  let connected: Pick<Invocation, 'edges' | 'formatOf'> | undefined;
  return async (event, context) => {
    if (connected === undefined) {
      const edges = connect(pipeline);
      connected = { edges, formatOf: butRejected(edges.settings, formats(edges.settings)) };
    }
    const { edges } = connected;
    const report = openReport();
    const invocation = { ...connected, remainingMs: () => context.getRemainingTimeInMillis(), report };
    try {
      const listing = listingOf(event);
      return await (listing === undefined
        ? forwardEvent(event, invocation)
        : forwardListing(listing, invocation));
    } finally {
      edges.print(emfLine(pipeline, report, edges.now()));
    }
  };
};

/** Nothing that was rejected is forwarded again by itself; only the bucket that it is kept in has such keys. */
const butRejected = ({ rejected }: Settings, formatOf: FormatOf): Invocation['formatOf'] => {
  const { bucket: own, prefix } = rejected;
  return ({ bucket, key }, size) =>
    key.startsWith(prefix) && bucket === (own ?? bucket) ? { skip: `under ${prefix}` } : formatOf(key, size);
};

/** Forwards one message after the other; answers which of them failed. */
const forwardEvent = async (event: unknown, invocation: Invocation): Promise<SQSBatchResponse> => {
  const batchItemFailures = [];
  for (const message of messagesOf(event)) {
    try {
      if (await forwardMessage(message, invocation)) continue;
    } catch (error) {
      // One message may not take the others with it.
      if (message.sqs === undefined) throw error;
      console.error({ message: 'message failed', messageId: message.sqs.id, error: internalReason(error) });
    }
    if (message.sqs !== undefined) batchItemFailures.push({ itemIdentifier: message.sqs.id });
  }
  return { batchItemFailures };
};

/** Queues what a listing names; forwards it at once where there is no queue. */
const forwardListing = async (listing: Listing, invocation: Invocation): Promise<Listed> => {
  const { edges, formatOf, remainingMs } = invocation;
  const { queueUrl } = edges.settings;
  const forwardNow = async (works: readonly Work[]): Promise<number> => {
    await forwardMessage({ receives: 1, objects: works.map((work) => ({ work })) }, invocation);
    return 0;
  };
  return list(listing, edges, {
    isOurs: (object, size) => !('skip' in formatOf(object, size)),
    isShortOfTime: () => isShortOfTime(remainingMs),
    ...(queueUrl === undefined
      ? { atOnce: 1, take: forwardNow }
      : { atOnce: 100, take: (works) => queueWorks(edges, queueUrl, works) }),
  });
};
