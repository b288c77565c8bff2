import { encoderFor } from '../support/factories/encoder.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { ACCESS_LOG } from '../../lambdas/alb/access-log.ts';
import { albFormat } from '../support/factories/log-formats.ts';
import { formsOf } from '../../lambdas/log-lines/forms.ts';
import { lineReader } from '../../lambdas/log-lines/line-reader.ts';
import { batches } from '../../lambdas/forwarding/read/batches.ts';
import { blocks } from '../../lambdas/forwarding/read/line-blocks.ts';
import { relaxMajorGc } from '../../lambdas/runtime/gc.ts';
import { metricStreamFormat } from '../../lambdas/metric-stream/format.ts';
import { readLine } from '../../lambdas/metric-stream/line.ts';
import { newSeriesCache } from '../../lambdas/metric-stream/series-cache.ts';
import { lineSource } from '../../lambdas/metric-stream/usual-line.ts';
import { postOnce } from '../../lambdas/scout/http.ts';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { GZIP_IN_USE, IN_USE } from './codecs.ts';
import type { StagesTask, Stages } from './stages.ts';

/** Does each stage of the way by itself, and reports the CPU that it took. */
relaxMajorGc();
const { pipeline, folder, objects, scout } = JSON.parse(process.argv[2] ?? '') as StagesTask;
const isMetrics = pipeline === 'metrics';
const settings = readFunctionSettings({
  SCOUT_ENDPOINT: 'https://scout.example.com',
  SCOUT_TOKEN_URL: 'https://scout.example.com/token',
  SCOUT_SECRET_NAME: 'bench',
});
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

const cache = newSeriesCache(settings);
const [form] = formsOf(ACCESS_LOG, []);
if (form === undefined) throw new Error('no form of lines');
const reader = lineReader(ACCESS_LOG, form, settings.alb);
const tokenize = async (chunks: Iterable<Buffer>): Promise<void> => {
  for await (const { bytes } of blocks(inTurn(chunks))) {
    const source = lineSource(bytes);
    for (let start = 0; start < bytes.length;) {
      const lf = bytes.indexOf(0x0a, start);
      const end = lf < 0 ? bytes.length : lf;
      if (isMetrics) readLine(source, start, end, cache);
      else reader.read(bytes, start, end, false);
      start = end + 1;
    }
  }
};

const encode = async (key: string, chunks: Iterable<Buffer>): Promise<void> => {
  const encoder = encoderFor(format, { bucket: 'bench', key, etag: 'bench' }, Date.now(), settings.batch);
  const source = blocks(inTurn(chunks));
  for await (const _ of batches(source, { fromLine: 1 }, settings.batch, async () => encoder));
};

async function* inTurn(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

const measure = async (): Promise<Stages> => {
  // The least that any forwarder needs comes first and holds little memory: no garbage of other stages is cleared up in it.
  let [gunzipMs, parseMs, tokenizeMs, encodeMs, plainMs] = [0, 0, 0, 0, 0];
  let [gzipMs, gzipBytes, compressMs, compressedBytes, postMs] = [0, 0, 0, 0, 0];
  for (const { path } of objects) {
    const object = readFileSync(path);
    gunzipMs += await cpuOf(() => gunzip(object, () => undefined));
  }
  for (const name of readdirSync(folder)) {
    const request = readFileSync(join(folder, name));
    gzipMs += await cpuOf(() => void (gzipBytes += GZIP_IN_USE.compress(request).length));
    let body: Uint8Array = new Uint8Array();
    compressMs += await cpuOf(() => void (body = IN_USE[pipeline].compress(request)));
    compressedBytes += body.length;
    const signal = AbortSignal.timeout(60_000);
    postMs += await cpuOf(() => postOnce({ url: `${scout}/v1`, headers: {}, body, signal }));
  }
  for (const { path, key } of objects) {
    const chunks: Buffer[] = [];
    await gunzip(readFileSync(path), (chunk) => chunks.push(chunk));
    if (isMetrics) parseMs += await cpuOf(() => parseLines(Buffer.concat(chunks).toString('utf8')));
    plainMs += await cpuOf(() => plain(Buffer.concat(chunks).toString('latin1')));
    tokenizeMs += await cpuOf(() => tokenize(chunks));
    encodeMs += await cpuOf(() => encode(key, chunks));
  }
  return {
    gunzipMs,
    gzipMs,
    gzipBytes,
    compressMs,
    compressedBytes,
    postMs,
    parseMs,
    tokenizeMs,
    encodeMs,
    plainMs,
  };
};

process.on('message', () => void measure().then((stages) => process.send?.(stages)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
