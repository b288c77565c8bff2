import type { ListedObject } from '../../lambdas/aws/objects.ts';
import { costOf, PRICE_OF_RECORDS } from '../../lib/prices.ts';
import { SETTINGS } from '../../lib/settings/settings-table.ts';
import {
  CPU_SECONDS_PER_GB,
  lambdaGbSeconds,
  lambdaSeconds,
  LINE_BYTES,
  SQS_REQUESTS_PER_OBJECT,
} from '../shared/measured.ts';
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

/** Memory of the functions by default. */
const MEMORY_MB = { logs: SETTINGS.albMemory.default, metrics: SETTINGS.metricMemory.default } as const;

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
  const { written, stored, sent } = LINE_BYTES[pipeline];
  const records = bytes / stored;
  const cpuSeconds = ((records * written) / 1e9) * CPU_SECONDS_PER_GB[pipeline];
  const memory = MEMORY_MB[pipeline];
  return {
    minutes: Math.ceil(lambdaSeconds(cpuSeconds, objects, memory) / concurrency / 60),
    aws:
      costOf('perLambdaGbSecond', lambdaGbSeconds(cpuSeconds, objects, memory)) +
      costOf('perGbOut', records * sent) +
      costOf('perMillionS3Gets', objects) +
      costOf('perMillionSqsRequests', SQS_REQUESTS_PER_OBJECT * objects) +
      costOf('perMillionLambdaRequests', objects),
    scout: costOf(PRICE_OF_RECORDS[pipeline], records),
  };
};
