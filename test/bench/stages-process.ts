import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip, gzipSync } from 'node:zlib';
import { albFormat } from '../../lambdas/alb/format.ts';
import { batches } from '../../lambdas/forwarding/batches.ts';
import { blocks } from '../../lambdas/forwarding/blocks.ts';
import { GZIP } from '../../lambdas/forwarding/deliver.ts';
import { metricStreamFormat } from '../../lambdas/metric-stream/format.ts';
import { readSettings } from '../../lambdas/settings.ts';
import type { StagesTask, Stages } from './stages.ts';

/** Does each stage of the way by itself, and reports the CPU that it took. */
const { pipeline, folder, objects } = JSON.parse(process.argv[2] ?? '') as StagesTask;
const isMetrics = pipeline === 'metrics';
const compressed = objects.map(({ path }) => readFileSync(path));
const requests = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
const settings = readSettings(
  {
    SCOUT_ENDPOINT: 'https://scout.example.com',
    SCOUT_TOKEN_URL: 'https://scout.example.com/token',
    SCOUT_SECRET_NAME: 'bench',
  },
  pipeline,
);
const format = isMetrics ? metricStreamFormat(settings) : albFormat(settings);

const cpuOf = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const gunzip = async (object: Buffer, onChunk: (chunk: Buffer) => void): Promise<void> => {
  const stream = createGunzip({ chunkSize: 256 * 1024 });
  stream.end(object);
  for await (const chunk of stream) onChunk(chunk as Buffer);
};

const parseLines = (text: string): void => {
  for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
};

const plain = (text: string): number => {
  let bytes = 0;
  for (const line of text.split('\n')) {
    const fields: unknown =
      isMetrics && line !== '' ? JSON.parse(line) : Object.assign({}, line.match(/"[^"]*"|[^ ]+/g));
    bytes += Buffer.from(JSON.stringify(fields)).length;
  }
  return bytes;
};

const encode = async (key: string, chunks: Iterable<Buffer>): Promise<void> => {
  const encoder = format.encoder({ bucket: 'bench', key, etag: 'bench' }, Date.now(), settings.batch);
  const source = blocks(inTurn(chunks));
  for await (const _ of batches(source, { fromLine: 1 }, settings.batch, async () => encoder));
};

async function* inTurn(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

const measure = async (): Promise<Stages> => {
  // By themselves and first: little garbage of theirs, and none of the others', is cleared up while they are measured.
  const gunzipMs = await cpuOf(async () => {
    for (const object of compressed) await gunzip(object, () => undefined);
  });
  const gzipMs = await cpuOf(() => {
    for (const request of requests) gzipSync(request, GZIP);
  });
  let [parseMs, encodeMs, plainMs] = [0, 0, 0];
  for (const [index, object] of compressed.entries()) {
    const chunks: Buffer[] = [];
    await gunzip(object, (chunk) => chunks.push(chunk));
    if (isMetrics) parseMs += await cpuOf(() => parseLines(Buffer.concat(chunks).toString('utf8')));
    plainMs += await cpuOf(() => plain(Buffer.concat(chunks).toString('latin1')));
    encodeMs += await cpuOf(() => encode(objects[index]?.key ?? '', chunks));
  }
  return { gunzipMs, parseMs, encodeMs, plainMs, gzipMs };
};

process.on('message', () => void measure().then((stages) => process.send?.(stages)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
