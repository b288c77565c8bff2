import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributesIn, encode, formatWith, lineWith, recordOf } from '../../support/factories/alb-records.ts';

const semconvOf = (fields: Readonly<Record<string, string>> = {}, count = 36) =>
  attributesIn(recordOf(lineWith(fields, count), { ALB_ATTRIBUTES: 'semconv', ALB_BODY: 'none' }));

/** Those of the attributes that begin so. */
const those = (attributes: Readonly<Record<string, unknown>>, ...prefixes: readonly string[]) =>
  Object.fromEntries(
    Object.entries(attributes).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))),
  );

const requestOf = (request: string) =>
  those(semconvOf({ request: `"${request}"` }), 'http.request.method', 'url.', 'server.', 'network.');

describe('attributes of the semantic conventions', () => {
  test('of a line with all fields', () => {
    expect(semconvOf()).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200n,
      'url.full': 'https://shop.example.com:443/basket/7?item=lamp&page=2',
      'url.scheme': 'https',
      'url.path': '/basket/7',
      'url.query': 'item=lamp&page=2',
      'server.address': 'shop.example.com',
      'server.port': 443n,
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'network.protocol.name': 'http',
      'network.protocol.version': '2',
      'user_agent.original': 'ExampleBrowser/7.1 (Linux; en)',
      'http.request.size': 512n,
      'http.response.size': 20480n,
      'tls.protocol.name': 'tls',
      'tls.protocol.version': '1.3',
      'tls.cipher': 'TLS_AES_128_GCM_SHA256',
      'aws.elb.type': 'h2',
      'aws.elb.name': 'app/shop/0123456789abcdef',
      'aws.elb.target.address': '10.0.3.14',
      'aws.elb.target.port': 8080n,
      'aws.elb.request_processing_time': 0.001,
      'aws.elb.target_processing_time': 0.245,
      'aws.elb.response_processing_time': 0,
      'aws.elb.target_status_code': 200n,
      'aws.elb.target_group_arn':
        'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/basket/fedcba9876543210',
      'aws.elb.domain_name': 'shop.example.com',
      'aws.elb.chosen_cert_arn':
        'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-1111-2222-3333-444444444444',
      'aws.elb.matched_rule_priority': 7n,
      'aws.elb.request_creation_time': '2026-01-31T23:59:57.877000Z',
      'aws.elb.actions_executed': ['waf', 'forward'],
      'aws.elb.connection_trace_id': 'TID_00112233445566778899aabbccddeeff',
      'aws.elb.field_34': '198.51.100.3',
    });
  });

  test('leave out what the load balancer does not know', () => {
    const unknown = {
      'target:port': '-',
      request_processing_time: '-1',
      target_processing_time: '-1',
      response_processing_time: '-1',
      elb_status_code: '-',
      target_status_code: '-',
      request: '"-"',
      user_agent: '"-"',
      ssl_cipher: '-',
      ssl_protocol: '-',
      target_group_arn: '-',
      trace_id: '"-"',
      domain_name: '"-"',
      chosen_cert_arn: '"-"',
      actions_executed: '"-"',
      conn_trace_id: '-',
    };
    expect(semconvOf({ ...unknown, matched_rule_priority: '-1' }, 33)).toEqual({
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'http.request.size': 512n,
      'http.response.size': 20480n,
      'aws.elb.type': 'h2',
      'aws.elb.name': 'app/shop/0123456789abcdef',
      'aws.elb.matched_rule_priority': -1n,
      'aws.elb.request_creation_time': '2026-01-31T23:59:57.877000Z',
    });
  });

  test('of fields that are rarely present', () => {
    const attributes = semconvOf({
      redirect_url: '"https://shop.example.com:443/new"',
      classification: '"Ambiguous"',
      classification_reason: '"UndefinedContentLengthSemantics"',
      transformed_host: '"inner.example.com"',
      transformed_uri: '"/v2/basket"',
      request_transform_status: '"TransformSuccess"',
      actions_executed: '"authenticate"',
    });
    expect(attributes).toMatchObject({
      'aws.elb.redirect_url': 'https://shop.example.com:443/new',
      'aws.elb.classification': 'Ambiguous',
      'aws.elb.classification_reason': 'UndefinedContentLengthSemantics',
      'aws.elb.transformed_host': 'inner.example.com',
      'aws.elb.transformed_uri': '/v2/basket',
      'aws.elb.request_transform_status': 'TransformSuccess',
      'aws.elb.actions_executed': ['authenticate'],
    });
  });

  test('name several targets, where one would only say again what is known', () => {
    const several = {
      'target:port_list': '"10.0.3.14:8080 10.0.3.15:8080"',
      target_status_code_list: '"502 200"',
    };
    expect(those(semconvOf(several), 'aws.elb.target_port', 'aws.elb.target_status_code_')).toEqual({
      'aws.elb.target_port_list': ['10.0.3.14:8080', '10.0.3.15:8080'],
      'aws.elb.target_status_code_list': ['502', '200'],
    });
  });

  test.each([
    ['"-"', '500', '500'],
    ['"-"', '200', undefined],
    ['"-"', '404', undefined],
    ['"-"', '50', undefined],
    ['"-"', '5000', undefined],
    ['"LambdaThrottling"', '500', 'LambdaThrottling'],
    ['"LambdaConnectionTimeout"', '200', 'LambdaConnectionTimeout'],
  ])('of reason %s and status %s have error.type %s', (error_reason, elb_status_code, type) => {
    const attributes = semconvOf({ error_reason, elb_status_code });
    expect(attributes['error.type']).toBe(type);
    expect(attributes['aws.elb.error_reason']).toBe(error_reason === '"-"' ? undefined : type);
  });

  test('have error.type once, where both reason and status say what went wrong', () => {
    const line = lineWith({ error_reason: '"LambdaThrottling"', elb_status_code: '502' });
    const { request } = encode([line], formatWith({ ALB_ATTRIBUTES: 'semconv', ALB_BODY: 'none' }));
    expect(Buffer.from(request).toString('latin1').split('error.type')).toHaveLength(2);
  });

  test('have error.type of a line that is too short to have a reason', () => {
    expect(semconvOf({ elb_status_code: '503' }, 18)['error.type']).toBe('503');
  });

  test.each([
    ['99', undefined],
    ['100', 100n],
    ['599', 599n],
    ['600', undefined],
    ['abc', undefined],
    ['-1', undefined],
  ])('of status %s have http.response.status_code %s', (elb_status_code, code) => {
    expect(semconvOf({ elb_status_code })['http.response.status_code']).toBe(code);
  });

  test.each([
    ['123456789012345', 123456789012345n],
    ['1234567890123456', 1234567890123456n],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['9223372036854775808', undefined],
    ['-9223372036854775808', -(2n ** 63n)],
    ['12345678901234567890', undefined],
    ['1234567890123456.5', undefined],
  ])('of %s bytes have exactly that size, or none', (sent_bytes, size) => {
    expect(semconvOf({ sent_bytes })['http.response.size']).toBe(size);
  });

  test.each([
    ['0.0195840112345678', 0.0195840112345678],
    ['1234567890123456', 1234567890123456],
    ['5.8E-4', 0.00058],
    ['1e5', 100_000],
    ['1e999', undefined],
    ['1e', undefined],
    ['12345678901234567x', undefined],
  ])('of a duration of %s have the double nearest to it', (target_processing_time, duration) => {
    expect(semconvOf({ target_processing_time })['aws.elb.target_processing_time']).toBe(duration);
  });

  test.each([
    ['TLSv1.2', 'tls', '1.2'],
    ['TLSv1', 'tls', '1'],
    ['SSLv3', 'ssl', '3'],
    ['quic', undefined, undefined],
  ])('of %s have protocol %s and version %s', (ssl_protocol, name, version) => {
    const attributes = semconvOf({ ssl_protocol });
    expect([attributes['tls.protocol.name'], attributes['tls.protocol.version']]).toEqual([name, version]);
  });

  test.each([
    ['Root=1-697e94fe-0123456789abcdef01234567', false],
    ['Root=1-00000000-000000000000000000000000', true],
    ['Self=1-697e94fe-0123456789abcdef01234567', true],
    ['Root=1-697e94fe-0123456789abcdef01234567;Sampled=1', true],
    ['any', true],
  ])('of trace header %s have it as an attribute: %s', (header, isThere) => {
    const attributes = semconvOf({ trace_id: `"${header}"` });
    expect(attributes['aws.elb.aws_trace_id']).toBe(isThere ? header : undefined);
  });

  test('say that a session was resumed, and only then', () => {
    expect(semconvOf({ chosen_cert_arn: '"session-reused"' })['tls.resumed']).toBe(true);
    expect(semconvOf()['tls.resumed']).toBeUndefined();
  });

  test.each([
    ['2001:db8::7:443', '2001:db8::7', 443n],
    ['[2001:db8::7]:443', '2001:db8::7', 443n],
    ['203.0.113.7:8080', '203.0.113.7', 8080n],
    ['203.0.113.7:', '203.0.113.7', undefined],
    ['203.0.113.7:none', '203.0.113.7', undefined],
    ['[2001:db8::7]', '2001:db8::7', undefined],
    ['nowhere', 'nowhere', undefined],
  ])('of the client %s have address %s and port %s', (client, address, port) => {
    const attributes = semconvOf({ 'client:port': client });
    expect([attributes['client.address'], attributes['client.port']]).toEqual([address, port]);
  });

  test('leave out numbers that are none', () => {
    const wrong = {
      received_bytes: 'many',
      sent_bytes: '1.5',
      target_processing_time: 'slow',
      matched_rule_priority: 'first',
    };
    expect(
      those(
        semconvOf(wrong),
        'http.request.size',
        'http.response.size',
        'aws.elb.target_proc',
        'aws.elb.matched',
      ),
    ).toEqual({});
  });

  test('have durations and sizes exactly as they were logged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 0, max: 6 }), (number, digits) => {
        const text = (number / 10 ** digits).toFixed(digits);
        const attributes = semconvOf({ target_processing_time: text, sent_bytes: `${number}` });
        expect(attributes['aws.elb.target_processing_time']).toBe(Number(text));
        expect(attributes['http.response.size']).toBe(BigInt(number));
      }),
    );
  });

  test('come after the fields as AWS names them when both are wanted', () => {
    const line = lineWith();
    const aws = attributesIn(recordOf(line));
    expect(attributesIn(recordOf(line, { ALB_ATTRIBUTES: 'both' }))).toEqual({ ...aws, ...semconvOf() });
  });
});

describe('a request', () => {
  const http = { 'network.protocol.name': 'http' };

  test.each([
    [
      'POST http://203.0.113.7:80/a/b HTTP/1.1',
      {
        'http.request.method': 'POST',
        'url.full': 'http://203.0.113.7:80/a/b',
        'url.scheme': 'http',
        'url.path': '/a/b',
        'server.address': '203.0.113.7',
        'server.port': 80n,
        'network.protocol.version': '1.1',
      },
    ],
    [
      'GET https://[2001:db8::7]:443/?a=1&b=2#top HTTP/1.0',
      {
        'http.request.method': 'GET',
        'url.full': 'https://[2001:db8::7]:443/?a=1&b=2#top',
        'url.scheme': 'https',
        'url.path': '/',
        'url.query': 'a=1&b=2',
        'server.address': '2001:db8::7',
        'server.port': 443n,
        'network.protocol.version': '1.0',
      },
    ],
    [
      'GET https://shop.example.com:443/a b?c=d e HTTP/3.0',
      {
        'http.request.method': 'GET',
        'url.full': 'https://shop.example.com:443/a b?c=d e',
        'url.scheme': 'https',
        'url.path': '/a b',
        'url.query': 'c=d e',
        'server.address': 'shop.example.com',
        'server.port': 443n,
        'network.protocol.version': '3',
      },
    ],
    [
      '- http://shop.example.com:80- -',
      {
        'url.full': 'http://shop.example.com:80-',
        'url.scheme': 'http',
        'server.address': 'shop.example.com',
        'server.port': 80n,
      },
    ],
    [
      '- http://shop.example.com:80-/ ',
      {
        'url.full': 'http://shop.example.com:80-/',
        'url.scheme': 'http',
        'url.path': '/',
        'server.address': 'shop.example.com',
        'server.port': 80n,
      },
    ],
    [
      'GET http://shop.example.com:80/hello',
      {
        'http.request.method': 'GET',
        'url.full': 'http://shop.example.com:80/hello',
        'url.scheme': 'http',
        'url.path': '/hello',
        'server.address': 'shop.example.com',
        'server.port': 80n,
      },
    ],
    [
      'BREW pot://shop.example.com/ HTTP/1.1',
      {
        'http.request.method': '_OTHER',
        'http.request.method_original': 'BREW',
        'url.full': 'pot://shop.example.com/',
        'url.scheme': 'pot',
        'url.path': '/',
        'server.address': 'shop.example.com',
        'network.protocol.version': '1.1',
      },
    ],
    [
      'get /a?b=http://shop.example.com/ HTTP/2.0',
      {
        'http.request.method': '_OTHER',
        'http.request.method_original': 'get',
        'url.full': '/a?b=http://shop.example.com/',
        'url.path': '/a',
        'url.query': 'b=http://shop.example.com/',
        'network.protocol.version': '2',
      },
    ],
    [
      'GET https://user:word@shop.example.com:443 HTTP/1.1',
      {
        'http.request.method': 'GET',
        'url.full': 'https://REDACTED@shop.example.com:443',
        'url.scheme': 'https',
        'server.address': 'shop.example.com',
        'server.port': 443n,
        'network.protocol.version': '1.1',
      },
    ],
    [
      'GET http://:@probe.example::80/ HTTP/1.1',
      {
        'http.request.method': 'GET',
        'url.full': 'http://REDACTED@probe.example::80/',
        'url.scheme': 'http',
        'url.path': '/',
        'server.port': 80n,
        'network.protocol.version': '1.1',
      },
    ],
    [
      'OPTIONS * HTTP/1.1',
      { 'http.request.method': 'OPTIONS', 'url.full': '*', 'network.protocol.version': '1.1' },
    ],
    [
      'GET http:// HTTP/1.1',
      {
        'http.request.method': 'GET',
        'url.full': 'http://',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
      },
    ],
    ['GET', { 'http.request.method': 'GET' }],
    ['GET -', { 'http.request.method': 'GET' }],
    [' ', {}],
    ['- - -', {}],
    ['- - - ', {}],
    [
      'GET http://shop.example.com/ HTTP/1.0 ',
      {
        'http.request.method': 'GET',
        'url.full': 'http://shop.example.com/',
        'url.scheme': 'http',
        'url.path': '/',
        'server.address': 'shop.example.com',
        'network.protocol.version': '1.0',
      },
    ],
  ])('"%s" is split', (request, parts) => {
    expect(requestOf(request)).toEqual({ ...http, ...parts });
  });

  test.each([
    ['HTTP/2', '2'],
    ['HTTP/2.0', '2'],
    ['HTTP/2.1', '2.1'],
    ['HTTP/10', '10'],
    ['HTTP/1.0', '1.0'],
  ])('with %s has the version %s', (protocol, version) => {
    expect(requestOf(`GET / ${protocol}`)['network.protocol.version']).toBe(version);
  });

  test('of any text is split without a fault, the URL within it', () => {
    const piece = fc.constantFrom(
      'GET',
      ' ',
      '-',
      'http://',
      ':',
      '/',
      '?',
      '#',
      '@',
      '[',
      ']',
      'h',
      '80',
      'HTTP/1.1',
      '%',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const modes = { ALB_ATTRIBUTES: 'both', ALB_BODY: 'none' };
        const { attributes } = recordOf(lineWith({ request: `"${pieces.join('')}"` }), modes);
        const { request = '', 'server.address': host = '' } = attributes as Record<string, string>;
        for (const part of Object.values(those(attributes, 'http.request.method', 'url.', 'server.'))) {
          if (typeof part === 'string' && part !== '_OTHER') expect(request).toContain(part);
        }
        expect(host).toMatch(/^(?:[^:]*|[\d:]*:[\d:]*:[\d:]*)$/);
      }),
      { numRuns: 500 },
    );
  });
});
