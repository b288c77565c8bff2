import { describe, expect, test } from 'vitest';
import { attributesIn, lineWith } from '../../support/factories/alb-records.ts';
import { recordsOfKind } from '../../support/factories/log-kind-records.ts';

const { record, recordAfter, records, semconv } = recordsOfKind('nlb');

const FIELDS = {
  type: 'tls',
  version: '2.0',
  time: '2026-01-31T23:59:58',
  elb: 'net/edge/0123456789abcdef',
  listener: '93d7c1e05b8f4a26',
  client_port: '203.0.113.77:49152',
  destination_port: '10.0.3.14:443',
  connection_time: '5012',
  tls_handshake_time: '17',
  received_bytes: '98',
  sent_bytes: '1234567890123456789',
  incoming_tls_alert: '-',
  chosen_cert_arn: 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-1111-2222-3333-444444444444',
  chosen_cert_serial: '-',
  tls_cipher: 'TLS_AES_128_GCM_SHA256',
  tls_protocol_version: 'tlsv13',
  tls_keyexchange: 'x25519',
  domain_name: 'edge.example.com',
  alpn_fe_protocol: 'h2',
  alpn_be_protocol: '-',
  alpn_client_preference_list: '"h2","http/1.1"',
  tls_connection_creation_time: '2026-01-31T23:59:53',
};
const lineOf = (fields: Readonly<Record<string, string>> = {}, count = 22): string =>
  Object.values({ ...FIELDS, ...fields })
    .slice(0, count)
    .join(' ');
const NO_HANDSHAKE = lineOf({
  connection_time: '1',
  received_bytes: '0',
  sent_bytes: '0',
  ...Object.fromEntries(
    Object.keys(FIELDS)
      .slice(11)
      .map((name) => [name, '-']),
  ),
  tls_handshake_time: '-',
});

describe('a line of the access log of a Network Load Balancer', () => {
  test.each([18, 21, 22])('of %i fields has each in body and attributes', (count) => {
    const fields = Object.entries(FIELDS).slice(0, count);
    const read = record(lineOf({}, count));
    expect(JSON.parse(read.body?.stringValue ?? '')).toEqual(Object.fromEntries(fields));
    expect(attributesIn(read)).toEqual(Object.fromEntries(fields.filter(([, value]) => value !== '-')));
    expect(read).toMatchObject({ timeUnixNano: '1769903998000000000', severityText: 'INFO' });
  });

  test('has attributes of the semantic conventions', () => {
    expect(semconv(lineOf())).toEqual({
      'aws.elb.type': 'tls',
      'aws.elb.version': '2.0',
      'aws.elb.name': 'net/edge/0123456789abcdef',
      'aws.elb.tls.listener.resource_id': '93d7c1e05b8f4a26',
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'destination.address': '10.0.3.14',
      'destination.port': 443n,
      'aws.elb.connection_time': 5012,
      'aws.elb.tls_handshake_time': 17,
      'aws.elb.received_bytes': 98n,
      'aws.elb.sent_bytes': 1234567890123456789n,
      'aws.elb.chosen_cert_arn': FIELDS.chosen_cert_arn,
      'tls.cipher': 'TLS_AES_128_GCM_SHA256',
      'tls.protocol.name': 'tls',
      'tls.protocol.version': '1.3',
      'tls.curve': 'x25519',
      'server.address': 'edge.example.com',
      'tls.next_protocol': 'h2',
      'aws.elb.alpn_client_preference_list': ['h2', 'http/1.1'],
      'aws.elb.tls_connection_creation_time': '2026-01-31T23:59:53',
    });
  });

  test.each([
    ['incoming_tls_alert', '48', { 'aws.elb.incoming_tls_alert': 48n }],
    ['chosen_cert_serial', '0a1b2c', { 'aws.elb.chosen_cert_serial': '0a1b2c' }],
    ['alpn_be_protocol', 'http/1.1', { 'aws.elb.alpn_be_protocol': 'http/1.1' }],
  ])('that has a %s has its attribute', (name, value, attributes) => {
    expect(semconv(lineOf({ [name]: value }))).toMatchObject(attributes);
  });

  test.each([
    ['tlsv10', '1.0'],
    ['tlsv12', '1.2'],
    ['TLSv1.2', '1.2'],
  ])('of %s has version %s', (tls_protocol_version, version) => {
    expect(semconv(lineOf({ tls_protocol_version }))['tls.protocol.version']).toBe(version);
  });

  test('has the client behind the last colon, whatever its address', () => {
    expect(semconv(lineOf({ client_port: '2001:db8:3f8e:1::77:49152' }))).toMatchObject({
      'client.address': '2001:db8:3f8e:1::77',
      'client.port': 49152n,
    });
    const masked = record(lineOf({ client_port: '2001:db8:3f8e:1::77:49152' }), {
      ALB_CLIENT_ADDRESS: 'mask',
      ALB_BODY: 'line',
    });
    expect(masked.body?.stringValue).toBe(lineOf({ client_port: '2001:db8:3f8e::0:49152' }));
  });

  test('may offer one protocol, whose quotes are left out', () => {
    const single = lineOf({ alpn_client_preference_list: '"h2"' });
    expect(record(single).attributes['alpn_client_preference_list']).toBe('h2');
    expect(semconv(single)['aws.elb.alpn_client_preference_list']).toEqual(['h2']);
  });

  test.each([
    ['no handshake', NO_HANDSHAKE, 'WARN'],
    ['an alert of the client', lineOf({ incoming_tls_alert: '48' }), 'WARN'],
    ['the alert that ends a connection', lineOf({ incoming_tls_alert: '0' }), 'INFO'],
    ['neither field, in version 1.0', lineOf({ version: '1.0' }, 18), 'INFO'],
  ])('with %s has its severity', (_, text, severity) => {
    expect(record(text).severityText).toBe(severity);
    const kept = severity === 'WARN' ? 1 : 0;
    expect(records(text, { ALB_SAMPLE_RATE: '0' })).toHaveLength(kept);
  });

  test.each([
    ['too few fields', lineOf({}, 17)],
    ['another type', lineOf({ type: 'tcp' })],
    ['no time', lineOf({ time: '2026-01-31' })],
    ['a list that does not end', lineOf({ alpn_client_preference_list: '"h2","http/1.1' }, 21)],
    ['an access log of an ALB', lineWith()],
  ])('that is not one (%s) is sent as it is, with a warning', (_, text) => {
    const read = recordAfter(lineOf(), text);
    expect(read.body?.stringValue).toBe(text);
    expect(attributesIn(read)).toEqual({ 'error.type': 'unparsable_line' });
  });
});

test('an object without a line of a Network Load Balancer is refused', () => {
  expect(() => records(lineWith())).toThrow(
    'none of its first lines is a line of nlb; they are lines of alb',
  );
});

test('vended logs of a Network Load Balancer have the attributes of the line', () => {
  for (const text of [JSON.stringify(FIELDS), Object.values(FIELDS).join('\t')])
    expect(attributesIn(record(text))).toEqual(attributesIn(record(lineOf())));
});
