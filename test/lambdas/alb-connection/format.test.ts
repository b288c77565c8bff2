import { encoderFor, refusalOf } from '../../support/factories/encoder.ts';
import { describe, expect, test } from 'vitest';
import { LOG_KINDS } from '../../../lambdas/log-kinds.ts';
import { logFormats } from '../../../lambdas/log-lines/log-formats.ts';
import { formatOf } from '../../support/factories/log-formats.ts';
import {
  OBJECT,
  OBSERVED_MS,
  type DecodedRecord,
  attributesIn,
  encode,
  lineWith,
  recordsOf,
  settingsWith,
} from '../../support/factories/alb-records.ts';
import { attributesOf, decodeLogs } from '../../../bin/local/emulators/scout/otlp.ts';

const KEY = OBJECT.key.replace('123456789012_', 'conn_log.123456789012_');
const object = { ...OBJECT, key: KEY };

const FIELDS = {
  timestamp: '2026-01-31T23:59:58.123456Z',
  client_ip: '203.0.113.77',
  client_port: '49152',
  listener_port: '443',
  tls_protocol: 'TLSv1.3',
  tls_cipher: 'TLS_AES_128_GCM_SHA256',
  tls_handshake_latency: '0.017',
  leaf_client_cert_subject: '"CN=client.example.com,O=Example"',
  leaf_client_cert_validity: 'NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z',
  leaf_client_cert_serial_number: '00112233AABBCCDD',
  tls_verify_status: 'Success',
  conn_trace_id: 'TID_00112233445566778899aabbccddeeff',
};
const lineOf = (fields: Readonly<Record<string, string>> = {}, count = 12): string =>
  Object.values({ ...FIELDS, ...fields })
    .slice(0, count)
    .join(' ');
const PLAIN =
  '2026-01-31T23:59:58.123456Z 203.0.113.77 49152 80 - - - "-" - - - TID_00112233445566778899aabbccddeeff';

const formatWith = (environment: Readonly<Record<string, string>> = {}) =>
  formatOf('alb-connection', settingsWith(environment));
const recordOf = (line: string, environment: Readonly<Record<string, string>> = {}): DecodedRecord => {
  const [record] = recordsOf(encode([line], formatWith(environment), { object }));
  if (record === undefined) throw new Error('no record');
  return record;
};

describe('a line of the connection log', () => {
  test('has its fields in body and attributes', () => {
    const record = recordOf(lineOf());
    const values = Object.entries(FIELDS).map(([name, value]) => [name, value.replaceAll('"', '')]);
    expect(JSON.parse(record.body?.stringValue ?? '')).toEqual(Object.fromEntries(values));
    expect(attributesIn(record)).toEqual(Object.fromEntries(values));
    expect(record).toMatchObject({
      timeUnixNano: '1769903998123456000',
      observedTimeUnixNano: `${OBSERVED_MS}000000`,
      severityText: 'INFO',
    });
    expect(record.traceId).toBeUndefined();
  });

  test('has attributes of the semantic conventions', () => {
    expect(attributesIn(recordOf(lineOf(), { ALB_ATTRIBUTES: 'semconv' }))).toEqual({
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'server.port': 443n,
      'tls.protocol.name': 'tls',
      'tls.protocol.version': '1.3',
      'tls.cipher': 'TLS_AES_128_GCM_SHA256',
      'aws.elb.tls_handshake_latency': 0.017,
      'tls.client.subject': 'CN=client.example.com,O=Example',
      'tls.client.not_before': '2026-01-01T00:00:00Z',
      'tls.client.not_after': '2027-01-01T00:00:00Z',
      'aws.elb.leaf_client_cert_serial_number': '00112233AABBCCDD',
      'aws.elb.tls_verify_status': 'Success',
      'aws.elb.connection_trace_id': 'TID_00112233445566778899aabbccddeeff',
    });
    expect(attributesIn(recordOf(PLAIN, { ALB_ATTRIBUTES: 'semconv' }))).toEqual({
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'server.port': 80n,
      'aws.elb.connection_trace_id': 'TID_00112233445566778899aabbccddeeff',
    });
  });

  test('warns of a certificate that was refused', () => {
    const record = recordOf(lineOf({ tls_verify_status: 'Failed:ClientCertUntrusted' }), {
      ALB_ATTRIBUTES: 'both',
    });
    expect(record.severityText).toBe('WARN');
    expect(record.attributes).toMatchObject({
      tls_verify_status: 'Failed:ClientCertUntrusted',
      'aws.elb.tls_verify_status': 'Failed:ClientCertUntrusted',
      'error.type': 'ClientCertUntrusted',
    });
  });

  test.each([
    [{ listener_port: '443', tls_handshake_latency: '-' }, 'WARN'],
    [{ listener_port: '8443', tls_handshake_latency: '-' }, 'WARN'],
    [{ listener_port: '4443', tls_handshake_latency: '0.012' }, 'WARN'],
    [{ listener_port: '80', tls_handshake_latency: '-' }, 'INFO'],
    [{ listener_port: '8080', tls_handshake_latency: '-' }, 'INFO'],
  ])('without a TLS protocol, with %j, is %s', (fields, severity) => {
    const record = recordOf(
      lineOf({ tls_protocol: '-', tls_cipher: '-', tls_verify_status: '-', ...fields }),
      { ALB_ATTRIBUTES: 'semconv' },
    );
    expect(record.severityText).toBe(severity);
    expect(record.attributes).not.toHaveProperty('error.type');
  });

  test('keeps a validity of another form as it is', () => {
    const { attributes } = recordOf(lineOf({ leaf_client_cert_validity: 'forever' }), {
      ALB_ATTRIBUTES: 'semconv',
    });
    expect(attributes['aws.elb.leaf_client_cert_validity']).toBe('forever');
  });

  test('may be from before connections had an id, or from after AWS appended fields', () => {
    expect(attributesIn(recordOf(lineOf({}, 11)))).not.toHaveProperty('conn_trace_id');
    const later = `${lineOf()} x25519 app/shop/0123456789abcdef 198.51.100.3 later -`;
    expect(attributesIn(recordOf(later))).toMatchObject({
      tls_keyexchange: 'x25519',
      elb: 'app/shop/0123456789abcdef',
      ip_address: '198.51.100.3',
      field_16: 'later',
    });
    expect(attributesIn(recordOf(later, { ALB_ATTRIBUTES: 'semconv' }))).toMatchObject({
      'tls.curve': 'x25519',
      'aws.elb.name': 'app/shop/0123456789abcdef',
      'aws.elb.ip_address': '198.51.100.3',
      'aws.elb.field_16': 'later',
    });
  });

  test('hides the client where addresses are masked', () => {
    for (const ALB_ATTRIBUTES of ['aws', 'semconv', 'both']) {
      const environment = {
        ALB_ATTRIBUTES,
        ALB_CLIENT_ADDRESS: 'mask',
        ALB_QUERY_STRINGS: 'drop',
        ALB_BODY: 'line',
      };
      const record = recordOf(lineOf(), environment);
      expect(record.body?.stringValue).toBe(lineOf({ client_ip: '203.0.113.0' }));
      expect(Object.values(record.attributes)).toContain('203.0.113.0');
      const v6 = recordOf(lineOf({ client_ip: '2001:db8:3f8e:1::77' }), environment);
      expect(v6.body?.stringValue).toBe(lineOf({ client_ip: '2001:db8:3f8e::0' }));
    }
  });

  test('is sampled unless its handshake failed, and never skipped by what it does not have', () => {
    const sampled = (line: string) => encode([line], formatWith({ ALB_SAMPLE_RATE: '0' }), { object });
    expect(sampled(lineOf())).toMatchObject({ records: 0, filtered: 1 });
    expect(sampled(lineOf({ tls_verify_status: 'Failed:ClientCertExpired' }))).toMatchObject({ records: 1 });
    const environment = {
      ALB_SKIP_STATUS: '2xx',
      ALB_SKIP_USER_AGENT: '.*',
      ALB_SKIP_PATH: '.*',
    };
    expect(encode([lineOf()], formatWith(environment), { object })).toMatchObject({
      records: 1,
      filtered: 0,
    });
  });
});

test.each([
  ['an access log', lineWith()],
  ['too few fields', lineOf({}, 10)],
  [
    'a classic load balancer',
    '2026-01-31T23:59:58.123456Z my-shop 203.0.113.77:49152 10.0.3.14:80 0.1 0.2 0.3 200 200 0 29 "GET / HTTP/1.1"',
  ],
  ['no log', 'Enable ConnectionLog for ELB'],
])('a text from %s is forwarded as it is, with a warning', (_, text) => {
  const record = recordOf(text);
  expect(record.body?.stringValue).toBe(text);
  expect(attributesIn(record)).toEqual({ 'error.type': 'unparsable_line' });
});

test('a request names the load balancer, and a scope of its own', () => {
  const [{ resource, scopeLogs } = {}] =
    decodeLogs(encode([lineOf()], formatWith(), { object }).request).resourceLogs ?? [];
  expect(attributesOf(resource?.attributes)).toMatchObject({
    'service.name': 'alb',
    'cloud.resource_id':
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef',
  });
  expect(scopeLogs?.[0]?.scope?.name).toBe('aws.alb.connection');
  expect(attributesOf(scopeLogs?.[0]?.scope?.attributes)).toEqual({
    'aws.s3.bucket': OBJECT.bucket,
    'aws.s3.key': KEY,
  });
});

const mismatch = (head: string) => refusalOf(formatWith(), head);

const formatsWith = (kinds: string) => logFormats(LOG_KINDS, settingsWith({ LOG_KINDS: kinds }));
const scopeOf = (kinds: string, key: string, lines: readonly string[] = []): string | undefined => {
  const format = formatsWith(kinds)(key, 100);
  if ('skip' in format) return format.skip;
  const head = Buffer.from(lines.join('\n'));
  const encoder = encoderFor(format, { bucket: 'b', key }, OBSERVED_MS, undefined, head);
  encoder.add(Buffer.from('x'), 0, 1, 1, false);
  return decodeLogs(encoder.take().request).resourceLogs?.[0]?.scopeLogs?.[0]?.scope?.name;
};

describe('an object', () => {
  test('named as a log of a kind is read as that kind where it is turned on', () => {
    const both = 'alb,alb-connection';
    expect([KEY, OBJECT.key].map((key) => scopeOf(both, key))).toEqual(['aws.alb.connection', 'aws.alb']);
    expect(scopeOf('alb', KEY)).toBe('log of the kind alb-connection, which LOG_KINDS does not turn on');
    expect(scopeOf('alb-connection', OBJECT.key)).toBe(
      'log of the kind alb, which LOG_KINDS does not turn on',
    );
  });

  test('under another name is read as the kind that its content shows', () => {
    const both = 'alb,alb-connection';
    expect(scopeOf(both, 'alb/copy.gz', ['broken', lineOf()])).toBe('aws.alb.connection');
    expect(scopeOf(both, 'alb/copy.gz', [lineWith()])).toBe('aws.alb');
    expect(scopeOf('alb', 'alb/copy.log', [lineWith()])).toBe('aws.alb');
  });

  test('that is not a log is skipped', () => {
    const formatOf = formatsWith('alb,alb-connection');
    expect(formatOf(KEY, 0)).toEqual({ skip: 'zero-byte object' });
    expect(formatOf('alb/ELBConnectionLogTestFile', 100)).toMatchObject({
      skip: expect.stringContaining('test file'),
    });
    expect(formatOf('alb/conn_log.txt', 100)).toMatchObject({ skip: expect.stringContaining('*.log') });
  });

  test('named as a connection log that holds something else is refused', () => {
    const wanted = 'none of its first lines is a line of alb-connection';
    expect(mismatch(`${lineOf()}\n${lineOf()}`)).toBeUndefined();
    expect(mismatch('broken\n')).toBe(`${wanted}; it begins with "broken"`);
    expect(mismatch(`broken\n${lineOf()}\n`)).toBeUndefined();
    expect(mismatch(lineWith())).toBe(`${wanted}; they are lines of alb`);
    expect(mismatch(`\n${lineWith({}, 18)} \r\nmore`)).toBe(`${wanted}; they are lines of alb`);
    expect(mismatch('\u0000')).toContain('control byte');
  });

  test('of a kind that is not turned on is refused with the setting that turns it on', () => {
    const format = formatsWith('alb')('alb/copy.gz', 100);
    if ('skip' in format) throw new Error(format.skip);
    expect(refusalOf(format, lineOf())).toBe(
      'none of its first lines is a line of alb; they are lines of alb-connection, a kind that LOG_KINDS=alb,alb-connection turns on',
    );
  });

  test('of something else is refused with the beginning of its first line, without secrets', () => {
    const format = formatOf('alb', settingsWith({ ALB_CLIENT_ADDRESS: 'mask' }));
    const text = `\r\n203.0.113.77 https://ops:hunter2@example.com/?sig=hush ${'x'.repeat(100)}`;
    expect(refusalOf(format, text)).toBe(
      `none of its first lines is a line of alb; it begins with "203.0.113.0 https://REDACTED@example.com/?sig=REDACTED ${'x'.repeat(25)}"`,
    );
  });
});
