import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { constants, crc32, createGzip, deflateRawSync } from 'node:zlib';
import { albLine } from '../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS } from '../../bin/local/samples/alb-traffic.ts';
import { metricLine } from '../../bin/local/samples/metric-lines.ts';
import { accountSeries } from '../../bin/local/samples/metric-series.ts';
import { random as seeded } from '../../bin/local/samples/random.ts';
import { albKey, metricKey } from '../../bin/local/samples/hour.ts';

/** An object to measure with: gzip on disk. */
export interface BenchObject {
  readonly key: string;
  readonly path: string;
  readonly lines: number;
  /** Decompressed. */
  readonly bytes: number;
}

const MB = 1e6;
const START = Date.UTC(2026, 0, 15, 12);
const BLOCK_BYTES = 32 * MB;

/** Random lines up to this many bytes; all of them differ. */
export const albObject = (megabytes: number): Promise<BenchObject> =>
  cached(`alb-${megabytes}mb`, albKey(seeded(1), BALANCER, START), (write) =>
    write(chunks(megabytes * MB, albLines(megabytes))),
  );

/**
 * The same with brackets around clients' IPv6 addresses, which ALB does not write: the Collector's decoder refuses an
 * object where they are missing.
 */
export const bracketedAlbObject = (megabytes: number): Promise<BenchObject> =>
  cached(`alb-bracketed-${megabytes}mb`, albKey(seeded(1), BALANCER, START), (write) =>
    write(chunks(megabytes * MB, bracketed(albLines(megabytes)))),
  );

/** An object of some ten lines. */
export const smallObject = (pipeline: Pipeline): Promise<BenchObject> =>
  pipeline === 'logs'
    ? cached('alb-small', albKey(seeded(4), BALANCER, START), (write) => write(chunks(8000, albLines(4))))
    : cached('metrics-small', metricKey(seeded(4), START), (write) => write(chunks(4000, metricLines(4))));

/** An object of gigabytes. */
export const largeObject = (pipeline: Pipeline, gigabytes: number): Promise<BenchObject> =>
  pipeline === 'logs'
    ? repeated(`alb-${gigabytes}gb`, albKey(seeded(2), BALANCER, START), gigabytes, albLines(7))
    : repeated(`metrics-${gigabytes}gb`, metricKey(seeded(2), START), gigabytes, metricLines(7));

/**
 * One gzip member: a block of 32 MB of random lines over and over. Deflate looks back 32 KiB only, so a repeated block
 * costs what a new one would.
 */
const repeated = (
  name: string,
  key: string,
  gigabytes: number,
  lines: Iterable<string>,
): Promise<BenchObject> =>
  cached(name, key, async (_, path) => {
    const block = Buffer.concat([...chunks(BLOCK_BYTES, lines)]);
    const deflated = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
    const count = Math.ceil((gigabytes * 1e9) / block.length);
    let checksum = 0;
    for (let index = 0; index < count; index++) checksum = crc32(block, checksum);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(checksum, 0);
    trailer.writeUInt32LE((count * block.length) % 2 ** 32, 4);
    const parts = [GZIP_HEADER, ...Array<Buffer>(count).fill(deflated), deflateRawSync(''), trailer];
    await pipeline(Readable.from(parts), createWriteStream(path));
    return { lines: count * linesIn(block), bytes: count * block.length };
  });

/** Metric-stream objects of 5 MB each, which is what Data Firehose buffers at most in the deployed stack. */
export const metricObjects = (megabytes: number): Promise<readonly BenchObject[]> =>
  Promise.all(
    Array.from({ length: Math.round(megabytes / 5) }, (_, index) =>
      cached(`metrics-5mb-${index}`, metricKey(seeded(index), START + index * 60_000), (write) =>
        write(chunks(5 * MB, metricLines(index))),
      ),
    ),
  );

const [BALANCER] = LOAD_BALANCERS as [(typeof LOAD_BALANCERS)[number]];

/** RFC 1952: magic, deflate, no name, no time, unknown system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

function* albLines(seed: number): Generator<string> {
  const random = seeded(seed);
  for (let time = START * 1000; ; time += 100 + random.below(3000)) yield albLine(random, BALANCER, time);
}

function* bracketed(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield line.replace(/^(\S+ \S+ \S+) ([^ []+:[^ []+):(\d+) /, '$1 [$2]:$3 ');
}

function* metricLines(seed: number): Generator<string> {
  const random = seeded(seed);
  const series = accountSeries(seeded(3), 100);
  for (let minute = 0; ; minute++) {
    for (let index = 0; index < series.length; index++) {
      yield metricLine(random, random.pick(series), START + (seed + minute) * 60_000);
    }
  }
}

function* chunks(bytes: number, lines: Iterable<string>): Generator<Buffer> {
  let text = '';
  let written = 0;
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < MB && written + text.length < bytes) continue;
    written += text.length;
    yield Buffer.from(text, 'latin1');
    text = '';
    if (written >= bytes) return;
  }
}

type Write = (chunks: Iterable<Buffer>) => Promise<Pick<BenchObject, 'lines' | 'bytes'>>;

/** The file of that name in a temporary folder; made if it is not there, or if the generators have changed since. */
const cached = async (
  name: string,
  key: string,
  make: (write: Write, path: string) => Promise<Pick<BenchObject, 'lines' | 'bytes'>>,
): Promise<BenchObject> => {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${name}.gz`);
  const about = `${path}.json`;
  if (!existsSync(about)) {
    const unfinished = `${path}.${process.pid}`;
    const counts = await make((chunks) => writeGzip(unfinished, chunks), unfinished);
    renameSync(unfinished, path);
    writeFileSync(about, JSON.stringify(counts));
  }
  return { key, path, ...(JSON.parse(readFileSync(about, 'utf8')) as { lines: number; bytes: number }) };
};

const writeGzip = async (path: string, chunks: Iterable<Buffer>) => {
  let [lines, bytes] = [0, 0];
  const counted = function* () {
    for (const chunk of chunks) {
      lines += linesIn(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(Readable.from(counted()), createGzip(), createWriteStream(path));
  return { lines, bytes };
};

const linesIn = (text: Buffer): number => {
  let lines = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) lines++;
  return lines;
};

const GENERATORS = [
  'data.ts',
  '../../bin/local/samples/random.ts',
  '../../bin/local/samples/alb-lines.ts',
  '../../bin/local/samples/alb-traffic.ts',
  '../../bin/local/samples/metric-lines.ts',
  '../../bin/local/samples/metric-series.ts',
];

const FOLDER = join(
  tmpdir(),
  'scout-forwarder-bench',
  GENERATORS.reduce(
    (hash, name) => hash.update(readFileSync(new URL(name, import.meta.url))),
    createHash('sha256'),
  )
    .digest('hex')
    .slice(0, 12),
);
