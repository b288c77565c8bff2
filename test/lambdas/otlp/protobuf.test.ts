import * as fc from 'fast-check';
import * as protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { ProtobufWriter, SLACK, varintSize, int64Size } from '../../../lambdas/otlp/protobuf.ts';

/** Output of a writer with little capacity, for an independent reader. */
const written = (bytes: number, write: (writer: ProtobufWriter) => void): protobuf.Reader => {
  const writer = new ProtobufWriter(1);
  writer.reserve(bytes);
  write(writer);
  return protobuf.Reader.create(writer.written());
};

const wholeNumber = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 16383, 16384, 2 ** 31, 2 ** 32),
);

describe('ProtobufWriter', () => {
  test('writes whole numbers as varints of the size foretold', () => {
    fc.assert(
      fc.property(wholeNumber, (value) => {
        const reader = written(10, (writer) => writer.varint(value));
        expect(reader.len).toBe(varintSize(value));
        expect(Number(reader.uint64())).toBe(value);
      }),
    );
  });

  test('writes negative numbers as int64', () => {
    for (const value of [0, -1, -128, -(2 ** 31) - 1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]) {
      expect(Number(written(10, (writer) => writer.int64(value)).int64())).toBe(value);
    }
  });

  test('writes whole numbers beyond 2^53 as int64 of the size foretold', () => {
    for (const value of [2n ** 53n + 1n, 2n ** 56n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      const reader = written(10, (writer) => writer.int64(value));
      expect(reader.len).toBe(int64Size(value));
      expect(Number(reader.int64())).toBe(Number(value));
    }
  });

  test('writes 64 bits from their halves', () => {
    const nanos = 1_769_903_998_123_456_789n;
    const writer = new ProtobufWriter(8);
    writer.fixed64(Number(nanos & 0xffffffffn), Number(nanos >> 32n));
    expect(Buffer.from(writer.written()).readBigUInt64LE()).toBe(nanos);
  });

  test('writes doubles exactly', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(written(8, (writer) => writer.double(value)).double()).toBe(value);
      }),
    );
  });

  test('copies spans, by bytes and by words, of every length', () => {
    const source = Buffer.alloc(200 + SLACK).map((_, i) => i);
    const view = new DataView(source.buffer, source.byteOffset, source.length);
    for (let length = 0; length <= 150; length++) {
      for (const start of [0, 1, 49]) {
        const writer = new ProtobufWriter(1);
        writer.reserve(2 * length + 2 + SLACK);
        writer.words(view, start, start + length);
        writer.byte(0xff);
        writer.copy(source, start, start + length);
        const span = source.subarray(start, start + length);
        expect(Buffer.from(writer.written())).toEqual(Buffer.concat([span, Buffer.of(0xff), span]));
      }
    }
  });

  test.each([0, 1, 127, 128, 2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1])(
    'encloses %i bytes in their length',
    (size) => {
      const reader = written(size + 20, (writer) => {
        const outer = writer.open();
        const inner = writer.open();
        writer.length += size;
        writer.bytes[writer.length - 1] = 7;
        writer.close(inner);
        writer.close(outer);
        writer.byte(9);
      });
      const end = reader.uint32() + reader.pos;
      const bytes = reader.bytes();
      expect(bytes.length).toBe(size);
      if (size > 0) expect(bytes.at(-1)).toBe(7);
      expect(reader.pos).toBe(end);
      expect(reader.uint32()).toBe(9);
    },
  );

  test.each([
    [0, 3],
    [1, 3],
    [2 ** 21 - 1, 3],
    [2 ** 21, 4],
  ])('leaves room for words behind %i bytes and the %i of their length', (size, ofLength) => {
    const writer = new ProtobufWriter(1);
    writer.reserve(3 + size);
    const mark = writer.open();
    writer.length += size;
    writer.close(mark);
    writer.words(new DataView(new ArrayBuffer(SLACK)), 0, 0);
    expect(writer.length).toBe(ofLength + size);
  });

  test('keeps what it holds when it grows, and grows a few times only', () => {
    const writer = new ProtobufWriter(2);
    const buffers = new Set<Uint8Array>();
    for (let i = 0; i < 1000; i++) {
      writer.reserve(1);
      writer.byte(i);
      buffers.add(writer.bytes);
    }
    writer.reserve(8);
    writer.fixed64(1, 2);
    expect([...writer.written().subarray(0, 1000)]).toEqual(Array.from({ length: 1000 }, (_, i) => i & 255));
    expect([...writer.written().subarray(1000)]).toEqual([1, 0, 0, 0, 2, 0, 0, 0]);
    expect(buffers.size).toBeLessThan(10);
  });
});
