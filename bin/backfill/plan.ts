import type { ListedObject } from '../../lambdas/aws/objects.ts';
import { costOf, PRICE_OF_RECORDS } from '../../lib/prices.ts';
import type { Target } from './target.ts';

/** Size of a backfill. */
export interface Plan {
  readonly objects: number;
  /** As they are in the bucket, compressed. */
  readonly bytes: number;
  /** Objects under the prefix that the function does not forward. */
  readonly skipped: number;
}

/** Counts the objects that the pipeline forwards. */
export const planOf = async (
  found: AsyncIterable<ListedObject>,
  isForwarded: Target['isForwarded'],
): Promise<Plan> => {
  let [objects, bytes, skipped] = [0, 0, 0];
  for await (const object of found) {
    if (isForwarded(object)) {
      objects++;
      bytes += object.size;
    } else skipped++;
  }
  return { objects, bytes, skipped };
};

/**
 * Per GB of ALB log as the load balancer writes it, at the defaults: docs/cost.md. Metrics take less of AWS, so their
 * estimate is an upper bound.
 */
export const MEASURED = { seconds: 61.7, megabytesOut: 362, gigabytesInBucket: 0.155 } as const;

/** Lambda's memory for logs. */
const MEMORY_GIB = 1769 / 1024;

/** Records per GB in the bucket: log lines of 690 bytes, and metric data as a stream writes them. */
const RECORDS_PER_GB = { logs: 9.35e6, metrics: 26e6 } as const;

/** Seconds that an object takes beside its bytes. */
const SECONDS_PER_OBJECT = 0.1;

/** SQS send, receive and delete. */
const SQS_REQUESTS = 3;

export interface Estimate {
  readonly minutes: number;
  /** Dollars. */
  readonly aws: number;
  /** Dollars. */
  readonly scout: number;
}

/** Rough duration of a plan with this many functions at a time, and its cost at list prices. */
export const estimate = (
  { objects, bytes }: Plan,
  { concurrency, pipeline }: Pick<Target, 'concurrency' | 'pipeline'>,
): Estimate => {
  const gigabytes = bytes / 1e9;
  const seconds = (gigabytes / MEASURED.gigabytesInBucket) * MEASURED.seconds + objects * SECONDS_PER_OBJECT;
  const bytesOut = (gigabytes / MEASURED.gigabytesInBucket) * MEASURED.megabytesOut * 1e6;
  const requests =
    costOf('perMillionS3Gets', objects) +
    costOf('perMillionSqsRequests', SQS_REQUESTS * objects) +
    costOf('perMillionLambdaRequests', objects);
  return {
    minutes: Math.ceil(seconds / concurrency / 60),
    aws: costOf('perLambdaGbSecond', seconds * MEMORY_GIB) + costOf('perGbOut', bytesOut) + requests,
    scout: costOf(PRICE_OF_RECORDS[pipeline], gigabytes * RECORDS_PER_GB[pipeline]),
  };
};
