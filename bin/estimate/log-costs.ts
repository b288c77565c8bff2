import type { StackSettings } from '../../lib/settings.ts';
import { CPU_SECONDS_PER_GB, lambdaGbSeconds } from '../shared/measured.ts';
import { monthsStored, objectRequests, type Quantities } from './item.ts';
import type { LogUsage, Sent } from './usage.ts';

/** Billed amounts of a log. */
export const logQuantities = (
  { objects, written, stored }: LogUsage,
  { records, bytes }: Sent,
  settings: StackSettings,
): Quantities => {
  // Objects of an existing bucket are paid for already.
  const isOurs = settings.albLogBucketName === undefined;
  const cpuSeconds = (written / 1e9) * CPU_SECONDS_PER_GB.logs;
  return {
    perMillionScoutLogRecords: records,
    perGbOut: bytes,
    perLambdaGbSecond: lambdaGbSeconds(cpuSeconds, objects, settings.albMemory),
    ...objectRequests(objects),
    perMillionS3Puts: isOurs ? objects : 0,
    perS3GbMonth: isOurs ? stored * monthsStored(settings) : 0,
  };
};
