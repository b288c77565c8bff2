import { compress } from '../../../lambdas/scout/compression.ts';
import { gunzipSync, gzipSync } from 'node:zlib';
import { albFormat } from '../factories/log-formats.ts';
import type { QueueMessage } from '../../../lambdas/aws/queue.ts';
import type { Dependencies } from '../../../lambdas/forwarding/dependencies.ts';
import { createHandler } from '../../../lambdas/forwarding/handler.ts';
import { metricStreamFormat } from '../../../lambdas/metric-stream/format.ts';
import { type Pipeline, readFunctionSettings } from '../../../lambdas/function-settings.ts';

/**
 * A program that forwards one made-up object of a given size, all of its lines the same, and prints its result and
 * how much memory that took. Arguments: pipeline, code of the byte, gibibytes, `gzip` or `plain`.
 */
export interface Forwarded {
  /** Seconds. */
  readonly seconds: number;
  /** Resident memory at its peak, less what the process had when it began; in bytes. */
  readonly memory: number;
  readonly failures: number;
  /** Uncompressed bytes of each request. */
  readonly requests: readonly number[];
  readonly deadLetters: readonly QueueMessage[];
  /** Length of each kept file. */
  readonly kept: readonly number[];
  readonly account: Readonly<Record<string, unknown>>;
}

const [pipeline = 'metrics', code = '0', gibibytes = '1', encoding = 'gzip'] = process.argv.slice(2);
const MEMBER = 64 * 1024 * 1024;
const piece = Buffer.alloc(MEMBER, Number(code));
const member = encoding === 'gzip' ? gzipSync(piece) : piece;

async function* bytes(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < Number(gibibytes) * 1024 ** 3; sent += MEMBER)
    for (let from = 0; from < member.length; from += 65_536) yield member.subarray(from, from + 65_536);
}

const requests: number[] = [];
const deadLetters: QueueMessage[] = [];
const kept: number[] = [];
let account = {};
console.info = (line: object) => {
  if ('read' in line) account = line;
};
console.warn = console.info;

const dependencies: Dependencies = {
  settings: readFunctionSettings({
    SCOUT_ENDPOINT: 'https://scout.example.com',
    SCOUT_TOKEN_URL: 'https://scout.example.com/token',
    SCOUT_SECRET_NAME: 'secret',
    REJECTED_BUCKET: 'kept',
    OWN_METRICS: 'false',
    QUEUE_URL: 'work',
    DEAD_LETTER_QUEUE_URL: 'dead letters',
  }),
  objects: {
    open: async () => ({ etag: 'e', bytes: bytes() }),
    list: async function* () {},
    put: async (_bucket, _key, body) => void kept.push(body.length),
    remove: async () => {},
  },
  queue: {
    send: async (_queueUrl, messages) => void deadLetters.push(...messages),
    changeVisibility: async () => {},
  },
  scout: {
    compress: async (request) => compress('gzip', request, 'logs'),
    export: async (_path, body) => {
      requests.push(gunzipSync(body.bytes).length);
      return {
        outcome: { type: 'accepted', rejected: 0, message: '' },
        requests: 1,
        retries: 0,
        bytes: body.bytes.length,
      };
    },
  },
  now: Date.now,
  monotonicNow: () => performance.now(),
  random: Math.random,
  print: () => {},
};
const handler = createHandler(
  pipeline as Pipeline,
  () => dependencies,
  (settings) => () => (pipeline === 'metrics' ? metricStreamFormat(settings) : albFormat(settings)),
);

const body = JSON.stringify({ bucket: 'b', key: 'k.log.gz' });
const event = { Records: [{ eventSource: 'aws:sqs', messageId: '1', receiptHandle: '1', body }] };
const before = process.memoryUsage.rss();
const started = performance.now();
const result = await handler(event, { getRemainingTimeInMillis: () => 900_000 });
const forwarded: Forwarded = {
  seconds: (performance.now() - started) / 1000,
  memory: process.resourceUsage().maxRSS * 1024 - before,
  failures: 'batchItemFailures' in result ? result.batchItemFailures.length : -1,
  requests,
  deadLetters,
  kept,
  account,
};
process.stdout.write(JSON.stringify(forwarded));
