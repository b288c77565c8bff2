// Measured at the default settings; docs/cost.md shows how.

/** CPU seconds of a whole pipeline per GB of log or metric stream, decompressed: `npm run bench -- --cost`. */
export const CPU_SECONDS_PER_GB = { logs: 23.7, metrics: 13.5 } as const;

/** Bytes of a line of an access log and of a data point, of the sample lines of `npm start`. */
export const LINE_BYTES = {
  logs: { written: 686, stored: 102, sent: 204 },
  metrics: { written: 346, stored: 44, sent: 32 },
} as const;

/** Bytes of one log line or data point on its way. */
export interface LineBytes {
  /** As AWS writes it. */
  readonly written: number;
  /** In the bucket, compressed by AWS. */
  readonly stored: number;
  /** As the function sends it, compressed. */
  readonly sent: number;
}

/** Waiting per object: GetObject until its first byte, and one POST. Assumed, not measured. */
const SECONDS_PER_OBJECT = 0.15;

/** Lambda gives a function one vCPU at this memory size, and less or more in proportion. */
const MB_OF_ONE_VCPU = 1769;

/** SQS requests per object: S3's send, a receive and a delete. */
export const SQS_REQUESTS_PER_OBJECT = 3;

/** Seconds that a function of this memory size runs for so much CPU and so many objects, one after the other. */
export const lambdaSeconds = (cpuSeconds: number, objects: number, megabytes: number): number =>
  cpuSeconds * Math.max(MB_OF_ONE_VCPU / megabytes, 1) + objects * SECONDS_PER_OBJECT;

/** GB-seconds that Lambda bills for them. */
export const lambdaGbSeconds = (cpuSeconds: number, objects: number, megabytes: number): number =>
  lambdaSeconds(cpuSeconds, objects, megabytes) * (megabytes / 1024);
