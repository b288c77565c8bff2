/** Dollars in us-east-1, arm64, from the price lists of Lambda, S3, SQS and EC2 (data transfer out), first tier. */
export const LAMBDA_GB_SECOND = 0.0000133334;
export const LAMBDA_INVOCATION = 0.2 / 1e6;
export const S3_GET = 0.0004 / 1000;
export const SQS_REQUEST = 0.4 / 1e6;
export const GB_OUT = 0.09;

/** Lambda gives a function one vCPU at this memory size, and shares in proportion. */
export const MB_OF_ONE_VCPU = 1769;

export const memoryDollars = (seconds: number, megabytes: number): number =>
  seconds * (megabytes / 1024) * LAMBDA_GB_SECOND;

/** A CPU second costs the same at every memory size up to one vCPU: half the share takes twice the seconds. */
export const cpuDollars = (cpuSeconds: number): number => memoryDollars(cpuSeconds, MB_OF_ONE_VCPU);

/** vCPUs of a function. */
export const share = (megabytes: number): number => megabytes / MB_OF_ONE_VCPU;
