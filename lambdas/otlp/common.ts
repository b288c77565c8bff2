import { ProtobufWriter } from './protobuf.ts';

/**
 * The parts that every OTLP signal shares
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto).
 */
export type Attributes = Readonly<Record<string, string>>;

/** A message field: its tag (field number and wire type) and the bytes after their length. */
export const field = (tag: number, content: Uint8Array): Uint8Array => {
  const writer = new ProtobufWriter(content.length + 8);
  writer.byte(tag);
  writer.varint(content.length);
  writer.copy(content);
  return writer.written();
};

/** `Resource { attributes = 1 }`, without tag and length. Attributes with an empty value are left out. */
export const encodeResource = (attributes: Attributes): Uint8Array => encodeAttributes(0x0a, attributes);

/** `InstrumentationScope { name = 1, version = 2, attributes = 3 }`, without tag and length. */
export const encodeScope = (name: string, version: string, attributes: Attributes = {}): Uint8Array =>
  Buffer.concat([
    field(0x0a, Buffer.from(name)),
    field(0x12, Buffer.from(version)),
    encodeAttributes(0x1a, attributes),
  ]);

/** `KeyValue { key = 1 }`: what an attribute of this name begins with, made once. */
export const encodeKey = (name: string): Uint8Array => field(0x0a, Buffer.from(name));

/** An attribute (`KeyValue`) with a string value, under the given tag. */
export const encodeAttribute = (tag: number, name: string, value: string): Uint8Array => {
  const key = encodeKey(name);
  const text = field(0x12, field(0x0a, Buffer.from(value)));
  return field(tag, Buffer.concat([key, text]));
};

const encodeAttributes = (tag: number, attributes: Attributes): Uint8Array =>
  Buffer.concat(
    Object.entries(attributes)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => encodeAttribute(tag, name, value)),
  );
