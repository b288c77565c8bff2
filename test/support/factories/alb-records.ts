import { encoderFor } from './encoder.ts';
import type { BatchLimits, Encoded, Format, SourceObject } from '../../../lambdas/format.ts';
import { albFormat } from './log-formats.ts';
import { type FunctionSettings, readFunctionSettings } from '../../../lambdas/function-settings.ts';
import {
  type Attributes,
  type LogRecord,
  attributesOf,
  decodeLogs,
  logRecordsOf,
} from '../../../bin/local/emulators/scout/otlp.ts';

export const OBSERVED_MS = 1_769_904_000_123;
export const OBJECT: SourceObject = {
  bucket: 'logs.example.com',
  key: 'alb/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/123456789012_elasticloadbalancing_eu-west-1_app.shop.0123456789abcdef_20260131T2359Z_203.0.113.9_1a2b3c4d.log.gz',
  etag: '"9b2cf535f27731c974343645a3985328"',
};
const LIMITS: BatchLimits = { records: 10_000, bytes: 4 * 1024 * 1024 };

/** A record as the official .proto files decode it, its attributes as a plain object. */
export type DecodedRecord = Omit<LogRecord, 'attributes'> & { readonly attributes: Attributes };

/** Settings as environment variables give them. */
export const settingsWith = (environment: Readonly<Record<string, string>> = {}): FunctionSettings =>
  readFunctionSettings({
    SCOUT_ENDPOINT: 'https://otel.example.com',
    SCOUT_TOKEN_URL: 'https://id.example.com/token',
    SCOUT_SECRET_NAME: 'scout',
    ...environment,
  });

export const formatWith = (environment: Readonly<Record<string, string>> = {}): Format =>
  albFormat(settingsWith(environment));

/** Encodes lines as one request. */
export const encode = (
  lines: readonly (string | Uint8Array)[],
  format: Format = formatWith(),
  { object = OBJECT, cut = false } = {},
): Encoded => {
  const encoder = encoderFor(format, object, OBSERVED_MS, LIMITS);
  lines.forEach((line, i) => {
    const bytes = Buffer.from(line);
    // Somewhere within a larger block, as they come from an object.
    const block = Buffer.concat([Buffer.from('before\n'), bytes, Buffer.from('\nafter')]);
    encoder.add(block, 7, 7 + bytes.length, i + 1, cut);
  });
  return encoder.take();
};

export const recordsOf = ({ request }: Pick<Encoded, 'request'>): readonly DecodedRecord[] =>
  logRecordsOf(decodeLogs(request)).map(({ record: { attributes, ...record } }) => ({
    ...record,
    attributes: attributesOf(attributes),
  }));

/** The one record that a line becomes. */
export const recordOf = (
  line: string | Uint8Array,
  environment: Readonly<Record<string, string>> = {},
  options: { object?: SourceObject; cut?: boolean } = {},
): DecodedRecord => {
  const [record, ...more] = recordsOf(encode([line], formatWith(environment), options));
  if (record === undefined || more.length > 0) throw new Error('not one record');
  return record;
};

/** The attributes but `log.record.uid`. */
export const attributesIn = (record: DecodedRecord): Attributes => {
  const { 'log.record.uid': _, ...attributes } = record.attributes;
  return attributes;
};

/** An invented access log line with all 36 fields, by name; quoted as the load balancer quotes them. */
export const FIELDS: Readonly<Record<string, string>> = {
  type: 'h2',
  time: '2026-01-31T23:59:58.123456Z',
  elb: 'app/shop/0123456789abcdef',
  'client:port': '203.0.113.77:49152',
  'target:port': '10.0.3.14:8080',
  request_processing_time: '0.001',
  target_processing_time: '0.245',
  response_processing_time: '0.000',
  elb_status_code: '200',
  target_status_code: '200',
  received_bytes: '512',
  sent_bytes: '20480',
  request: '"GET https://shop.example.com:443/basket/7?item=lamp&page=2 HTTP/2.0"',
  user_agent: '"ExampleBrowser/7.1 (Linux; en)"',
  ssl_cipher: 'TLS_AES_128_GCM_SHA256',
  ssl_protocol: 'TLSv1.3',
  target_group_arn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/basket/fedcba9876543210',
  trace_id: '"Root=1-697e94fe-0123456789abcdef01234567"',
  domain_name: '"shop.example.com"',
  chosen_cert_arn: '"arn:aws:acm:eu-west-1:123456789012:certificate/00000000-1111-2222-3333-444444444444"',
  matched_rule_priority: '7',
  request_creation_time: '2026-01-31T23:59:57.877000Z',
  actions_executed: '"waf,forward"',
  redirect_url: '"-"',
  error_reason: '"-"',
  'target:port_list': '"10.0.3.14:8080"',
  target_status_code_list: '"200"',
  classification: '"-"',
  classification_reason: '"-"',
  conn_trace_id: 'TID_00112233445566778899aabbccddeeff',
  transformed_host: '"-"',
  transformed_uri: '"-"',
  request_transform_status: '"-"',
  field_34: '198.51.100.3',
  field_35: '"-"',
  field_36: '"-"',
};

/** A line with these fields in place of the usual ones, and as many of them as wanted. */
export const lineWith = (fields: Readonly<Record<string, string>> = {}, count = 36): string =>
  Object.values({ ...FIELDS, ...fields })
    .slice(0, count)
    .join(' ');

/** A field's text without its quotes. */
export const unquoted = (text: string): string => text.replace(/^"(.*)"$/s, '$1');
