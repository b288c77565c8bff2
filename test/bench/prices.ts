import { costOf, PRICES } from '../../lib/prices.ts';

export const LAMBDA_INVOCATION = costOf('perMillionLambdaRequests', 1);
export const S3_GET = costOf('perMillionS3Gets', 1);
export const SQS_REQUEST = costOf('perMillionSqsRequests', 1);
export const GB_OUT = PRICES.perGbOut;

/** Lambda gives a function one vCPU at this memory size, and shares in proportion. */
export const MB_OF_ONE_VCPU = 1769;

export const memoryDollars = (seconds: number, megabytes: number): number =>
  costOf('perLambdaGbSecond', seconds * (megabytes / 1024));

/** A CPU second costs the same at every memory size up to one vCPU: half the share takes twice the seconds. */
export const cpuDollars = (cpuSeconds: number): number => memoryDollars(cpuSeconds, MB_OF_ONE_VCPU);

/** vCPUs of a function. */
export const share = (megabytes: number): number => megabytes / MB_OF_ONE_VCPU;
