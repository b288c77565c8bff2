/** What Scout refused for good of a request that it accepted. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/**
 * The partial success in an `ExportLogsServiceResponse` or `ExportMetricsServiceResponse`, zeros where there is none;
 * undefined if the bytes are neither of them, in protobuf or in JSON
 * (https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto/collector).
 * @param cut the bytes are only the beginning of the answer
 */
export const readResponse = (body: Uint8Array, cut: boolean): PartialSuccess | undefined => {
  if (body[0] === OPENING_BRACE) return readJson(body);
  const fields = readFields(body, cut);
  if (fields === undefined || (cut && !fields.has(1))) return undefined;
  // ExportXServiceResponse { partial_success = 1 { rejected_x = 1, error_message = 2 } }
  const partial = fields.get(1) ?? EMPTY;
  if (typeof partial === 'bigint') return undefined;
  const inner = readFields(partial, cut);
  const rejected = inner?.get(1) ?? 0n;
  const message = inner?.get(2) ?? EMPTY;
  if (inner === undefined || typeof rejected !== 'bigint' || typeof message === 'bigint') return undefined;
  return { rejected: toCount(BigInt.asIntN(64, rejected)), message: toText(message) };
};

/** The message of a `google.rpc.Status { code = 1, message = 2 }`, which is what OTLP answers a failure with. */
export const statusMessage = (body: Uint8Array, cut: boolean): string | undefined => {
  const message = readFields(body, cut)?.get(2);
  return message instanceof Uint8Array ? toText(message) : undefined;
};

const OPENING_BRACE = 0x7b;
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const EMPTY = new Uint8Array();

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const toCount = (value: unknown): number => Math.max(0, Number(value)) || 0;

/** Anything beside `partialSuccess` is somebody else's JSON. */
const readJson = (body: Uint8Array): PartialSuccess | undefined => {
  try {
    const { partialSuccess = {}, ...others } = JSON.parse(toText(body)) as { partialSuccess?: unknown };
    if (Object.keys(others).length > 0 || typeof partialSuccess !== 'object') return undefined;
    const { rejectedLogRecords, rejectedDataPoints, errorMessage } = { ...partialSuccess } as Record<
      string,
      unknown
    >;
    return {
      rejected: toCount(rejectedLogRecords ?? rejectedDataPoints),
      message: typeof errorMessage === 'string' ? errorMessage : '',
    };
  } catch {
    return undefined;
  }
};

/**
 * The fields of a protobuf message by number, the last of each: varints, and what has a length. Undefined if it is no
 * such message (https://protobuf.dev/programming-guides/encoding).
 */
const readFields = (bytes: Uint8Array, cut: boolean): Map<number, bigint | Uint8Array> | undefined => {
  const fields = new Map<number, bigint | Uint8Array>();
  const ended = cut ? fields : undefined;
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) return undefined;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (tag === undefined || value === undefined) return ended;
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (number === 0 || (wireType !== VARINT && wireType !== LENGTH_DELIMITED)) return undefined;
    if (wireType === VARINT) {
      fields.set(number, value);
    } else {
      const end = at + Number(value);
      if (end > bytes.length && !cut) return undefined;
      fields.set(number, bytes.subarray(at, end));
      at = end;
    }
  }
  return fields;
};
