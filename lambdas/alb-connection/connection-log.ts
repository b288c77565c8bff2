import { type FieldWriter, all, int, duration, text } from '../log-lines/field-writers.ts';
import { fieldText, hasNothing, type Line } from '../log-lines/line.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { tlsProtocol } from '../log-lines/tls-fields.ts';

/**
 * AWS's fields in their order, and the attributes that they become.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html#connection-log-entry-format
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/tls/
 */
const FIELDS = {
  // The record has it.
  timestamp: () => all(),
  client_ip: 'client.address',
  client_port: () => int('client.port'),
  listener_port: () => int('server.port'),
  tls_protocol: () => tlsProtocol(),
  tls_cipher: 'tls.cipher',
  tls_handshake_latency: () => duration('aws.elb.tls_handshake_latency'),
  leaf_client_cert_subject: 'tls.client.subject',
  leaf_client_cert_validity: () => validity(),
  leaf_client_cert_serial_number: 'aws.elb.leaf_client_cert_serial_number',
  tls_verify_status: () => all(text('aws.elb.tls_verify_status'), errorType()),
  conn_trace_id: 'aws.elb.connection_trace_id',
  tls_keyexchange: 'tls.curve',
  elb: 'aws.elb.name',
  ip_address: 'aws.elb.ip_address',
} satisfies LogSchema['conventions'];

const NAMES = Object.keys(FIELDS);
const at = (field: keyof typeof FIELDS): number => NAMES.indexOf(field);
const CLIENT_PORT = at('client_port');
const LISTENER_PORT = at('listener_port');
const TLS_PROTOCOL = at('tls_protocol');
const LATENCY = at('tls_handshake_latency');
const VERIFY_STATUS = at('tls_verify_status');

export const CONNECTION_LOG: LogSchema = {
  scope: 'aws.alb.connection',
  fields: NAMES,
  // The name of CloudWatch Logs.
  aliases: { time: 'timestamp' },
  least: VERIFY_STATUS + 1,
  // A classic load balancer's access log also begins with its time, but has addresses there.
  accepts: (line) => isNumber(line, CLIENT_PORT) && isNumber(line, LISTENER_PORT),
  time: at('timestamp'),
  severity: (line) => (hasFailed(line) ? 'WARN' : 'INFO'),
  resource: at('elb'),
  addresses: [{ field: at('client_ip'), hasPort: false }],
  urls: [],
  conventions: FIELDS,
  attributes: 'aws.elb.',
};

/** `NotBefore=2026-01-31T00:00:00Z;NotAfter=2027-01-31T00:00:00Z` */
const validity = (): FieldWriter => {
  const notBefore = text('tls.client.not_before');
  const notAfter = text('tls.client.not_after');
  const other = text('aws.elb.leaf_client_cert_validity');
  return (writer, line, start, end) => {
    const [, before] = VALIDITY.exec(line.bytes.toString('utf8', start, end)) ?? [];
    if (before === undefined) return other(writer, line, start, end);
    const middle = start + 'NotBefore='.length + before.length;
    notBefore(writer, line, start + 'NotBefore='.length, middle);
    notAfter(writer, line, middle + ';NotAfter='.length, end);
  };
};
const VALIDITY = /^NotBefore=([\w:.+-]+);NotAfter=[\w:.+-]+$/;

/**
 * Whether the TLS handshake failed. Without mutual TLS nothing says so but the missing protocol; that is also how the
 * connections of a plain HTTP listener are logged, so the port must be one of TLS, or the handshake have taken time.
 */
const hasFailed = (line: Line): boolean =>
  isRefused(line) ||
  (fieldText(line, TLS_PROTOCOL) === '-' &&
    (TLS_PORTS.has(fieldText(line, LISTENER_PORT)) || !hasNothing(line, LATENCY)));
const TLS_PORTS = new Set(['443', '8443']);

/** `Failed:ClientCertUntrusted` */
const isRefused = (line: Line): boolean => fieldText(line, VERIFY_STATUS).startsWith(FAILED);
const FAILED = 'Failed:';

const errorType = (): FieldWriter => {
  const write = text('error.type');
  return (writer, line, start, end) => {
    if (isRefused(line)) write(writer, line, start + FAILED.length, end);
  };
};

const isNumber = (line: Line, i: number): boolean => /^\d*$/.test(fieldText(line, i));
