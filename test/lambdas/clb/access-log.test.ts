import { describe, expect, test } from 'vitest';
import { attributesIn, lineWith, unquoted } from '../../support/factories/alb-records.ts';
import { recordsOfKind } from '../../support/factories/log-kind-records.ts';

const { record, recordAfter, records, semconv } = recordsOfKind('clb');

const FIELDS = {
  time: '2026-01-31T23:59:58.123456Z',
  elb: 'old-shop',
  'client:port': '203.0.113.77:49152',
  'backend:port': '10.0.3.14:8080',
  request_processing_time: '0.000073',
  backend_processing_time: '0.001048',
  response_processing_time: '0.000057',
  elb_status_code: '200',
  backend_status_code: '200',
  received_bytes: '12',
  sent_bytes: '290',
  request: '"GET https://old.example.com:443/basket?item=lamp HTTP/1.1"',
  user_agent: '"ExampleBrowser/7.1"',
  ssl_cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
  ssl_protocol: 'TLSv1.2',
};
const lineOf = (fields: Readonly<Record<string, string>> = {}, count = 15): string =>
  Object.values({ ...FIELDS, ...fields })
    .slice(0, count)
    .join(' ');
const TCP = {
  elb_status_code: '-',
  backend_status_code: '-',
  request: '"- - - "',
  user_agent: '"-"',
  ssl_cipher: '-',
  ssl_protocol: '-',
};

describe('a line of the access log of a Classic Load Balancer', () => {
  test.each([12, 15, 17])('of %i fields has each in body and attributes', (count) => {
    const fields = Object.entries({ ...FIELDS, field_16: 'later', field_17: 'x' }).slice(0, count);
    const values = Object.fromEntries(fields.map(([name, value]) => [name, unquoted(value)]));
    const read = record(lineOf({ field_16: 'later', field_17: 'x' }, count));
    expect(JSON.parse(read.body?.stringValue ?? '')).toEqual(values);
    expect(attributesIn(read)).toEqual(values);
    expect(read).toMatchObject({ timeUnixNano: '1769903998123456000', severityText: 'INFO' });
  });

  test('has attributes of the semantic conventions', () => {
    expect(semconv(lineOf())).toEqual({
      'aws.elb.name': 'old-shop',
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'aws.elb.backend.address': '10.0.3.14',
      'aws.elb.backend.port': 8080n,
      'aws.elb.request_processing_time': 0.000073,
      'aws.elb.backend_processing_time': 0.001048,
      'aws.elb.response_processing_time': 0.000057,
      'http.response.status_code': 200n,
      'aws.elb.backend.status.code': 200n,
      'http.request.size': 12n,
      'http.response.size': 290n,
      'http.request.method': 'GET',
      'url.full': 'https://old.example.com:443/basket?item=lamp',
      'url.scheme': 'https',
      'url.path': '/basket',
      'url.query': 'item=lamp',
      'server.address': 'old.example.com',
      'server.port': 443n,
      'network.protocol.name': 'http',
      'network.protocol.version': '1.1',
      'user_agent.original': 'ExampleBrowser/7.1',
      'tls.cipher': 'ECDHE-RSA-AES128-GCM-SHA256',
      'tls.protocol.name': 'tls',
      'tls.protocol.version': '1.2',
    });
  });

  test('of a TCP listener has no request, and did not fail', () => {
    expect(record(lineOf(TCP)).severityText).toBe('INFO');
    expect(semconv(lineOf(TCP))).toEqual({
      'aws.elb.name': 'old-shop',
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'aws.elb.backend.address': '10.0.3.14',
      'aws.elb.backend.port': 8080n,
      'aws.elb.request_processing_time': 0.000073,
      'aws.elb.backend_processing_time': 0.001048,
      'aws.elb.response_processing_time': 0.000057,
      'aws.elb.received_bytes': 12n,
      'aws.elb.sent_bytes': 290n,
    });
  });

  test.each([
    [
      {
        elb_status_code: '503',
        backend_status_code: '0',
        'backend:port': '-',
        request_processing_time: '-1',
      },
      'ERROR',
    ],
    [{ elb_status_code: '404' }, 'WARN'],
    [{ elb_status_code: '-' }, 'WARN'],
    [{ elb_status_code: '301' }, 'INFO'],
  ])('with %j is %s', (fields, severity) => {
    const { attributes, severityText } = record(lineOf(fields), { ALB_ATTRIBUTES: 'semconv' });
    expect(severityText).toBe(severity);
    expect(attributes['error.type']).toBe(severity === 'ERROR' ? '503' : undefined);
  });

  test('of a request without a backend leaves out what it does not have', () => {
    const attributes = semconv(
      lineOf({
        'backend:port': '-',
        backend_status_code: '0',
        backend_processing_time: '-1',
        received_bytes: '-1',
      }),
    );
    for (const name of [
      'aws.elb.backend.address',
      'aws.elb.backend.status.code',
      'aws.elb.backend_processing_time',
      'http.request.size',
    ])
      expect(attributes).not.toHaveProperty([name]);
  });

  test('may have quotes in its user agent, as load balancers wrote them in 2015', () => {
    const user_agent = String.raw`"Optional(\"Browser/1.0 (X)\") (shop)"`;
    const read = record(lineOf({ user_agent }));
    expect(read.attributes['user_agent']).toBe(unquoted(user_agent));
    expect(JSON.parse(read.body?.stringValue ?? '')).toMatchObject({ user_agent: unquoted(user_agent) });
  });

  test('has an IPv6 client with brackets or without', () => {
    for (const client of ['[2001:db8::77]:49152', '2001:db8::77:49152']) {
      expect(semconv(lineOf({ 'client:port': client }))).toMatchObject({
        'client.address': '2001:db8::77',
        'client.port': 49152n,
      });
    }
  });

  test('is skipped, sampled, masked and redacted like that of an ALB', () => {
    const settings = Object.entries({
      ALB_SKIP_STATUS: '2xx',
      ALB_SKIP_PATH: '^/basket$',
      ALB_SKIP_USER_AGENT: 'Browser',
      ALB_SAMPLE_RATE: '0',
    });
    for (const setting of settings) expect(records(lineOf(), Object.fromEntries([setting]))).toEqual([]);
    const slow = { ALB_SAMPLE_RATE: '0', ALB_SAMPLE_SLOWER_THAN: '0.001' };
    expect(records(lineOf(), slow)).toHaveLength(1);
    const masked = record(lineOf({ request: '"GET https://a:b@h/?sig=x&c=d HTTP/1.1"' }), {
      ALB_CLIENT_ADDRESS: 'mask',
      ALB_QUERY_STRINGS: 'mask',
      ALB_BODY: 'line',
    });
    expect(masked.body?.stringValue).toBe(
      lineOf({
        'client:port': '203.0.113.0:49152',
        request: '"GET https://REDACTED@h/?sig=REDACTED&c=REDACTED HTTP/1.1"',
      }),
    );
  });

  test.each([
    ['too few fields', lineOf({}, 11)],
    ['no port', lineOf({ 'client:port': '203.0.113.77' })],
    ['no durations', lineOf({ backend_processing_time: '-' })],
    ['no time', lineOf({ time: '2026-01-31T23:59:58' })],
    [
      'a connection log',
      '2026-01-31T23:59:58.123456Z 203.0.113.77 49152 443 TLSv1.3 - 0.017 "-" - - Success TID_0 - - -',
    ],
    ['an access log of an ALB', lineWith()],
  ])('that is not one (%s) is sent as it is, with a warning', (_, text) => {
    const read = recordAfter(lineOf(), text);
    expect(read.body?.stringValue).toBe(text);
    expect(attributesIn(read)).toEqual({ 'error.type': 'unparsable_line' });
  });
});

test('an object without a line of a Classic Load Balancer is refused', () => {
  expect(() => records(lineWith())).toThrow(
    'none of its first lines is a line of clb; they are lines of alb',
  );
});
