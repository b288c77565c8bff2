import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

/**
 * OTLP messages as the official .proto files decode them: 64-bit integers as text (exact), bytes as Buffers, fields
 * that are not on the wire absent (https://github.com/open-telemetry/opentelemetry-proto).
 */
export interface LogsRequest {
  readonly resourceLogs?: readonly ResourceLogs[];
}
export interface ResourceLogs {
  readonly resource?: Resource;
  readonly scopeLogs?: readonly { readonly scope?: Scope; readonly logRecords?: readonly LogRecord[] }[];
}
export interface LogRecord {
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
  readonly traceId?: Buffer;
  readonly spanId?: Buffer;
  readonly eventName?: string;
}

export interface MetricsRequest {
  readonly resourceMetrics?: readonly ResourceMetrics[];
}
export interface ResourceMetrics {
  readonly resource?: Resource;
  readonly scopeMetrics?: readonly { readonly scope?: Scope; readonly metrics?: readonly Metric[] }[];
}
export interface Metric {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly summary?: { readonly dataPoints?: readonly SummaryDataPoint[] };
  readonly gauge?: { readonly dataPoints?: readonly NumberDataPoint[] };
}
export interface SummaryDataPoint {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano?: string;
  readonly count?: string;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}
export interface NumberDataPoint {
  readonly attributes?: readonly KeyValue[];
  readonly timeUnixNano?: string;
  readonly asDouble?: number;
  readonly asInt?: string;
}

export interface Resource {
  readonly attributes?: readonly KeyValue[];
}
export interface Scope {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly KeyValue[];
}
export interface KeyValue {
  readonly key?: string;
  readonly value?: AnyValue;
}
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly bytesValue?: Buffer;
}

const COLLECTOR = 'opentelemetry.proto.collector';
const CONVERSION = { longs: String, enums: Number } as const;
const folder = dirname(createRequire(import.meta.url).resolve('@elastic/mockotlpserver/package.json'));
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(folder, target);
root.loadSync([
  'opentelemetry/proto/collector/logs/v1/logs_service.proto',
  'opentelemetry/proto/collector/metrics/v1/metrics_service.proto',
]);
const LogsRequestType = root.lookupType(`${COLLECTOR}.logs.v1.ExportLogsServiceRequest`);
const LogsResponseType = root.lookupType(`${COLLECTOR}.logs.v1.ExportLogsServiceResponse`);
const MetricsRequestType = root.lookupType(`${COLLECTOR}.metrics.v1.ExportMetricsServiceRequest`);
const MetricsResponseType = root.lookupType(`${COLLECTOR}.metrics.v1.ExportMetricsServiceResponse`);
const StatusType = new protobuf.Type('Status')
  .add(new protobuf.Field('code', 1, 'int32'))
  .add(new protobuf.Field('message', 2, 'string'));

/** @throws Error if the bytes are no ExportLogsServiceRequest. */
export const decodeLogs = (bytes: Uint8Array): LogsRequest =>
  LogsRequestType.toObject(LogsRequestType.decode(bytes), CONVERSION);

/** @throws Error if the bytes are no ExportMetricsServiceRequest. */
export const decodeMetrics = (bytes: Uint8Array): MetricsRequest =>
  MetricsRequestType.toObject(MetricsRequestType.decode(bytes), CONVERSION);

/** An ExportLogsServiceRequest with a log record for each body. */
export const encodeLogs = (bodies: readonly string[]): Uint8Array => {
  const logRecords = bodies.map((stringValue) => ({ body: { stringValue } }));
  return LogsRequestType.encode({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }).finish();
};

/** An ExportLogsServiceResponse or ExportMetricsServiceResponse that refuses some records for good. */
export const encodePartialSuccess = (path: string, rejected: number, errorMessage: string): Uint8Array =>
  path === '/v1/logs'
    ? LogsResponseType.encode({ partialSuccess: { rejectedLogRecords: rejected, errorMessage } }).finish()
    : MetricsResponseType.encode({ partialSuccess: { rejectedDataPoints: rejected, errorMessage } }).finish();

/** A google.rpc.Status, which is the body of a failure in OTLP/HTTP. */
export const encodeStatus = (code: number, message: string): Uint8Array =>
  StatusType.encode({ code, message }).finish();

/** The log records of a request, each with what it came in. */
export const logRecordsOf = (
  request: LogsRequest,
): readonly { resource: Attributes; scope: Scope; record: LogRecord }[] =>
  (request.resourceLogs ?? []).flatMap(({ resource, scopeLogs = [] }) =>
    scopeLogs.flatMap(({ scope = {}, logRecords = [] }) =>
      logRecords.map((record) => ({ resource: attributesOf(resource?.attributes), scope, record })),
    ),
  );

/** The metrics of a request, each with what it came in. */
export const metricsOf = (
  request: MetricsRequest,
): readonly { resource: Attributes; scope: Scope; metric: Metric }[] =>
  (request.resourceMetrics ?? []).flatMap(({ resource, scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ scope = {}, metrics = [] }) =>
      metrics.map((metric) => ({ resource: attributesOf(resource?.attributes), scope, metric })),
    ),
  );

/** Number of data points in a request. */
export const dataPointsOf = (request: MetricsRequest): number =>
  metricsOf(request).reduce(
    (sum, { metric }) =>
      sum + (metric.summary?.dataPoints?.length ?? 0) + (metric.gauge?.dataPoints?.length ?? 0),
    0,
  );

export type Attributes = Readonly<Record<string, unknown>>;

/** Attributes as a plain object: texts, numbers, booleans, bigint for int64, arrays. */
export const attributesOf = (list: readonly KeyValue[] = []): Attributes =>
  Object.fromEntries(list.map(({ key = '', value }) => [key, plain(value)]));

const plain = (value: AnyValue = {}): unknown =>
  value.stringValue ??
  value.boolValue ??
  (value.intValue === undefined ? undefined : BigInt(value.intValue)) ??
  value.doubleValue ??
  value.arrayValue?.values?.map(plain) ??
  value.bytesValue;
