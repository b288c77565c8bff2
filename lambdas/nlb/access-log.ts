import { address, all, int, list, duration } from '../log-lines/field-writers.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { tlsProtocol } from '../log-lines/tls-fields.ts';
import { fieldText, isAbsent, type Line } from '../log-lines/line.ts';

/**
 * AWS's fields in their order, and the attributes that they become.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html#access-log-entry-format
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/tls/
 */
const FIELDS = {
  type: 'aws.elb.type',
  version: 'aws.elb.version',
  // The record has it.
  time: () => all(),
  elb: 'aws.elb.name',
  listener: 'aws.elb.tls.listener.resource_id',
  client_port: () => address('client.address', 'client.port'),
  destination_port: () => address('destination.address', 'destination.port'),
  // Milliseconds, both.
  connection_time: () => duration('aws.elb.connection_time'),
  tls_handshake_time: () => duration('aws.elb.tls_handshake_time'),
  received_bytes: () => int('aws.elb.received_bytes'),
  sent_bytes: () => int('aws.elb.sent_bytes'),
  incoming_tls_alert: () => int('aws.elb.incoming_tls_alert'),
  chosen_cert_arn: 'aws.elb.chosen_cert_arn',
  chosen_cert_serial: 'aws.elb.chosen_cert_serial',
  tls_cipher: 'tls.cipher',
  tls_protocol_version: () => tlsProtocol(),
  tls_keyexchange: 'tls.curve',
  domain_name: 'server.address',
  alpn_fe_protocol: 'tls.next_protocol',
  alpn_be_protocol: 'aws.elb.alpn_be_protocol',
  alpn_client_preference_list: () => list('aws.elb.alpn_client_preference_list', ','),
  tls_connection_creation_time: 'aws.elb.tls_connection_creation_time',
} satisfies LogSchema['conventions'];

const NAMES = Object.keys(FIELDS);
const at = (field: keyof typeof FIELDS): number => NAMES.indexOf(field);
const TYPE = at('type');
const HANDSHAKE_TIME = at('tls_handshake_time');
const ALERT = at('incoming_tls_alert');

export const NLB_ACCESS_LOG: LogSchema = {
  scope: 'aws.nlb',
  fields: NAMES,
  // Its name until 2025.
  aliases: { tls_named_group: 'tls_keyexchange' },
  // Version 1.0 ends there.
  least: at('domain_name') + 1,
  accepts: (line) => isAbsent(line, TYPE) || fieldText(line, TYPE) === 'tls',
  // The end of the connection.
  time: at('time'),
  timeForm: 'utc',
  severity: (line) => (hasFailed(line) ? 'WARN' : 'INFO'),
  resource: at('elb'),
  addresses: [{ field: at('client_port'), hasPort: true }],
  urls: [],
  conventions: FIELDS,
  attributes: 'aws.elb.',
};

/** No handshake was completed, or the client sent an alert: all but `close_notify` (0) are errors. */
const hasFailed = (line: Line): boolean =>
  fieldText(line, HANDSHAKE_TIME) === '-' || !['', '-', '0'].includes(fieldText(line, ALERT));
