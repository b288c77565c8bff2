/** The records of an accepted request that Scout refused for good. */
export interface PartialSuccess {
  /** A whole number from 0. It may be more than was sent. */
  readonly rejected: number;
  readonly message: string;
}

/**
 * The partial success in an `ExportLogsServiceResponse` or `ExportMetricsServiceResponse`, zeros where there is none;
 * undefined if the body is neither of them, in protobuf or in JSON
 * (https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto/collector).
 * @param truncated the body is only the beginning of the response
 */
export const readResponse = (
  body: Uint8Array,
  truncated: boolean,
  contentType = '',
): PartialSuccess | undefined => {
  if (/^text\/html/i.test(contentType)) return undefined;
  if (body.length === 0) return NONE;
  const text = toText(body).trim(); // of white space and byte order marks
  if (text.startsWith('{')) return readJson(text);
  if (/protobuf/i.test(contentType)) return readProtobuf(body, truncated);
  // Any text is a protobuf message of unknown fields; without a word of the server, a partial success must be there.
  const maySniff = contentType === '' || /octet-stream/i.test(contentType);
  return maySniff && body[0] === PARTIAL_SUCCESS_TAG ? readProtobuf(body, truncated) : undefined;
};

/** The message of a `google.rpc.Status { code = 1, message = 2 }`, which is OTLP's body of a failure. */
export const statusMessage = (body: Uint8Array, truncated: boolean): string | undefined => {
  const message = readFields(body, truncated)?.[2];
  return message instanceof Uint8Array ? toText(message) : undefined;
};

const NONE: PartialSuccess = { rejected: 0, message: '' };
const PARTIAL_SUCCESS_TAG = 0x0a;
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const EMPTY = new Uint8Array();

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** A whole number from 0, whatever was written: a count is not worth a failure of what was accepted. */
const toCount = (value: unknown): number => {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0;
  return number > 0 ? Math.min(Math.trunc(number), Number.MAX_SAFE_INTEGER) : 0;
};

/** Other members may stand beside `partialSuccess`; without it, the JSON is not Scout's. */
const readJson = (text: string): PartialSuccess | undefined => {
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    if (!('partialSuccess' in json)) return Object.keys(json).length === 0 ? NONE : undefined;
    if (typeof json['partialSuccess'] !== 'object') return undefined;
    const { rejectedLogRecords, rejectedDataPoints, errorMessage } = {
      ...json['partialSuccess'],
    } as Record<string, unknown>;
    return {
      rejected: toCount(rejectedLogRecords ?? rejectedDataPoints),
      message: typeof errorMessage === 'string' ? errorMessage : '',
    };
  } catch {
    return undefined;
  }
};

/** `ExportXServiceResponse { partial_success = 1 { rejected_x = 1, error_message = 2 } }` */
const readProtobuf = (body: Uint8Array, truncated: boolean): PartialSuccess | undefined => {
  const fields = readFields(body, truncated);
  if (fields === undefined || (truncated && fields[1] === undefined)) return undefined;
  const partial = fields[1] ?? EMPTY;
  const inner = typeof partial === 'number' ? undefined : readFields(partial, truncated);
  if (inner === undefined) return undefined;
  const [, rejected = 0, message = EMPTY] = inner;
  if (typeof rejected !== 'number' || typeof message === 'number') return undefined;
  // An int64 below 0 has its highest bit set.
  return { rejected: rejected < 2 ** 63 ? toCount(rejected) : 0, message: toText(message) };
};

/**
 * The fields 1 and 2 of a protobuf message by their number, the last of each; undefined if the bytes are not a message
 * of varints and of fields with a length (https://protobuf.dev/programming-guides/encoding).
 */
const readFields = (
  bytes: Uint8Array,
  truncated: boolean,
): (number | Uint8Array | undefined)[] | undefined => {
  const fields: (number | Uint8Array | undefined)[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let weight = 1; weight < 2 ** 70; weight *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return NaN;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (Number.isNaN(value)) return truncated && at > bytes.length ? fields : undefined;
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (number === 0 || (wireType !== VARINT && wireType !== LENGTH_DELIMITED)) return undefined;
    const start = at;
    if (wireType === LENGTH_DELIMITED) at += value;
    if (at > bytes.length && !truncated) return undefined;
    if (number <= 2) fields[number] = wireType === VARINT ? value : bytes.subarray(start, at);
  }
  return fields;
};
