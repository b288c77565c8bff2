import type { SQSBatchResponse } from 'aws-lambda';
import type { Pipeline, FunctionSettings } from '../function-settings.ts';
import type { Dependencies } from './dependencies.ts';
import { listingOf, messagesOf } from './event/messages.ts';
import type { FormatOf } from '../format.ts';
import { emfLine, newInvocationMetrics } from './ledger.ts';
import { type ListResult, processListing } from './process-listing.ts';
import { type Invocation, processMessage } from './process-message.ts';
import { withinLimit } from './limits.ts';
import { createOwnMetrics } from './own-metrics.ts';
import { internalError } from './verdict.ts';

/** The part of Lambda's context that is used. */
export interface LambdaContext {
  readonly getRemainingTimeInMillis: () => number;
  /** Outside AWS there may be none. */
  readonly invokedFunctionArn?: string;
}

export type Handler = (event: unknown, context: LambdaContext) => Promise<SQSBatchResponse | ListResult>;

/**
 * The handler of a pipeline: finds the work in the event, forwards it, and accounts for all of it.
 * @param connect makes the dependencies at the first invocation, so that importing never throws
 */
export const createHandler = (
  pipeline: Pipeline,
  connect: (pipeline: Pipeline) => Dependencies,
  formats: (settings: FunctionSettings) => FormatOf,
): Handler => {
  const begin = () => {
    const dependencies = connect(pipeline);
    const { settings } = dependencies;
    const formatOf = butRejected(settings, formats(settings));
    return { dependencies, formatOf, sendOwnMetrics: createOwnMetrics(pipeline, dependencies) };
  };
  let begun: ReturnType<typeof begin> | undefined;
  return async (event, context) => {
    const { formatOf, sendOwnMetrics, ...connected } = (begun ??= begin());
    const remainingMs = (): number => context.getRemainingTimeInMillis();
    const dependencies = withinLimit(connected.dependencies, remainingMs);
    const metrics = newInvocationMetrics();
    const invocation = { dependencies, formatOf, remainingMs, metrics };
    try {
      const listing = listingOf(event);
      return await (listing === undefined
        ? processEvent(event, invocation)
        : processListing(listing, invocation));
    } finally {
      dependencies.print(emfLine(pipeline, metrics, dependencies.now()));
      await sendOwnMetrics(metrics, { functionArn: context.invokedFunctionArn, remainingMs });
    }
  };
};

/** Skips objects under the rejected prefix, which only the bucket that stores rejected records has. */
const butRejected = ({ rejected }: FunctionSettings, formatOf: FormatOf): Invocation['formatOf'] => {
  const { bucket: own, prefix } = rejected;
  return ({ bucket, key }, size) =>
    key.startsWith(prefix) && bucket === (own ?? bucket) ? { skip: `under ${prefix}` } : formatOf(key, size);
};

/** Processes one message after the other. */
const processEvent = async (event: unknown, invocation: Invocation): Promise<SQSBatchResponse> => {
  const batchItemFailures = [];
  for (const message of messagesOf(event)) {
    try {
      if (await processMessage(message, invocation)) continue;
    } catch (error) {
      // One failing message must not fail the batch.
      if (message.sqs === undefined) throw error;
      console.error({
        message: 'message failed',
        messageId: message.sqs.id,
        error: internalError(error).reason,
      });
    }
    if (message.sqs !== undefined) batchItemFailures.push({ itemIdentifier: message.sqs.id });
  }
  return { batchItemFailures };
};
