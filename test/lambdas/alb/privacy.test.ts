import { encoderFor } from '../../support/factories/encoder.ts';
import { encodedTimes, escaped, secret, unescaped } from '../../support/factories/secrets.ts';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIELDS,
  attributesIn,
  encode,
  formatWith,
  lineWith,
  recordOf,
  recordsOf,
} from '../../support/factories/alb-records.ts';

const ATTRIBUTES = ['aws', 'semconv', 'both'];
const BODIES = ['json', 'line', 'none'];
const MODES = ATTRIBUTES.flatMap((ALB_ATTRIBUTES) =>
  BODIES.map((ALB_BODY) => ({ ALB_ATTRIBUTES, ALB_BODY })),
);

/** Signed URLs and URLs with a password, also as the escaped value of another parameter. */
const urlWith = (value: string): fc.Arbitrary<string> =>
  fc
    .constantFrom(
      `https://shop.example.com:443/a?b=1&X-Amz-Signature=${value}`,
      `https://user:${value}@shop.example.com/a?b=1`,
      `//${value}@shop.example.com/?token=${value}`,
    )
    .chain((url) =>
      fc.oneof(
        escaped(url),
        fc.nat(3).map((times) => `/login?to=${encodedTimes(url, times)}&c=1`),
      ),
    );

const secretLine = (signature: string, userinfo: string) =>
  lineWith({
    request: `"GET https://shop.example.com:443/a?x-amz-signature=${signature}&b=1 HTTP/1.1"`,
    user_agent: `"Bot/1.0 (+https://${userinfo}@example.com/; é)"`,
  });

describe('secrets', () => {
  test.each(MODES)(
    'reach Scout in no form, wherever they stand, with $ALB_ATTRIBUTES and $ALB_BODY',
    (mode) => {
      const formats = ['keep', 'mask', 'drop'].map((ALB_QUERY_STRINGS) =>
        formatWith({
          ...mode,
          ALB_QUERY_STRINGS,
          ALB_CLIENT_ADDRESS: ALB_QUERY_STRINGS === 'drop' ? 'mask' : 'keep',
          ALB_REDACT_QUERY_KEYS: 'token',
        }),
      );
      const url = secret.chain((value) => fc.tuple(fc.constant(value), urlWith(value)));
      fc.assert(
        fc.property(url, ([value, url]) => {
          const lines = [
            lineWith({ request: `"GET ${url} HTTP/1.1"` }),
            ...[
              'user_agent',
              'actions_executed',
              'redirect_url',
              'transformed_uri',
              'field_35',
              'field_37',
            ].map((field) => lineWith({ [field]: `"Bot é (+${url}; x)"` })),
            `not a line "${url}`,
            JSON.stringify({ request: `GET ${url} HTTP/1.1` }),
          ];
          for (const format of formats) {
            for (const cut of [false, true]) {
              const request = Buffer.from(encode(lines, format, { cut }).request).toString('latin1');
              expect(unescaped(request).toLowerCase()).not.toContain(value);
            }
          }
        }),
        { numRuns: 20 },
      );
    },
  );

  test('are taken for such at the end of a line that was cut', () => {
    const line = lineWith().replace(/item=.*/, 'to=https://user:SECR');
    expect(recordOf(line, {}, { cut: true }).body?.stringValue).toBe(line.replace('user:SECR', 'REDACTED'));
    expect(recordOf(line).body?.stringValue).toBe(line);
  });

  test('leave the rest of the line as it is', () => {
    expect(recordOf(secretLine('SECRET', 'user:SECRET'), { ALB_BODY: 'line' }).body?.stringValue).toBe(
      secretLine('REDACTED', 'REDACTED'),
    );
  });
});

describe('query strings', () => {
  const fields = {
    request: '"GET https://shop.example.com:443/a b?name=SECRET x&flag&=SECRET&page=SECRET=#SECRET HTTP/2.0"',
    redirect_url: '"https://shop.example.com:443/new?token=SECRET"',
    transformed_uri: '"/v2?SECRET"',
    user_agent: '"Asks why? And answers"',
  };

  test.each(MODES)('are dropped from every URL, with $ALB_ATTRIBUTES and $ALB_BODY', (mode) => {
    const text = inspect(recordOf(lineWith(fields), { ...mode, ALB_QUERY_STRINGS: 'drop' }), {
      breakLength: Infinity,
    });
    expect(text).not.toMatch(/SECRET|name=|page=|token=/);
    const line = mode.ALB_BODY === 'line' || mode.ALB_ATTRIBUTES !== 'semconv';
    if (line) expect(text).toContain('GET https://shop.example.com:443/a b HTTP/2.0');
    if (mode.ALB_BODY !== 'none' || mode.ALB_ATTRIBUTES !== 'semconv')
      expect(text).toContain('Asks why? And answers');
  });

  test.each(MODES)(
    'keep their names alone where they are masked, with $ALB_ATTRIBUTES and $ALB_BODY',
    (mode) => {
      const text = inspect(recordOf(lineWith(fields), { ...mode, ALB_QUERY_STRINGS: 'mask' }), {
        breakLength: Infinity,
      });
      expect(text).not.toMatch(/SECRET|flag/);
      expect(text).toContain('?name=REDACTED&REDACTED&=REDACTED&page=REDACTED');
      expect(text).toContain('/new?token=REDACTED');
      expect(text).toContain('/v2?REDACTED');
    },
  );

  test.each(MODES)('are found after an escaped question mark, with $ALB_ATTRIBUTES and $ALB_BODY', (mode) => {
    const formats = ['drop', 'mask'].map((ALB_QUERY_STRINGS) => formatWith({ ...mode, ALB_QUERY_STRINGS }));
    const url = fc
      .tuple(secret, fc.constantFrom('?', '?name=', '?a=1&name=', '?to=https://example.com/?'))
      .chain(([value, query]) => fc.tuple(fc.constant(value), escaped(`${query}${value}`)));
    fc.assert(
      fc.property(url, ([value, query]) => {
        const lines = [
          lineWith({ request: `"GET https://shop.example.com:443/a${query} HTTP/1.1"` }),
          lineWith({ redirect_url: `"/a${query}"`, transformed_uri: `"/a${query}"` }),
          `not a line "/a${query}`,
          JSON.stringify({ request: `GET "/a${query} HTTP/1.1` }),
        ];
        for (const format of formats) {
          const request = Buffer.from(encode(lines, format).request).toString('latin1');
          expect(unescaped(request).toLowerCase()).not.toContain(value);
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['/a%3Fname=SECRET&b=SECRET', '/a%3Fname=REDACTED&b=REDACTED', '/a'],
    ['/a%253Fname%253DSECRET', '/a%253FREDACTED', '/a'],
    ['/a?filter%5Bname%5D=SECRET&to%3DSECRET=1', '/a?filter%5Bname%5D=REDACTED&REDACTED', '/a'],
    ['/users/jo@example.com/100%25', '/users/jo@example.com/100%25', '/users/jo@example.com/100%25'],
  ])('of %s become %s where they are masked and %s where they are dropped', (url, masked, dropped) => {
    const sent = (ALB_QUERY_STRINGS: string) =>
      recordOf(lineWith({ transformed_uri: `"${url}"` }), { ALB_QUERY_STRINGS }).attributes[
        'transformed_uri'
      ];
    expect([sent('mask'), sent('drop')]).toEqual([masked, dropped]);
  });

  test('are all that a line loses', () => {
    const line = lineWith({ request: '"GET http://shop.example.com:80/?a=1 HTTP/1.1"' });
    expect(recordOf(line, { ALB_QUERY_STRINGS: 'drop', ALB_BODY: 'line' }).body?.stringValue).toBe(
      line.replace('?a=1', ''),
    );
    const plain = lineWith({ request: '"GET http://shop.example.com:80/ HTTP/1.1"' });
    for (const ALB_QUERY_STRINGS of ['drop', 'mask']) {
      expect(recordOf(plain, { ALB_QUERY_STRINGS, ALB_BODY: 'line' }).body?.stringValue).toBe(plain);
    }
  });

  test('are cut from a text that is not a line, up to the next quote', () => {
    const text = 'GET /a?name=SECRET SECRET" "agent" /b?SECRET';
    expect(recordOf(text, { ALB_QUERY_STRINGS: 'drop' }).body?.stringValue).toBe('GET /a" "agent" /b');
    expect(recordOf(text, { ALB_QUERY_STRINGS: 'mask' }).body?.stringValue).toBe(
      'GET /a?name=REDACTED" "agent" /b?REDACTED',
    );
    const cut = recordOf(lineWith(fields), { ALB_QUERY_STRINGS: 'drop' }, { cut: true });
    expect(cut.body?.stringValue).not.toContain('SECRET');
    expect(attributesIn(cut)).toEqual({ 'error.type': 'unparsable_line' });
  });

  test('lose more keys where the setting names them', () => {
    const line = lineWith({ request: '"GET /?Token=SECRET&page=2&session=SECRET&sig=SECRET HTTP/1.1"' });
    const record = recordOf(line, { ALB_REDACT_QUERY_KEYS: 'token, session' });
    expect(record.attributes['request']).toBe(
      'GET /?Token=REDACTED&page=2&session=REDACTED&sig=REDACTED HTTP/1.1',
    );
    expect(record.body?.stringValue).not.toContain('SECRET');
  });
});

describe('client addresses', () => {
  test.each([
    ['203.0.113.77:49152', '203.0.113.0:49152', '203.0.113.0'],
    ['2001:db8:3f8e:1:2:3:4:5:49152', '2001:db8:3f8e::0:49152', '2001:db8:3f8e::0'],
    ['2001:db8::77:49152', '2001:db8::0:49152', '2001:db8::0'],
    ['[2001:db8:3f8e::77]:49152', '[2001:db8:3f8e::0]:49152', '2001:db8:3f8e::0'],
    ['::1:49152', '::0:49152', '::0'],
    ['2001:db8::1:2:3:4:5:49152', '2001:db8::0:49152', '2001:db8::0'],
    ['fe80::1:2:3:4:5:6:49152', 'fe80:0:1::0:49152', 'fe80:0:1::0'],
    ['0:0:7::1:49152', '0:0:7::0:49152', '0:0:7::0'],
    ['::ffff:203.0.113.77:49152', '::0:49152', '::0'],
    ['client-77:49152', 'REDACTED:49152', 'REDACTED'],
  ])('%s becomes %s', (client, masked, host) => {
    for (const mode of MODES) {
      const record = recordOf(lineWith({ 'client:port': client }), { ...mode, ALB_CLIENT_ADDRESS: 'mask' });
      expect(inspect(record)).not.toContain(client);
      if (mode.ALB_BODY === 'line')
        expect(record.body?.stringValue).toBe(lineWith({ 'client:port': masked }));
      if (mode.ALB_ATTRIBUTES !== 'semconv') expect(record.attributes['client:port']).toBe(masked);
      if (mode.ALB_ATTRIBUTES !== 'aws') expect(record.attributes['client.address']).toBe(host);
    }
  });

  test('that are missing stay so, and nothing else changes', () => {
    const line = lineWith({ 'client:port': '-' });
    expect(recordOf(line, { ALB_CLIENT_ADDRESS: 'mask', ALB_BODY: 'line' }).body?.stringValue).toBe(line);
  });

  test('never keep the last 80 bits of IPv6', () => {
    const groups = fc.array(
      fc.integer({ min: 0x1000, max: 0xffff }).map((group) => group.toString(16)),
      { minLength: 8, maxLength: 8 },
    );
    fc.assert(
      fc.property(groups, (all) => {
        const { attributes } = recordOf(lineWith({ 'client:port': `${all.join(':')}:443` }), {
          ALB_CLIENT_ADDRESS: 'mask',
        });
        expect(attributes['client:port']).toBe(`${all.slice(0, 3).join(':')}::0:443`);
      }),
      { numRuns: 20 },
    );
  });

  test('are masked wherever a text that is not a line seems to hold one', () => {
    const text =
      'http 2026-01-31T23:59:58.123456Z app/shop 203.0.113.77:49152 2001:db8::77:443 2001:db8:3f8e:1:2:3:4:5 [2001:db8::7]';
    expect(recordOf(text, { ALB_CLIENT_ADDRESS: 'mask' }).body?.stringValue).toBe(
      'http 2026-01-31T23:59:58.123456Z app/shop 203.0.113.0:49152 2001:db8::0 2001:db8:3f8e::0 [2001:db8::0]',
    );
  });

  test('and query strings can be masked together', () => {
    const environment = { ALB_CLIENT_ADDRESS: 'mask', ALB_QUERY_STRINGS: 'drop', ALB_BODY: 'line' };
    const expected = lineWith({
      'client:port': '203.0.113.0:49152',
      request: '"GET https://shop.example.com:443/basket/7 HTTP/2.0"',
    });
    expect(recordOf(lineWith(), environment).body?.stringValue).toBe(expected);
  });

  test('are masked in lines with letters beyond ASCII, which stay as they are', () => {
    const line = lineWith({ user_agent: '"é\u{1F680}"' });
    const masked = recordOf(line, { ALB_CLIENT_ADDRESS: 'mask', ALB_BODY: 'line' }).body?.stringValue;
    expect(masked).toBe(line.replace('203.0.113.77', '203.0.113.0'));
  });
});

test.each([
  'a',
  ':',
  'a:',
  '1.',
  '?',
  '?a',
  '&',
  '=',
  '?a=',
  '::',
  '"?',
  'f00d:',
  '?sig=&',
  '%25',
  '\\"',
  '?%3d=',
])('a mebibyte of %j is masked without the time growing with its square', (piece) => {
  const text = piece.repeat((1024 * 1024) / piece.length);
  const environment = { ALB_CLIENT_ADDRESS: 'mask', ALB_QUERY_STRINGS: 'mask' };
  expect(recordOf(`x ${text}`, environment).attributes['error.type']).toBe('unparsable_line');
  const fields = {
    'client:port': text.replaceAll('"', ''),
    request: `"GET ${text.replaceAll('"', '')} HTTP/1.1"`,
  };
  expect(recordOf(lineWith(fields), environment).attributes['elb']).toBe(FIELDS['elb']);
});

/** Lines that were not dropped, by `user_agent`; and the number of dropped ones. */
const left = (lines: readonly string[], environment: Readonly<Record<string, string>>) => {
  const encoded = encode(lines, formatWith(environment));
  const records = recordsOf(encoded);
  expect(records.length + encoded.filtered).toBe(lines.length);
  return {
    records,
    filtered: encoded.filtered,
    agents: records.map(({ attributes }) => attributes['user_agent']),
  };
};

const withStatus = (status: string) => lineWith({ elb_status_code: status, user_agent: `"${status}"` });

describe('requests', () => {
  test.each([
    ['301', ['200', '302', '404', '-']],
    ['3xx', ['200', '404', '-']],
    ['301, 4xx', ['200', '302', '-']],
  ])('are skipped by status %s', (ALB_SKIP_STATUS, agents) => {
    expect(
      left(['200', '301', '302', '404', '-'].map(withStatus), { ALB_SKIP_STATUS }).agents.filter(
        (agent) => agent !== undefined,
      ),
    ).toEqual(agents.filter((agent) => agent !== '-'));
  });

  test('are skipped by path, without host and query', () => {
    const lines = [
      lineWith({ request: '"GET http://health.example.com:80/ready HTTP/1.1"', user_agent: '"a"' }),
      lineWith({ request: '"GET http://shop.example.com:80/health HTTP/1.1"', user_agent: '"b"' }),
      lineWith({ request: '"GET http://shop.example.com:80/?to=/health HTTP/1.1"', user_agent: '"c"' }),
      lineWith({ request: '"-"', user_agent: '"d"' }),
      lineWith({ request: '"GET http://shop.example.com:80/healthy/é HTTP/1.1"', user_agent: '"e"' }),
    ];
    expect(left(lines, { ALB_SKIP_PATH: '^/health(?:y/é)?$' }).agents).toEqual(['a', 'c', 'd']);
  });

  test('are skipped by user agent', () => {
    const lines = ['ELB-HealthChecker/2.0', 'curl/8', '-'].map((agent) =>
      lineWith({ user_agent: `"${agent}"` }),
    );
    expect(
      left([...lines, lineWith({}, 12)], { ALB_SKIP_USER_AGENT: '^(?:ELB-HealthChecker/|-$)' }),
    ).toMatchObject({
      filtered: 2,
      agents: ['curl/8', undefined],
    });
  });

  test('that cannot be parsed are never skipped', () => {
    const environment = {
      ALB_SKIP_STATUS: '1xx,2xx,3xx,4xx,5xx',
      ALB_SKIP_PATH: '',
      ALB_SKIP_USER_AGENT: '.*',
      ALB_SAMPLE_RATE: '0',
    };
    expect(left(['no line', lineWith()], environment)).toMatchObject({
      filtered: 1,
      records: [{ severityText: 'WARN' }],
    });
  });

  test('that are skipped do not fill a request', () => {
    const encoder = encoderFor(formatWith({ ALB_SKIP_STATUS: '200' }), { bucket: 'b', key: 'k' }, 0, {
      records: 1,
      bytes: 1,
    });
    const [skipped, kept] = [Buffer.from(lineWith()), Buffer.from(lineWith({ elb_status_code: '500' }))];
    expect(encoder.add(kept, 0, kept.length, 1, false)).toBe(true);
    expect(encoder.add(skipped, 0, skipped.length, 2, false)).toBe(true);
    expect(encoder.add(kept, 0, kept.length, 3, false)).toBe(false);
    expect(encoder.take()).toMatchObject({ records: 1, filtered: 1 });
    expect(encoder.take()).toMatchObject({ records: 0, filtered: 0 });
  });
});

/** A trace whose last 56 bits are these. */
const traced = (randomness: string, fields: Readonly<Record<string, string>> = {}) =>
  lineWith({
    trace_id: `"Root=1-697e94fe-0123456789${randomness}"`,
    user_agent: `"${randomness}"`,
    ...fields,
  });

const times = (request: string, target: string, response: string) =>
  traced('00000000000000', {
    request_processing_time: request,
    target_processing_time: target,
    response_processing_time: response,
  });

describe('sampling', () => {
  test('keeps successes whose trace id reaches the threshold, and says so', () => {
    const lines = ['00000000000000', 'bfffffffffffff', 'c0000000000000', 'ffffffffffffff'].map((bits) =>
      traced(bits),
    );
    const { records, filtered, agents } = left(lines, { ALB_SAMPLE_RATE: '0.25' });
    expect(agents).toEqual(['c0000000000000', 'ffffffffffffff']);
    expect(filtered).toBe(2);
    for (const { attributes } of records) {
      expect(attributes).toMatchObject({ 'sampling.threshold': 'c', 'sampling.rate': 0.25 });
    }
  });

  test.each([
    ['0.1', 'e66666666666'],
    ['0.5', '8'],
    ['0.001', 'ffbe76c8b439'],
    ['.75', '4'],
  ])('at the rate %s has the threshold %s', (ALB_SAMPLE_RATE, threshold) => {
    const [record] = left([traced('ffffffffffffff')], { ALB_SAMPLE_RATE }).records;
    expect(record?.attributes).toMatchObject({
      'sampling.threshold': threshold,
      'sampling.rate': Number(ALB_SAMPLE_RATE),
    });
  });

  test('keeps every error, without a rate of its own', () => {
    const errors: readonly Readonly<Record<string, string>>[] = [
      { elb_status_code: '400' },
      { elb_status_code: '599' },
      { elb_status_code: '-' },
      { elb_status_code: '000' },
      { error_reason: '"LambdaThrottling"' },
    ];
    const { records } = left(
      errors.map((fields) => traced('00000000000000', fields)),
      { ALB_SAMPLE_RATE: '0' },
    );
    expect(records).toHaveLength(5);
    for (const { attributes } of records) expect(Object.keys(attributes).join()).not.toContain('sampling');
  });

  test('keeps every request that took as long as the threshold', () => {
    const lines = [
      times('0.001', '0.500', '0.498'),
      times('0.500', '0.250', '0.250'),
      times('-1', '2.5', '-1'),
      times('-1', '-1', '-1'),
      times('0', '-', '0'),
    ];
    expect(
      left(lines, { ALB_SAMPLE_RATE: '0', ALB_SAMPLE_SLOWER_THAN: '1' }).records.map(
        ({ attributes }) => attributes['log.record.uid'],
      ),
    ).toEqual([expect.stringMatching(/:2$/), expect.stringMatching(/:3$/)]);
  });

  test('keeps none but those at the rate 0, and all without a word at the rate 1', () => {
    expect(left([traced('ffffffffffffff')], { ALB_SAMPLE_RATE: '0' }).filtered).toBe(1);
    expect(
      left([traced('00000000000000')], { ALB_SAMPLE_RATE: '1' }).records[0]?.attributes,
    ).not.toHaveProperty('sampling.rate');
  });

  test('is the same each time and near the rate, with trace ids and without', () => {
    const lines = Array.from({ length: 400 }, (_, i) =>
      lineWith({ trace_id: '"-"', received_bytes: `${i}` }),
    );
    const bytes = () =>
      left(lines, { ALB_SAMPLE_RATE: '0.3' }).records.map(({ attributes }) => attributes['received_bytes']);
    expect(bytes()).toEqual(bytes());
    expect(bytes().length).toBeGreaterThan(80);
    expect(bytes().length).toBeLessThan(160);
  });
});

describe('settings', () => {
  test('that are all off change nothing', () => {
    const off = {
      ALB_QUERY_STRINGS: 'keep',
      ALB_CLIENT_ADDRESS: 'keep',
      ALB_SAMPLE_RATE: '1',
      ALB_SAMPLE_SLOWER_THAN: '1',
    };
    expect(encode([lineWith(), 'no line'], formatWith(off))).toEqual(encode([lineWith(), 'no line']));
    expect(FIELDS['client:port']).toBe('203.0.113.77:49152');
  });
});
