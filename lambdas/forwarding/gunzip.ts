import { once } from 'node:events';
import { createGunzip } from 'node:zlib';

/** The object's gzip is corrupt or breaks off. */
export class CorruptGzip extends Error {
  override readonly name = 'CorruptGzip';
}

/** Fed at a time. Deflate makes at most 1032 bytes of one, so that a bomb holds 33 MB and not the machine. */
const SLICE = 32 * 1024;
const CHUNK = 256 * 1024;

/**
 * The bytes as they are, or decompressed if they begin as gzip does (never by name). Members may follow one another.
 * @throws CorruptGzip after everything that came out before the fault was yielded
 */
export async function* decompress(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array(0);
    let next = await iterator.next();
    while (head.length < 2 && !next.done) {
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
      if (head.length < 2) next = await iterator.next();
    }
    const all = prepend(head, iterator);
    yield* head[0] === 0x1f && head[1] === 0x8b ? gunzip(all) : all;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: CHUNK });
  let output: Uint8Array[] = [];
  let failure: Error | undefined;
  let release: () => void = () => undefined;
  stream.on('data', (chunk: Uint8Array) => output.push(chunk));
  stream.on('error', (error) => {
    failure = error;
    // A write that fails is never called back.
    release();
  });
  const drain = (): Uint8Array[] => {
    const drained = output;
    output = [];
    return drained;
  };
  try {
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.length; from += SLICE) {
        // The callback comes when the slice is decompressed: no more is fed than was consumed.
        await new Promise<void>((done) => {
          release = done;
          stream.write(chunk.subarray(from, from + SLICE), () => done());
        });
        yield* drain();
        if (failure !== undefined) throw new CorruptGzip(`corrupt gzip: ${failure.message}`);
      }
    }
    const ended = once(stream, 'end').catch(() => undefined);
    stream.end();
    await ended;
    yield* drain();
    if (failure !== undefined) throw new CorruptGzip(`truncated gzip: ${failure.message}`);
  } finally {
    stream.destroy();
  }
}

async function* prepend(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
