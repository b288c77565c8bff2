import type { Format, FormatOf, SourceObject } from '../../lambdas/format.ts';
import { batches, encodeLines } from '../../lambdas/forwarding/read/batches.ts';
import { decompress } from '../../lambdas/forwarding/read/decompress.ts';
import { type Block, blocks } from '../../lambdas/forwarding/read/line-blocks.ts';
import { openLines } from '../../lambdas/forwarding/read/open-lines.ts';
import { fateAfter } from '../../lambdas/forwarding/read/stop.ts';
import type { FunctionSettings, Pipeline } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';
import { metricFormats } from '../../lambdas/metric-stream/format.ts';
import { compress } from '../../lambdas/scout/compression.ts';

/** The account of an object that was encoded as the function encodes it. */
export interface EncodedObject {
  /** Log records or data points that would be sent. */
  records: number;
  /** Records that the settings leave out. */
  filtered: number;
  rejected: number;
  /** Bytes of the object, decompressed. */
  written: number;
  /** Compressed bytes that would be sent. */
  sent: number;
  /** Times of the first and the newest record, in milliseconds since the epoch. */
  firstMs: number | undefined;
  newestMs: number | undefined;
  /** Why the object was not read, or not to its end. */
  fault: string | undefined;
}

/** Lines in which the first one with a time is looked for. */
const FIRST_LINES = 10;

/** The formats of a pipeline's function. */
export const formatsOf = (pipeline: Pipeline, settings: FunctionSettings): FormatOf =>
  pipeline === 'metrics' ? metricFormats(settings) : logFormats(LOG_KINDS, settings);

/**
 * Encodes and compresses an object with the functions' own code, and sends nothing.
 * @param onLine is given each line
 */
export const encodeObject = async (
  chunks: AsyncIterable<Uint8Array>,
  object: SourceObject,
  format: Format,
  pipeline: Pipeline,
  settings: FunctionSettings,
  onLine?: (line: string) => void,
): Promise<EncodedObject> => {
  const counts: EncodedObject = {
    records: 0,
    filtered: 0,
    rejected: 0,
    written: 0,
    sent: 0,
    firstMs: undefined,
    newestMs: undefined,
    fault: undefined,
  };
  const { batch: limits, scout } = settings;
  const counted = async function* (): AsyncGenerator<Block> {
    for await (const block of blocks(decompress(chunks))) {
      counts.written += block.bytes.length;
      if (onLine !== undefined) for (const line of textLines(block.bytes)) onLine(line);
      yield block;
    }
  };
  try {
    const { encoder, lines } = await openLines(
      counted(),
      (head) => format.open(object, head, { observedMs: 0 }),
      () => undefined,
    );
    if (counts.written === 0) return counts;
    const [whole, single] = [encoder(limits), encoder(limits)];
    for await (const batch of batches(lines, { fromLine: 1 }, limits, async () => whole)) {
      for (let line = batch.fromLine; line < batch.fromLine + FIRST_LINES; line++) {
        counts.firstMs ??= encodeLines(batch.text, { fromLine: line, toLine: line }, single).newestMs;
      }
      const { records, filtered, rejected, newestMs, request } = batch.encoded;
      counts.records += records;
      counts.filtered += filtered;
      counts.rejected += rejected.length;
      if (newestMs !== undefined) counts.newestMs = Math.max(counts.newestMs ?? 0, newestMs);
      if (records === 0) continue;
      const encoding = scout.compression === 'auto' ? 'zstd' : scout.compression;
      counts.sent += (await compress(encoding, request, pipeline)).bytes.length;
    }
  } catch (error) {
    const fate = fateAfter(error, false);
    if (fate.fate !== 'dead') throw error;
    counts.fault = fate.cause.reason;
  }
  return counts;
};

const textLines = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
