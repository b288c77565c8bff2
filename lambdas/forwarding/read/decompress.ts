import { crc32, createInflateRaw } from 'node:zlib';

/** The object's gzip is corrupt or breaks off. */
export class CorruptGzip extends Error {
  override readonly name = 'CorruptGzip';
}

/**
 * Input bytes per write. Deflate expands at most 1032:1, so that a zip bomb holds 16 MB at a time; the output of a corrupt
 * slice is lost. Smaller slices cost a twentieth more of all CPU outside zlib; larger ones save nothing.
 */
const SLICE = 16 * 1024;
const CHUNK = 256 * 1024;

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/**
 * The bytes as they are, or decompressed if they begin as gzip does (never by name). Members may follow one another, with
 * zeros between them; other bytes after a member are ignored, as gzip(1) does.
 * @param onIgnored called if bytes are ignored
 * @throws CorruptGzip after everything that came out before the fault was yielded
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  onIgnored?: () => void,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const input = inputFrom(iterator);
  try {
    if (isGzip(await input.peek(2))) yield* gunzip(input, onIgnored);
    else yield* untilEnd(input);
  } finally {
    await iterator.return?.();
  }
}

/** Bytes of a source, as far as they are needed. */
interface Input {
  /** The next bytes: at least so many, unless fewer are left. */
  readonly peek: (count: number) => Promise<Uint8Array>;
  readonly skip: (count: number) => void;
}

const inputFrom = (source: AsyncIterator<Uint8Array>): Input => {
  let bytes: Uint8Array = new Uint8Array(0);
  return {
    peek: async (count) => {
      while (bytes.length < count) {
        const next = await source.next();
        if (next.done) break;
        bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
      }
      return bytes;
    },
    skip: (count) => {
      bytes = bytes.subarray(count);
    },
  };
};

async function* untilEnd(input: Input): AsyncGenerator<Uint8Array> {
  for (let bytes = await input.peek(1); bytes.length > 0; bytes = await input.peek(1)) {
    input.skip(bytes.length);
    yield bytes;
  }
}

async function* gunzip(input: Input, onIgnored?: () => void): AsyncGenerator<Uint8Array> {
  let head: Uint8Array;
  do {
    await skipHeader(input);
    yield* inflate(input);
    await skipZeros(input);
    head = await input.peek(2);
  } while (isGzip(head));
  if (head.length > 0) onIgnored?.();
}

const skipZeros = async (input: Input): Promise<void> => {
  for (let bytes = await input.peek(1); bytes[0] === 0; bytes = await input.peek(1)) {
    const zeros = bytes.findIndex((byte) => byte !== 0);
    input.skip(zeros < 0 ? bytes.length : zeros);
  }
};

const take = async (input: Input, count: number): Promise<Uint8Array> => {
  const bytes = (await input.peek(count)).subarray(0, count);
  if (bytes.length < count) throw new CorruptGzip('truncated gzip: unexpected end of file');
  input.skip(count);
  return bytes;
};

/** A member's header (https://www.rfc-editor.org/rfc/rfc1952#section-2.3). */
const skipHeader = async (input: Input): Promise<void> => {
  const [, , method, flags = 0] = await take(input, 10);
  if (method !== 8) throw new CorruptGzip('corrupt gzip: unknown compression method');
  if (flags & 0b1110_0000) throw new CorruptGzip('corrupt gzip: unknown header flags set');
  if (flags & 0b100) {
    const [low = 0, high = 0] = await take(input, 2);
    await take(input, low + 256 * high);
  }
  // Name and comment end in a zero byte.
  for (const flag of [0b1000, 0b1_0000]) if (flags & flag) while ((await take(input, 1))[0] !== 0);
  if (flags & 0b10) await take(input, 2);
};

/** The content of a member. Its trailer is checked before the last of it is yielded, unless the trailer is cut off. */
async function* inflate(input: Input): AsyncGenerator<Uint8Array> {
  const stream = createInflateRaw({ chunkSize: CHUNK });
  let output: Uint8Array[] = [];
  let failure: Error | undefined;
  let settle: (() => void) | undefined;
  stream.on('data', (chunk: Uint8Array) => output.push(chunk));
  // zlib calls no write back that fails.
  stream.on('error', (error) => {
    failure = error;
    settle?.();
  });
  let [checksum, size] = [0, 0];
  try {
    while (!stream.readableEnded) {
      const slice = (await input.peek(1)).subarray(0, SLICE);
      if (slice.length === 0) throw new CorruptGzip('truncated gzip: unexpected end of file');
      const before = stream.bytesWritten;
      // Called back when the slice is decompressed: no more is fed than was consumed.
      await new Promise<void>((done) => {
        settle = done;
        stream.write(slice, () => done());
      });
      if (failure !== undefined) throw new CorruptGzip(`corrupt gzip: ${failure.message}`);
      input.skip(stream.bytesWritten - before);
      const chunks = output;
      output = [];
      for (const chunk of chunks) {
        checksum = crc32(chunk, checksum);
        size += chunk.length;
      }
      if (stream.readableEnded) checkTrailer(await input.peek(8), checksum, size);
      yield* chunks;
    }
    await take(input, 8);
  } finally {
    stream.destroy();
  }
}

const checkTrailer = (bytes: Uint8Array, checksum: number, size: number): void => {
  if (bytes.length < 8) return;
  const trailer = Buffer.from(bytes.subarray(0, 8));
  if (trailer.readUInt32LE(0) !== checksum) throw new CorruptGzip('corrupt gzip: incorrect data check');
  if (trailer.readUInt32LE(4) !== size % 2 ** 32)
    throw new CorruptGzip('corrupt gzip: incorrect length check');
};
