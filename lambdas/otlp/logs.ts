import { field } from './common.ts';
import { ProtobufWriter, varintSize } from './protobuf.ts';

/** OpenTelemetry's severities that logs of requests have (https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber). */
export const SEVERITIES = { INFO: 9, WARN: 13, ERROR: 17 } as const;
export type Severity = keyof typeof SEVERITIES;

/**
 * Collects the log records of one resource and scope as an `ExportLogsServiceRequest`
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto).
 * Records are written straight into the request; what encloses them goes into room kept before the first.
 */
export interface LogsRequest {
  /** Where a record's fields are written between `open` and `close`. */
  readonly writer: ProtobufWriter;
  /** Begins a record, with room for `bytes` more. Returns the mark for `close`. */
  readonly open: (bytes: number) => number;
  /** Ends a record. False, and the record is gone, if it does not fit beside others. */
  readonly close: (mark: number) => boolean;
  /** The request, and an end of its records; a view that is good until the next `open`. */
  readonly take: () => { readonly request: Uint8Array<ArrayBuffer>; readonly records: number };
}

/** `resource` and `scope` come without tag and length. */
export const logsRequest = (
  resource: Uint8Array,
  scope: Uint8Array,
  limits: { readonly records: number; readonly bytes: number },
): LogsRequest => {
  const resourceField = field(0x0a, resource);
  const scopeField = field(0x0a, scope);
  const room = resourceField.length + scopeField.length + 2 * (1 + MOST_LENGTH);
  const writer = new ProtobufWriter(Math.min(limits.bytes, FIRST_CAPACITY) + room);
  let records = 0;
  writer.length = room;

  return {
    writer,
    open: (bytes) => {
      writer.reserve(bytes + MARK_SIZE);
      writer.byte(0x12);
      return writer.open();
    },
    close: (mark) => {
      writer.close(mark);
      if (records > 0 && (records >= limits.records || writer.length > limits.bytes)) {
        writer.length = mark - MARK_SIZE;
        return false;
      }
      records++;
      return true;
    },
    take: () => {
      const end = writer.length;
      const scopeLogs = scopeField.length + end - room;
      const resourceLogs = resourceField.length + 1 + varintSize(scopeLogs) + scopeLogs;
      const start = room - (1 + varintSize(resourceLogs) + resourceLogs - (end - room));
      writer.length = start;
      writer.byte(0x0a);
      writer.varint(resourceLogs);
      writer.copy(resourceField);
      writer.byte(0x12);
      writer.varint(scopeLogs);
      writer.copy(scopeField);
      const taken = { request: writer.bytes.subarray(start, end), records };
      records = 0;
      return taken;
    },
  };
};

/** Bytes of a length, at most. */
const MOST_LENGTH = 5;
/** A record's tag and the room for its length. */
const MARK_SIZE = 4;
const FIRST_CAPACITY = 128 * 1024;
