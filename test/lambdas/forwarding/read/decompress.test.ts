import * as fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CorruptGzip, decompress } from '../../../../lambdas/forwarding/read/decompress.ts';
import { chunked, failing } from '../../../support/factories/chunked.ts';

const TEXT = Array.from({ length: 40_000 }, (_, line) => `line ${line} ${(line * 7919) % 10_007}\n`).join('');
const GZIP = gzipSync(TEXT);

/** Everything that comes out, and the error at its end. */
const read = async (
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ out: string; error?: unknown; ignored?: number }> => {
  const out: Uint8Array[] = [];
  let ignored = 0;
  let error: unknown;
  try {
    for await (const chunk of decompress(chunks, () => ignored++)) out.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return {
    out: Buffer.concat(out).toString('latin1'),
    ...(error !== undefined && { error }),
    ...(ignored > 0 && { ignored }),
  };
};

describe.each([1, 2, 7, 1000, 16_384, 1_000_000])('in chunks of %i bytes', (size) => {
  test.each<[string, Uint8Array | string, string]>([
    ['gzip is decompressed', gzipSync('a\nb\n'), 'a\nb\n'],
    ['members follow one another', Buffer.concat([gzipSync('a\n'), gzipSync(''), gzipSync('b\n')]), 'a\nb\n'],
    ['zeros after the last member are padding', Buffer.concat([gzipSync('a\n'), Buffer.alloc(700)]), 'a\n'],
    ['what is not gzip is unchanged', 'a\nb\n', 'a\nb\n'],
    ['even if it is short', '\x1f', '\x1f'],
    ['even if it is nearly gzip', Buffer.of(0x1f, 0x8a), '\x1f\x8a'],
    ['… in its other byte', Buffer.of(0x1e, 0x8b), '\x1e\x8b'],
    ['nothing is nothing', '', ''],
  ])('%s', async (_what, bytes, expected) => {
    expect(await read(chunked(bytes, size))).toEqual({ out: expected });
  });
});

test('a large object comes out as it went in', async () => {
  expect((await read(chunked(GZIP, 65_536))).out === TEXT).toBe(true);
  expect((await read(chunked(TEXT, 65_536))).out === TEXT).toBe(true);
});

describe('a fault', () => {
  test.each([
    ['after the magic bytes', 2],
    ['in the header', 7],
    ['in the middle', 50_000],
    ['before the trailer', GZIP.length - 8],
    ['in the trailer', GZIP.length - 1],
  ])('of gzip that breaks off %s comes after all that went before', async (_where, length) => {
    const { out, error } = await read(chunked(GZIP.subarray(0, length), 4096));
    expect(error).toBeInstanceOf(CorruptGzip);
    expect(error).toMatchObject({ message: 'truncated gzip: unexpected end of file' });
    expect(TEXT.startsWith(out)).toBe(true);
    // Each byte of gzip stands for several of text.
    expect(out.length).toBeGreaterThanOrEqual(Math.min(TEXT.length, 2 * (length - 1000)));
    if (length >= GZIP.length - 8) expect(out.length).toBe(TEXT.length);
  });

  test.each([0, 1, 5])('of a member that breaks off after %i bytes past the first', async (more) => {
    const broken = Buffer.concat([gzipSync('a\n'), gzipSync('b\n').subarray(0, more + 2)]);
    expect(await read(chunked(broken, 3))).toMatchObject({ out: 'a\n', error: { name: 'CorruptGzip' } });
  });

  test('of a corrupt block comes after what went before, less the last of it', async () => {
    const corrupt = Buffer.from(GZIP);
    corrupt.fill(0xff, 60_000, 60_050);
    const { out, error } = await read(chunked(corrupt, 16_384));
    expect(error).toMatchObject({ name: 'CorruptGzip', message: expect.stringMatching(/^corrupt gzip: /) });
    // Of what a fault makes of the bytes after it, inflate may give some too before it notices.
    const before = (await read(chunked(GZIP.subarray(0, 60_000), 16_384))).out;
    expect(before.length).toBeGreaterThan(150_000);
    expect(out.startsWith(before.slice(0, -80_000))).toBe(true);
  });

  test('of a wrong checksum', async () => {
    const corrupt = Buffer.from(GZIP);
    corrupt[corrupt.length - 5] = (corrupt.at(-5) ?? 0) ^ 1;
    const { out, error } = await read(chunked(corrupt, 1000));
    expect(error).toMatchObject({ message: 'corrupt gzip: incorrect data check' });
    expect(out.length).toBeGreaterThan(TEXT.length - 50_000);
  });

  test('of the source is the source’s, after all that came', async () => {
    const broken = failing(chunked(GZIP.subarray(0, 50_000), 4096), new Error('the body broke off'));
    const { out, error } = await read(broken);
    expect(error).toMatchObject({ name: 'Error', message: 'the body broke off' });
    expect(out.length).toBeGreaterThan(100_000);
    const plain = failing(chunked('abc', 2), new Error('the body broke off'));
    expect(await read(plain)).toMatchObject({ out: 'abc', error: { message: 'the body broke off' } });
  });
});

describe('bytes after the last member', () => {
  test.each<[string, Buffer]>([
    ['right after it', Buffer.alloc(0)],
    ['after padding', Buffer.alloc(3)],
    ['after much padding', Buffer.alloc(20_000)],
  ])('%s are ignored, and all that went before comes out', async (_where, padding) => {
    for (const garbage of ['garbage', '\x01\x02', '\r\n--boundary--\r\n', '\x1f', '\x1f\x8c']) {
      const bytes = Buffer.concat([gzipSync('a\n'), padding, Buffer.from(garbage, 'latin1')]);
      for (const size of [1, 22, 10_000])
        expect(await read(chunked(bytes, size))).toEqual({ out: 'a\n', ignored: 1 });
    }
  });

  test('are ignored where no one asks for them', async () => {
    const chunks = [];
    const source = chunked(Buffer.concat([gzipSync('a\n'), Buffer.from('garbage')]), 1000);
    for await (const chunk of decompress(source)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('a\n');
  });

  test('after padding are read if they are another member', async () => {
    const bytes = Buffer.concat([gzipSync('a\n'), Buffer.alloc(700), gzipSync('b\n')]);
    for (const size of [1, 22, 10_000]) expect(await read(chunked(bytes, size))).toEqual({ out: 'a\nb\n' });
  });
});

test('a header with all optional fields is skipped', async () => {
  const [plain, extra] = [gzipSync('a\n'), Buffer.alloc(2 + 300)];
  extra.writeUInt16LE(300);
  const header = Buffer.from(plain.subarray(0, 10));
  header[3] = 0b1_1110;
  const bytes = Buffer.concat([header, extra, Buffer.from('name\0comment\0cc'), plain.subarray(10)]);
  for (const size of [1, 5, 1000]) expect(await read(chunked(bytes, size))).toEqual({ out: 'a\n' });
});

test.each<[string, number, number, string]>([
  ['compression method', 2, 7, 'corrupt gzip: unknown compression method'],
  ['flag', 3, 0x80, 'corrupt gzip: unknown header flags set'],
  ['block type', 10, 0b111, 'corrupt gzip: invalid block type'],
  ['length', -1, 1, 'corrupt gzip: incorrect length check'],
])('gzip with a wrong %s is corrupt', async (_what, at, value, message) => {
  const bytes = Buffer.from(gzipSync('a\n'));
  bytes[at < 0 ? bytes.length + at : at] = value;
  expect(await read(chunked(bytes, 1000))).toMatchObject({
    out: '',
    error: { name: 'CorruptGzip', message },
  });
});

test('whatever the bytes after the magic ones: it ends, and never as if all were well', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(400),
      fc.integer({ min: 1, max: 50 }),
      async (noise, at, size) => {
        const gzip = gzipSync(TEXT.slice(0, 2000));
        const bytes = Buffer.concat([gzip.subarray(0, at + 2), noise]);
        const { out, error } = await read(chunked(bytes, size));
        const isWhole = gzip.equals(bytes.subarray(0, gzip.length));
        // Another member may begin with the noise.
        if (isWhole)
          expect([out, error instanceof CorruptGzip || error]).toEqual([TEXT.slice(0, 2000), error && true]);
        else expect(error).toBeInstanceOf(CorruptGzip);
      },
    ),
    { numRuns: 300 },
  );
});

describe('a reader that stops', () => {
  test.each([
    ['gzip', gzipSync(randomBytes(5_000_000))],
    ['anything else', randomBytes(5_000_000)],
  ])('closes the source of %s', async (_what, bytes) => {
    let closed = false;
    const source = async function* () {
      try {
        yield* chunked(bytes, 16_384);
      } finally {
        closed = true;
      }
    };
    for await (const chunk of decompress(source())) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(true);
  });
});

test('no more is decompressed ahead than one slice makes, however much a chunk holds', async () => {
  const member = gzipSync(Buffer.alloc(16_000_000));
  const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
  const before = process.memoryUsage().arrayBuffers;
  let bytes = 0;
  for await (const chunk of decompress(chunked(bomb, bomb.length))) {
    bytes += chunk.length;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
    if (bytes > 40_000_000) break;
  }
});
