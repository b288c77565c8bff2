// Measured by `npm run bench -- --cost` at the default settings; docs/cost.md has its tables.

/** CPU seconds of a whole pipeline per GB of log or metric stream, decompressed. */
export const CPU_SECONDS_PER_GB = { logs: 23.7, metrics: 13.5 } as const;

/** Waiting per object: GetObject until its first byte, and one POST. Assumed, not measured. */
export const SECONDS_PER_OBJECT = 0.15;

/** Lambda gives a function one vCPU at this memory size, and less or more in proportion. */
const MB_OF_ONE_VCPU = 1769;

/** SQS requests per object: S3's send, a receive and a delete. */
export const SQS_REQUESTS_PER_OBJECT = 3;

/** GB-seconds that Lambda bills for so much CPU and so many objects at this memory size. */
export const lambdaGbSeconds = (cpuSeconds: number, objects: number, megabytes: number): number => {
  const seconds = cpuSeconds * Math.max(MB_OF_ONE_VCPU / megabytes, 1) + objects * SECONDS_PER_OBJECT;
  return seconds * (megabytes / 1024);
};
