import { createGunzip } from 'node:zlib';

/** The object's gzip is corrupt or breaks off. */
export class CorruptGzip extends Error {
  override readonly name = 'CorruptGzip';
}

/**
 * Fed at a time. Deflate makes at most 1032 bytes of one, so that a bomb holds 16 MB and not the machine; and what comes of
 * a slice that holds a fault is lost. Half as large, slices take a twentieth more of all that is not zlib's; larger, no less.
 */
const SLICE = 16 * 1024;
const CHUNK = 256 * 1024;

/**
 * The bytes as they are, or decompressed if they begin as gzip does (never by name). Members may follow one another, and
 * zeros the last, as gzip itself has it.
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
  let fed = 0;
  let settle: (() => void) | undefined;
  stream.on('data', (chunk: Uint8Array) => output.push(chunk));
  // zlib calls no write back that fails, nor one that holds zeros after the last member: there it ends.
  stream.on('end', () => settle?.());
  stream.on('error', (error) => {
    failure = error;
    settle?.();
  });
  const settled = (act: (done: () => void) => void): Promise<void> =>
    new Promise((done) => {
      settle = done;
      act(done);
    });
  const drain = (): Uint8Array[] => {
    const drained = output;
    output = [];
    return drained;
  };
  try {
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.length; from += SLICE) {
        const slice = chunk.subarray(from, from + SLICE);
        // Called back when the slice is decompressed: no more is fed than was consumed.
        if (!stream.readableEnded) await settled((done) => stream.write(slice, () => done()));
        yield* drain();
        if (failure !== undefined) throw new CorruptGzip(`corrupt gzip: ${failure.message}`);
        const unread = stream.readableEnded ? slice.subarray(Math.max(0, stream.bytesWritten - fed)) : [];
        if (unread.some((byte) => byte !== 0)) throw new CorruptGzip('corrupt gzip: more data after its end');
        fed += slice.length;
      }
    }
    if (!stream.readableEnded) await settled(() => stream.end());
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
