import { gzipSync } from 'node:zlib';
import { ACCOUNT, type LoadBalancer, REGION } from '../alb-traffic.ts';
import type { Random } from '../random.ts';

/** A log that AWS writes for five minutes. */
export interface SampleLog {
  /** Without line ends. */
  readonly lines: readonly string[];
  readonly key: string;
  /** As AWS writes it: gzip for most logs. */
  readonly body: Buffer;
}

export const FIVE_MINUTES = 300_000;

export const gzipLog = (key: string, lines: readonly string[]): SampleLog => ({
  key,
  lines,
  body: gzipSync(textOf(lines)),
});

export const plainLog = (key: string, lines: readonly string[]): SampleLog => ({
  key,
  lines,
  body: Buffer.from(textOf(lines)),
});

/** A log of one node of an Application Load Balancer, beside its access log: `prefix` begins the name. */
export const nodeLog = (
  prefix: string,
  random: Random,
  { name, id }: LoadBalancer,
  start: number,
  lineAt: (time: number) => string,
): SampleLog => {
  const object = `${prefix}_${ACCOUNT}_elasticloadbalancing_${REGION}_app.${name}.${id}_${stamp(start + FIVE_MINUTES)}`;
  return gzipLog(
    `${balancerFolder('logs/alb', start)}/${object}_203.0.113.${1 + random.below(254)}_${random.hex(8)}.log.gz`,
    moments(start, 60).map(lineAt),
  );
};

/** Moments of `count` lines, spread evenly over the five minutes after `start`, in microseconds since the epoch. */
export const moments = (start: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (start + Math.floor((index / count) * FIVE_MINUTES)) * 1000);

/** Folder of the logs that Elastic Load Balancing writes on a day, under a prefix of our bucket. */
export const balancerFolder = (prefix: string, time: number): string =>
  `${prefix}/AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/${new Date(time).toISOString().slice(0, 10).replaceAll('-', '/')}`;

/** `20260131T1205Z`, as the names of objects have it. */
export const stamp = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;

/** `2026-01-31T12:05:00.123456Z`; `time` is in microseconds since the epoch. */
export const isoMicroseconds = (time: number): string => {
  const micros = Math.floor(time % 1000);
  return `${new Date(Math.floor(time / 1000)).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
};

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
