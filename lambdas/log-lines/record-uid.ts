import { createHash } from 'node:crypto';
import type { SourceObject } from '../format.ts';
import { encodeKey } from '../otlp/common.ts';
import { fragment, writeFragment } from '../otlp/log-attributes.ts';
import type { ProtobufWriter } from '../otlp/protobuf.ts';

/**
 * The beginning of `log.record.uid` (https://opentelemetry.io/docs/specs/semconv/registry/attributes/log/), before the
 * line's number: the same line of the same object always has the same, so that a backend can drop a duplicate.
 */
export const uidPrefix = ({ bucket, key, etag = '' }: SourceObject): string => {
  const hash = createHash('sha256')
    .update(`${bucket}/${key}/${etag.replaceAll('"', '')}`)
    .digest('hex');
  return `${hash.slice(0, 16)}:`;
};

/** Writes the attribute `log.record.uid`. */
export const uidWriter = (prefix: string): ((writer: ProtobufWriter, lineNumber: number) => void) => {
  const name = encodeKey('log.record.uid');
  // Every length is below 128 and thus one byte.
  const head = fragment(Buffer.of(0x32, 0), name, Buffer.of(0x12, 0, 0x0a, 0), Buffer.from(prefix));
  return (writer, lineNumber) => {
    const { bytes, length: at } = writer;
    writeFragment(writer, head);
    const digits = String(lineNumber);
    for (let i = 0; i < digits.length; i++) writer.byte(digits.charCodeAt(i));
    const end = writer.length;
    const value = at + 2 + name.length + 2;
    bytes[at + 1] = end - at - 2;
    bytes[value - 1] = end - value;
    bytes[value + 1] = end - value - 2;
  };
};
