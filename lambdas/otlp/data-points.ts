import { type ProtobufWriter, varintSize } from './protobuf.ts';

/** `attributes = 7` of `SummaryDataPoint` and `NumberDataPoint`. */
export const POINT_ATTRIBUTE = 0x3a;

/** The samples of a `SummaryDataPoint`. */
export interface Summary {
  /** Whole, below 2^64. */
  readonly count: number;
  readonly sum: number;
  /** Quantile 0. */
  readonly min: number | undefined;
  /** Quantiles between 0 and 1, ascending. */
  readonly percentiles: readonly Quantile[];
  /** Quantile 1. */
  readonly max: number | undefined;
}

export interface Quantile {
  readonly quantile: number;
  readonly value: number;
}

/** A `SummaryDataPoint` up to its attributes. */
export const writeSummaryPoint = (writer: ProtobufWriter, timeMs: number, summary: Summary): void => {
  const { count, sum, min, percentiles, max } = summary;
  writer.reserve(27 + 20 * (percentiles.length + 2));
  writeTime(writer, timeMs);
  writer.byte(0x21);
  writer.fixed64(count >>> 0, Math.floor(count / 2 ** 32));
  writer.byte(0x29);
  writer.double(sum);
  if (min !== undefined) writeQuantile(writer, 0, min);
  for (const { quantile, value } of percentiles) writeQuantile(writer, quantile, value);
  if (max !== undefined) writeQuantile(writer, 1, max);
};

/** `quantile_values = 6`, a `ValueAtQuantile`. */
const writeQuantile = (writer: ProtobufWriter, quantile: number, value: number): void => {
  writer.byte(0x32);
  writer.byte(18);
  writer.byte(0x09);
  writer.double(quantile);
  writer.byte(0x11);
  writer.double(value);
};

/** A `NumberDataPoint` with a double, up to its attributes. */
export const writeNumberPoint = (writer: ProtobufWriter, timeMs: number, value: number): void => {
  writer.reserve(18);
  writeTime(writer, timeMs);
  writer.byte(0x21);
  writer.double(value);
};

/** An attribute of a data point; `key` is what `encodeKey` made of its name. */
export const writePointAttribute = (writer: ProtobufWriter, key: Uint8Array, value: string): void => {
  const size = Buffer.byteLength(value);
  const any = 1 + varintSize(size) + size;
  const attribute = key.length + 1 + varintSize(any) + any;
  writer.reserve(6 + attribute);
  writer.byte(POINT_ATTRIBUTE);
  writer.varint(attribute);
  writer.copy(key);
  writer.byte(0x12);
  writer.varint(any);
  writer.byte(0x0a);
  writer.varint(size);
  ENCODER.encodeInto(value, writer.bytes.subarray(writer.length));
  writer.length += size;
};

/** `time_unix_nano = 3`. Nanoseconds are beyond a double's 53 bits: their 64 bits are made in two exact parts. */
const writeTime = (writer: ProtobufWriter, ms: number): void => {
  const upper = Math.floor(ms / 0x10000) * 1e6;
  const lower = (upper % 0x10000) * 0x10000 + (ms % 0x10000) * 1e6;
  writer.byte(0x19);
  writer.fixed64(lower >>> 0, Math.floor(upper / 0x10000) + Math.floor(lower / 2 ** 32));
};

const ENCODER = new TextEncoder();
