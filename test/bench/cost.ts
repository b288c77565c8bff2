import { IN_FLIGHT } from '../../lambdas/forwarding/limits.ts';
import { type Codec, gzip, GZIP_IN_USE, IN_USE, zstd } from './codecs.ts';
import { albObject, type BenchObject, metricObjects } from './data.ts';
import type { Gigabyte } from './gigabyte.ts';
import { dollars, measureGigabyte } from './gigabyte.ts';
import { LAMBDA_INVOCATION, MB_OF_ONE_VCPU, memoryDollars, S3_GET, share, SQS_REQUEST } from './prices.ts';
import { startPeers } from './peers.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { startForwarder } from './whole-path.ts';

const CODECS = [
  ...[1, 3, 6, 9].map(gzip),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(zstd),
  IN_USE.logs,
  IN_USE.metrics,
];
const BATCH_KIB = [256, 1024, 2048, 4096];
const MEMORY_MB = [256, 512, 1024, 1769, 3538];
const OBJECT_MB = [0.1, 1, 10, 100];
const IN_FLIGHT_TRIED = [1, 2, 3, 4, 6, 8];
const ANSWER_MS = [20, 100, 300];
const HOOK = new URL('in-flight.mjs', import.meta.url).href;

/** Send by S3, receive, delete. */
const SQS_REQUESTS_AN_OBJECT = 3;

/** Assumed: GetObject and one POST until their first byte, one after the other. */
const WAIT_SECONDS = 0.15;
const WAITING_MB = 512;

/** Prints dollars per GB of ALB log by what can be chosen. */
export const printCosts = async (): Promise<void> => {
  const log = await albObject(10);
  const bySize: (Gigabyte & { readonly kib: number })[] = [];
  for (const kib of BATCH_KIB) {
    const settings = { BATCH_BYTES: `${kib * 1024}`, BATCH_SIZE: '100000' };
    bySize.push({ kib, ...(await measureGigabyte('logs', [log], CODECS, settings)) });
  }
  printCodecs('log', IN_USE.logs, bySize);
  const largest = bySize.at(-1);
  if (largest !== undefined) printMemory(largest);
  await printInFlight(log);
  await printModes(log);
  printObjects();
  const metrics = await measureGigabyte('metrics', await metricObjects(10), CODECS);
  printCodecs('metric stream', IN_USE.metrics, [{ kib: 4096, ...metrics }]);
};

const printCodecs = (
  what: string,
  inUse: Codec,
  bySize: readonly (Gigabyte & { readonly kib: number })[],
): void => {
  const largest = bySize.at(-1);
  printTable(
    `Dollars per GB of ${what}, Lambda and bytes out, by codec and batch size (in use: ${inUse.name}, else ${GZIP_IN_USE.name})`,
    ['Codec', ...bySize.map(({ kib }) => `${kib} KiB`), 'CPU s/GB', 'MB out/GB', 'Lambda $', 'Bytes out $'],
    CODECS.map((codec) => {
      const compressed = largest?.compressed.get(codec.name);
      const { lambda, out } = largest === undefined ? { lambda: NaN, out: NaN } : dollars(largest, codec);
      return [
        codec.name,
        ...bySize.map((gigabyte) => money(dollars(gigabyte, codec).total)),
        ((largest?.cpuSeconds ?? NaN) + (compressed?.cpuSeconds ?? NaN)).toFixed(1),
        ((compressed?.gigabytes ?? NaN) * 1000).toFixed(0),
        money(lambda),
        money(out),
      ];
    }),
  );
};

/** Beyond one vCPU only compression, which runs beside the rest, gains. */
const printMemory = ({ cpuSeconds, compressed }: Gigabyte): void => {
  const compressing = compressed.get(IN_USE.logs.name)?.cpuSeconds ?? NaN;
  printTable(
    'Memory size: seconds and Lambda dollars per GB of log, without waiting for the network',
    ['MB', 'Seconds', 'Lambda $'],
    MEMORY_MB.map((megabytes) => {
      const inTurn = (cpuSeconds + compressing) / share(megabytes);
      const seconds = Math.max(inTurn, cpuSeconds, compressing);
      return [`${megabytes}`, seconds.toFixed(0), money(memoryDollars(seconds, megabytes))];
    }),
  );
};

/** The function's source itself, with more or fewer requests in flight, against a slow Scout. */
const printInFlight = async (log: BenchObject): Promise<void> => {
  const peers = await startPeers();
  const rows: string[][] = [];
  for (const inFlight of IN_FLIGHT_TRIED) {
    const settings = {
      IN_FLIGHT: `${inFlight}`,
      NODE_OPTIONS: `--import ${HOOK}`,
      PATH: process.env['PATH'] ?? '',
    };
    const forwarder = await startForwarder('logs', [log], peers, settings, 'lambdas/logs.ts');
    await peers.delay(0);
    await forwarder.run();
    const cells = [`${inFlight}`];
    for (const ms of ANSWER_MS) {
      await peers.delay(ms);
      const walls: number[] = [];
      while (walls.length < 3) walls.push((await forwarder.run()).wallMs);
      const seconds = (median(walls) / 1000) * (1e9 / log.bytes);
      cells.push(seconds.toFixed(0), money(memoryDollars(seconds, MB_OF_ONE_VCPU)));
    }
    await forwarder.close();
    rows.push(cells);
  }
  peers.close();
  printTable(
    `Requests in flight: seconds and Lambda dollars per GB of log at ${MB_OF_ONE_VCPU} MB, by Scout's response time (in use: ${IN_FLIGHT})`,
    ['At once', ...ANSWER_MS.flatMap((ms) => [`${ms} ms: s`, '$'])],
    rows,
  );
};

const printModes = async (log: BenchObject): Promise<void> => {
  const rows: string[][] = [];
  for (const ALB_BODY of ['json', 'line', 'none']) {
    for (const ALB_ATTRIBUTES of ['aws', 'semconv', 'both']) {
      const gigabyte = await measureGigabyte('logs', [log], [IN_USE.logs], { ALB_BODY, ALB_ATTRIBUTES });
      const { lambda, out, total } = dollars(gigabyte, IN_USE.logs);
      rows.push([ALB_BODY, ALB_ATTRIBUTES, money(lambda), money(out), money(total)]);
    }
  }
  printTable(
    'What is sent: dollars per GB of log',
    ['ALB_BODY', 'ALB_ATTRIBUTES', 'Lambda $', 'Bytes out $', 'Both $'],
    rows,
  );
};

const printObjects = (): void => {
  printTable(
    `Size of an object, decompressed: dollars per GB of log for what each object costs (${WAIT_SECONDS} s of waiting at ${WAITING_MB} MB)`,
    ['MB', 'Objects', 'Invocations $', 'Waiting $', 'S3 GET $', 'SQS $'],
    OBJECT_MB.map((megabytes) => {
      const objects = 1000 / megabytes;
      const waiting = memoryDollars(WAIT_SECONDS, WAITING_MB);
      const prices = [LAMBDA_INVOCATION, waiting, S3_GET, SQS_REQUEST * SQS_REQUESTS_AN_OBJECT];
      return [`${megabytes}`, objects.toFixed(0), ...prices.map((price) => money(objects * price))];
    }),
  );
};

const money = (value: number): string => value.toFixed(5);
