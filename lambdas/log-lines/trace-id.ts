import { ProtobufWriter } from '../otlp/protobuf.ts';
import { hexByte } from './unescape.ts';

/**
 * Writes `LogRecord { trace_id = 9 }`: the root's id in a trace header such as
 * `Self=…;Root=1-67891233-abcdef012345678912345678`, its two parts of 8 and 24 digits together
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html).
 * Writes nothing if there is no root, a digit is not hexadecimal or all are zero.
 */
export const writeTraceId = (
  writer: ProtobufWriter,
  source: Uint8Array,
  start: number,
  end: number,
): void => {
  const root = findRoot(source, start, end);
  if (root < 0) return;
  const { bytes, length } = writer;
  bytes[length] = 0x4a;
  bytes[length + 1] = SIZE;
  let all = 0;
  for (let i = 0; i < SIZE; i++) {
    const at = root + 2 * i + (i < 4 ? 0 : 1);
    const byte = hexByte(source[at] as number, source[at + 1] as number);
    all |= byte;
    bytes[length + 2 + i] = byte;
  }
  // Negative where a digit is not hexadecimal.
  if (all > 0) writer.length = length + 2 + SIZE;
};

/** The same as 32 hexadecimal digits. */
export const traceId = (header: string): string | undefined => {
  const writer = new ProtobufWriter(2 + SIZE);
  writeTraceId(writer, Buffer.from(header), 0, Buffer.byteLength(header));
  return writer.length === 0 ? undefined : Buffer.from(writer.written()).toString('hex', 2);
};

/** Whether a trace header says no more than its trace id. */
export const isOnlyTraceId = (source: Uint8Array, start: number, end: number): boolean => {
  if (end - start !== ROOT_LENGTH) return false;
  scratch.length = 0;
  writeTraceId(scratch, source, start, end);
  return scratch.length > 0;
};
const scratch = new ProtobufWriter(64);

/** Where the 8 digits of the root begin, or -1; the 24 begin 9 on. */
const findRoot = (bytes: Uint8Array, start: number, end: number): number => {
  for (let at = start; at + ROOT_LENGTH <= end; at++) {
    let same = 0;
    while (same < ROOT.length && bytes[at + same] === ROOT[same]) same++;
    const after = at + ROOT_LENGTH;
    if (
      same === ROOT.length &&
      bytes[at + DASH_AT] === DASH &&
      (after === end || bytes[after] === SEMICOLON)
    ) {
      return at + ROOT.length;
    }
    while (at < end && bytes[at] !== SEMICOLON) at++;
  }
  return -1;
};

const SIZE = 16;
const ROOT = Buffer.from('Root=1-');
const DASH_AT = ROOT.length + 8;
const ROOT_LENGTH = DASH_AT + 1 + 24;
const DASH = 0x2d;
const SEMICOLON = 0x3b;
