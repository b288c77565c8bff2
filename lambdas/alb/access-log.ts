import { type FieldWriter, address, all, int, list, duration, text } from '../log-lines/field-writers.ts';
import { fieldText, type Line, isAbsent, isNothing, spanOf } from '../log-lines/line.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { request, responseStatus } from '../log-lines/http-fields.ts';
import { statusSeverity } from '../log-lines/status.ts';
import { resumed, tlsProtocol } from '../log-lines/tls-fields.ts';
import { isOnlyTraceId } from '../log-lines/trace-id.ts';

/**
 * AWS's fields in their order, and the attributes that they become.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and, for `tls.*`, .../registry/attributes/tls/
 */
const FIELDS = {
  type: 'aws.elb.type',
  // The record has it.
  time: () => all(),
  elb: 'aws.elb.name',
  'client:port': () => address('client.address', 'client.port'),
  'target:port': () => address('aws.elb.target.address', 'aws.elb.target.port'),
  request_processing_time: () => duration('aws.elb.request_processing_time'),
  target_processing_time: () => duration('aws.elb.target_processing_time'),
  response_processing_time: () => duration('aws.elb.response_processing_time'),
  elb_status_code: () => status(),
  target_status_code: () => int('aws.elb.target_status_code'),
  received_bytes: () => int('http.request.size'),
  sent_bytes: () => int('http.response.size'),
  request: () => request(),
  user_agent: 'user_agent.original',
  ssl_cipher: 'tls.cipher',
  ssl_protocol: () => tlsProtocol(),
  target_group_arn: 'aws.elb.target_group_arn',
  trace_id: () => traceHeader(),
  domain_name: 'aws.elb.domain_name',
  chosen_cert_arn: () => all(text('aws.elb.chosen_cert_arn'), resumed()),
  matched_rule_priority: () => int('aws.elb.matched_rule_priority'),
  request_creation_time: 'aws.elb.request_creation_time',
  actions_executed: () => list('aws.elb.actions_executed', ','),
  redirect_url: 'aws.elb.redirect_url',
  error_reason: () => all(text('aws.elb.error_reason'), text('error.type')),
  // With one target these say what target:port and target_status_code say.
  'target:port_list': () => list('aws.elb.target_port_list', ' ', 2),
  target_status_code_list: () => list('aws.elb.target_status_code_list', ' ', 2),
  classification: 'aws.elb.classification',
  classification_reason: 'aws.elb.classification_reason',
  conn_trace_id: 'aws.elb.connection_trace_id',
  transformed_host: 'aws.elb.transformed_host',
  transformed_uri: 'aws.elb.transformed_uri',
  request_transform_status: 'aws.elb.request_transform_status',
} satisfies LogSchema['conventions'];

const NAMES = Object.keys(FIELDS);
const at = (field: keyof typeof FIELDS): number => NAMES.indexOf(field);
const TYPE = at('type');
const STATUS = at('elb_status_code');
const REQUEST = at('request');

export const ACCESS_LOG: LogSchema = {
  scope: 'aws.alb',
  fields: NAMES,
  // Names of CloudWatch Logs. A line has no name for the field that it calls `ip_address`.
  aliases: { request_line: 'request', ip_address: `field_${NAMES.length + 1}` },
  least: at('sent_bytes') + 1,
  accepts: (line) => (isAbsent(line, TYPE) || isType(line)) && isRequest(line),
  time: at('time'),
  severity: (line) => statusSeverity(line, STATUS),
  trace: at('trace_id'),
  resource: at('elb'),
  addresses: [{ field: at('client:port'), hasPort: true }],
  request: REQUEST,
  urls: [at('redirect_url'), at('transformed_uri')],
  status: STATUS,
  userAgent: at('user_agent'),
  errorReason: at('error_reason'),
  durations: [at('request_processing_time'), at('target_processing_time'), at('response_processing_time')],
  conventions: FIELDS,
  attributes: 'aws.elb.',
};

const status = (): FieldWriter => responseStatus(at('error_reason'));

/** Only where it says more than the record's trace id. */
const traceHeader = (): FieldWriter => {
  const write = text('aws.elb.aws_trace_id');
  return (writer, line, start, end) => {
    if (!isOnlyTraceId(line.bytes, start, end)) write(writer, line, start, end);
  };
};

/** Any word, since AWS adds types, but the one of Network Load Balancers: vended logs may have too few fields to differ. */
const isType = (line: Line): boolean => {
  const letter = (line.bytes[line.starts[TYPE] as number] as number) | 0x20;
  return letter >= 0x61 && letter <= 0x7a && (letter !== LETTER_T || fieldText(line, TYPE) !== 'tls');
};
const LETTER_T = 0x74;

/**
 * Whether the request is one: without quotes it begins with a method. It is another field where plain text of CloudWatch
 * Logs has fields that the user chose, and only a word where texts lack their quotes; then the fields behind it are others too.
 */
const isRequest = (line: Line): boolean => {
  const { bytes } = line;
  const { start, end } = spanOf(line, REQUEST);
  return bytes[start - 1] === QUOTE || isNothing(bytes, start, end) || METHOD.test(fieldText(line, REQUEST));
};
const QUOTE = 0x22;
const METHOD = /^[^\s/:]+ /;
