import { encoderFor, refusalOf } from '../../support/factories/encoder.ts';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIELDS,
  OBJECT,
  OBSERVED_MS,
  attributesIn,
  encode,
  formatWith,
  lineWith,
  recordOf,
  recordsOf,
  unquoted,
} from '../../support/factories/alb-records.ts';
import { encodeLines } from '../../../lambdas/forwarding/read/batches.ts';
import { attributesOf, decodeLogs } from '../../../bin/local/emulators/scout/otlp.ts';

const LAYOUTS = Array.from({ length: 19 }, (_, i) => 18 + i);

const present = (fields: readonly (readonly [string, string])[]) =>
  Object.fromEntries(fields.filter(([, value]) => value !== '-' && value !== ''));

/** Fields newer than the program have no dash in the body either. */
const bodyFields = (fields: readonly (readonly [string, string])[]) =>
  fields.filter(([name, value]) => !name.startsWith('field_') || !['-', ''].includes(value));

/** An object of one line, as forwarding reads it. */
const encodeObject = (text: string) =>
  encodeLines(
    [{ bytes: Buffer.from(text), firstLine: 1, cut: false }],
    { fromLine: 1, toLine: 1 },
    encoderFor(formatWith(), OBJECT, OBSERVED_MS),
  );

describe('a line of the access log', () => {
  test.each([12, ...LAYOUTS])('of %i fields has each under its name in body and attributes', (count) => {
    const line = lineWith({}, count);
    const record = recordOf(line);
    const values = Object.entries(FIELDS)
      .slice(0, count)
      .map(([name, text]): [string, string] => [name, unquoted(text)]);
    expect(record.body?.stringValue).toBe(JSON.stringify(Object.fromEntries(bodyFields(values))));
    expect(attributesIn(record)).toEqual(present(values));
  });

  test('is read without the byte order mark at the beginning of its object', () => {
    expect(recordsOf(encodeObject(`\uFEFF${lineWith()}`))).toEqual([recordOf(lineWith())]);
    expect(encodeObject('\uFEFF').records).toBe(0);
  });

  test.each(['http', 'h2', 'grpcs', 'wss', 'a', 'z', 'H3', 'tcp', 'tlsv2'])(
    'may be of any type that is a word, such as %s',
    (type) => {
      expect(attributesIn(recordOf(lineWith({ type })))['type']).toBe(type);
    },
  );

  test.each(['tls', '@', '`', '[', '{', '2h'])('is not of type %s', (type) => {
    expect(attributesIn(recordOf(lineWith({ type })))).toEqual({ 'error.type': 'unparsable_line' });
  });

  test('of more fields than are known has them numbered', () => {
    const { attributes } = recordOf(`${lineWith()} "later" - even-later`);
    expect(attributes).toMatchObject({ field_34: '198.51.100.3', field_37: 'later', field_39: 'even-later' });
    expect(Object.keys(attributes).filter((name) => /^field_3[568]$/.test(name))).toEqual([]);
  });

  test('may have hundreds of fields', () => {
    const { attributes, body } = recordOf(`${lineWith()} ${'x '.repeat(263)}last`);
    expect(attributes).toMatchObject({ type: 'h2', field_37: 'x', field_300: 'last' });
    expect(JSON.parse(body?.stringValue ?? '')).toMatchObject({ field_300: 'last' });
  });

  test('keeps its time to the microsecond, and when it was read', () => {
    const record = recordOf(lineWith({ time: '2026-01-31T23:59:58.000007Z' }));
    expect(record.timeUnixNano).toBe('1769903998000007000');
    expect(record.observedTimeUnixNano).toBe(`${OBSERVED_MS}000000`);
  });

  test.each([
    ['200', 9, 'INFO'],
    ['101', 9, 'INFO'],
    ['301', 9, 'INFO'],
    ['-', 13, 'WARN'],
    ['000', 13, 'WARN'],
    ['099', 9, 'INFO'],
    ['600', 9, 'INFO'],
    ['4000', 9, 'INFO'],
    ['0', 9, 'INFO'],
    ['404', 13, 'WARN'],
    ['460', 13, 'WARN'],
    ['500', 17, 'ERROR'],
    ['561', 17, 'ERROR'],
  ])('with status %s has severity %i %s', (status, number, text) => {
    const record = recordOf(lineWith({ elb_status_code: status }));
    expect([record.severityNumber, record.severityText]).toEqual([number, text]);
  });

  test.each([
    ['"Root=1-697e94fe-0123456789abcdef01234567"', '697e94fe0123456789abcdef01234567'],
    ['"Root=1-697E94FE-0123456789ABCDEF01234567"', '697e94fe0123456789abcdef01234567'],
    [
      '"Self=1-11111111-222222222222222222222222;Root=1-697e94fe-0123456789abcdef01234567"',
      '697e94fe0123456789abcdef01234567',
    ],
    [
      '"Root=1-697e94fe-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1"',
      '697e94fe0123456789abcdef01234567',
    ],
    ['"Self=1-697e94fe-0123456789abcdef01234567"', undefined],
    ['"Root=1-00000000-000000000000000000000000"', undefined],
    ['"Root=1-697e94fe-0123456789abcdef0123456"', undefined],
    ['"Root=1-697e94fe-0123456789abcdef012345678"', undefined],
    ['"Root=1-697e94fe-0123456789abcdefg1234567"', undefined],
    ['"Root=1-697e94fe_0123456789abcdef01234567"', undefined],
    ['"MyRoot=1-697e94fe-0123456789abcdef01234567"', undefined],
    ['"Root=abc"', undefined],
    ['"-"', undefined],
  ])('with trace header %s has trace id %s', (header, traceId) => {
    const record = recordOf(lineWith({ trace_id: header }));
    expect(record.traceId && Buffer.from(record.traceId).toString('hex')).toBe(traceId);
    expect(record.spanId).toBeUndefined();
    expect(record.flags).toBeUndefined();
  });

  test('has an id made of its object and line number', () => {
    const hash = createHash('sha256').update(
      `${OBJECT.bucket}/${OBJECT.key}/9b2cf535f27731c974343645a3985328`,
    );
    const prefix = hash.digest('hex').slice(0, 16);
    const ids = recordsOf(encode([lineWith(), 'not a line', lineWith()])).map(
      ({ attributes }) => attributes['log.record.uid'],
    );
    expect(ids).toEqual([`${prefix}:1`, `${prefix}:2`, `${prefix}:3`]);
    const unquotedEtag = { ...OBJECT, etag: '9b2cf535f27731c974343645a3985328' };
    expect(recordOf('x', {}, { object: unquotedEtag }).attributes['log.record.uid']).toBe(`${prefix}:1`);
  });

  test('has no body, or itself as body, where the setting says so', () => {
    const line = lineWith({ user_agent: '"caf\\xC3\\xA9 \\x22x\\x22"' });
    expect(recordOf(line, { ALB_BODY: 'none' }).body).toBeUndefined();
    expect(recordOf(line, { ALB_BODY: 'line' }).body).toEqual({ stringValue: line });
    expect(recordOf(line, { ALB_BODY: 'none' }).attributes).toEqual(recordOf(line).attributes);
  });

  test('keeps escapes as they were logged and makes valid JSON of them', () => {
    const record = recordOf(lineWith({ user_agent: '"a \\x22b\\x22 \\x5C \tc\u0001"' }));
    expect(record.attributes['user_agent']).toBe('a \\x22b\\x22 \\x5C \tc\u0001');
    expect(JSON.parse(record.body?.stringValue ?? '')).toMatchObject({
      user_agent: 'a \\x22b\\x22 \\x5C \tc\u0001',
    });
  });

  test('with long values keeps them whole', () => {
    for (const size of [90, 110, 126, 127, 128, 129, 1000, 16_383, 16_384, 70_000]) {
      const record = recordOf(lineWith({ user_agent: `"${'a'.repeat(size)}"` }));
      expect(record.attributes['user_agent']).toBe('a'.repeat(size));
    }
  });

  test('comes out as any line of its fields says', () => {
    const value = fc.oneof(
      fc.constantFrom('-', '0', '-1', '\\x22', 'a\tb', 'x'.repeat(200)),
      fc.string().map((text) => text.replaceAll('"', '')),
      fc.string({ unit: 'binary', maxLength: 5 }).map((text) => text.replaceAll('"', '')),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 10, maxLength: 40 }), (others) => {
        const values = [FIELDS['time'] ?? '', ...others];
        const line = ['https', ...values.map((text) => `"${text}"`)].join(' ');
        const record = recordOf(line);
        const names = values.map((_, i) => Object.keys(FIELDS)[i + 1] ?? `field_${i + 2}`);
        const valid = values.map((text, i): [string, string] => [names[i] ?? '', text.toWellFormed()]);
        const all: (readonly [string, string])[] = [['type', 'https'], ...valid];
        expect(record.body?.stringValue).toBe(JSON.stringify(Object.fromEntries(bodyFields(all))));
        expect(attributesIn(record)).toEqual(present(all));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a text that is not a line of the access log', () => {
  test.each([
    ['too few fields', lineWith({}, 11)],
    ['a quote that is not closed', lineWith().replace('HTTP/2.0"', 'HTTP/2.0')],
    ['two spaces', lineWith().replace(' ', '  ')],
    [
      'a classic load balancer',
      `2026-01-31T23:59:58.123456Z my-shop 203.0.113.77:49152 10.0.3.14:80 0.1 0.2 0.3 200 200 0 29 "GET http://shop.example.com:80/ HTTP/1.1" "curl/8" - -`,
    ],
    [
      'a Network Load Balancer',
      `tls 2.0 2026-01-31T23:59:58 net/my-shop/0123456789abcdef g3d4b5e8bb8464cd 203.0.113.77:51341 10.0.3.14:443 5 2 29 246 - - - ECDHE-RSA-AES128-SHA tlsv12 - shop.example.com h2 - - 2026-01-31T23:59:50`,
    ],
    ['a health check', 'http 2026-01-31T23:59:58.875678Z 0.019584011 203.0.113.97:80 basket PASS 200 -'],
    ['no log', 'Enable AccessLog for ELB: app/shop/0123456789abcdef at 2026-01-31T16:47:00.781Z'],
    ['no time', lineWith({ time: '-' })],
    ['a date for a time', lineWith({ time: '2026-01-31' })],
    ['prose', 'Names of all the twelve words of this sentence are the fields of none'],
  ])('(%s) is forwarded as it is, with a warning', (_, text) => {
    for (const ALB_BODY of ['json', 'line', 'none']) {
      for (const ALB_ATTRIBUTES of ['aws', 'semconv', 'both']) {
        const record = recordOf(text, { ALB_BODY, ALB_ATTRIBUTES });
        expect(record.body).toEqual({ stringValue: text });
        expect([record.severityNumber, record.severityText]).toEqual([13, 'WARN']);
        expect(attributesIn(record)).toEqual({ 'error.type': 'unparsable_line' });
        expect(record.attributes['log.record.uid']).toMatch(/^[0-9a-f]{16}:1$/);
        expect(record.timeUnixNano).toBe(`${OBSERVED_MS}000000`);
        expect(record.traceId).toBeUndefined();
      }
    }
  });

  test('is valid UTF-8 whatever its bytes', () => {
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from('é'),
      Buffer.from([0xe2, 0x82]),
    ]);
    expect(recordOf(bytes).body?.stringValue).toBe('\uFFFD\uFFFD(é\uFFFD');
    const line = Buffer.from(lineWith({ user_agent: '"\u00e9\u00e9"' }), 'latin1');
    expect(attributesIn(recordOf(line))['user_agent']).toBe('\uFFFD\uFFFD');
  });

  test('cut from an overlong line keeps what there is of it', () => {
    const cut = Buffer.from(lineWith({ request: '"GET /?a=\u20ac' }, 13)).subarray(0, -1);
    const record = recordOf(cut, {}, { cut: true });
    expect(record.body?.stringValue).toBe(`${lineWith({ request: '"GET /?a=' }, 13)}\uFFFD`);
    expect(attributesIn(record)).toEqual({ 'error.type': 'unparsable_line' });
    // Also where the cut happens to leave a whole line.
    expect(attributesIn(recordOf(lineWith(), {}, { cut: true }))).toEqual({
      'error.type': 'unparsable_line',
    });
  });

  test('of any bytes comes out as text that differs at most in what is not UTF-8', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(bytes, (text) => {
        expect(recordOf(text).body?.stringValue).toBe(Buffer.from(text).toString());
      }),
      { numRuns: 200 },
    );
  });
});

const at = (time: string) => lineWith({ time: `2026-01-31T23:59:${time}Z` });

describe('a request', () => {
  test('names where its records come from', () => {
    const environment = {
      SCOUT_ENVIRONMENT: 'staging',
      SCOUT_SERVICE_NAME: 'edge',
      SCOUT_RESOURCE_ATTRIBUTES: 'team=web',
    };
    const { request } = encode([lineWith()], formatWith(environment));
    const [{ resource, scopeLogs } = {}] = decodeLogs(request).resourceLogs ?? [];
    expect(attributesOf(resource?.attributes)).toEqual({
      'service.name': 'edge',
      'cloud.provider': 'aws',
      'cloud.account.id': '123456789012',
      'cloud.region': 'eu-west-1',
      'cloud.resource_id':
        'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef',
      environment: 'staging',
      'deployment.environment': 'staging',
      'deployment.environment.name': 'staging',
      team: 'web',
    });
    const scope = scopeLogs?.[0]?.scope;
    expect(scope).toMatchObject({ name: 'aws.alb', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(attributesOf(scope?.attributes)).toEqual({
      'aws.s3.bucket': OBJECT.bucket,
      'aws.s3.key': OBJECT.key,
    });
  });

  test('of an object with another name leaves out what the name would say', () => {
    const { request } = encode([lineWith()], formatWith(), { object: { bucket: 'b', key: 'alb/copy.log' } });
    const names = decodeLogs(request).resourceLogs?.[0]?.resource?.attributes?.map(({ key }) => key);
    expect(names).toEqual([
      'service.name',
      'cloud.provider',
      'environment',
      'deployment.environment',
      'deployment.environment.name',
    ]);
  });

  const lines = Array.from({ length: 50 }, (_, i) => Buffer.from(lineWith({ received_bytes: `${i}` })));
  const addAll = (limits: { records: number; bytes: number }) => {
    const encoder = encoderFor(formatWith(), OBJECT, OBSERVED_MS, limits);
    const batches: { size: number; numbers: unknown[] }[] = [];
    const take = () => {
      const encoded = encoder.take();
      const records = recordsOf(encoded);
      expect(records).toHaveLength(encoded.records);
      batches.push({
        size: encoded.request.length,
        numbers: records.map(({ attributes }) => attributes['received_bytes']),
      });
    };
    lines.forEach((line, i) => {
      if (encoder.add(line, 0, line.length, i + 1, false)) return;
      take();
      expect(encoder.add(line, 0, line.length, i + 1, false)).toBe(true);
    });
    take();
    return batches;
  };
  const inOrder = lines.map((_, i) => `${i}`);

  test('holds no more records than the limit', () => {
    const batches = addAll({ records: 7, bytes: Infinity });
    expect(batches.map(({ numbers }) => numbers.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 1]);
    expect(batches.flatMap(({ numbers }) => numbers)).toEqual(inOrder);
  });

  test('holds no more bytes than the limit, as full as it goes', () => {
    const batches = addAll({ records: Infinity, bytes: 20_000 });
    expect(batches.flatMap(({ numbers }) => numbers)).toEqual(inOrder);
    for (const { size } of batches) expect(size).toBeLessThanOrEqual(20_000);
    for (const { size } of batches.slice(0, -1)) expect(size).toBeGreaterThan(15_000);
  });

  test('holds a line that is larger than the limit alone', () => {
    expect(addAll({ records: 10, bytes: 1 }).map(({ numbers }) => numbers)).toEqual(
      inOrder.map((number) => [number]),
    );
  });

  test('of no lines is valid and empty', () => {
    const encoded = encode([]);
    expect(encoded).toMatchObject({ records: 0, filtered: 0, rejected: [], newestMs: undefined });
    expect(recordsOf(encoded)).toEqual([]);
  });

  test('of a line of a mebibyte of control bytes holds all of it', () => {
    const long = '\u0001'.repeat(1024 * 1024 - 1000);
    const [record] = recordsOf(encode([lineWith({ user_agent: `"${long}"` })]));
    expect(record?.attributes['user_agent']).toBe(long);
    expect(JSON.parse(record?.body?.stringValue ?? '')).toMatchObject({ user_agent: long });
  });

  test('tells the time of its newest record', () => {
    expect(encode([at('58.123456'), at('59.987654'), at('57.0'), 'no line']).newestMs).toBe(
      Date.parse('2026-01-31T23:59:59.987Z'),
    );
    expect(encode(['no line']).newestMs).toBeUndefined();
  });

  test('starts over after take', () => {
    const encoder = encoderFor(formatWith(), OBJECT, OBSERVED_MS, { records: 10, bytes: 1e6 });
    const line = Buffer.from(lineWith());
    encoder.add(line, 0, line.length, 1, false);
    expect(encoder.take()).toMatchObject({ records: 1, newestMs: Date.parse('2026-01-31T23:59:58.123Z') });
    expect(encoder.take()).toMatchObject({ records: 0, newestMs: undefined });
    encoder.add(line, 0, line.length, 2, false);
    expect(recordsOf(encoder.take()).map(({ attributes }) => attributes['log.record.uid'])).toEqual([
      expect.stringMatching(/:2$/),
    ]);
  });
});

const CLASSIC =
  '2026-01-31T23:59:58.123456Z my-shop 203.0.113.77:49152 10.0.3.14:80 0.1 0.2 0.3 200 200 0 29 "GET / HTTP/1.1" "curl/8" - -';
const mismatch = (head: string | Uint8Array) => refusalOf(formatWith(), head);

describe('an object', () => {
  test.each([
    ['', 'nothing'],
    ['\n \r\n', 'blank lines'],
    [lineWith(), 'a line'],
    [`\uFEFF${lineWith()}\n`, 'a byte order mark'],
    [`${'broken\n'.repeat(99)}${lineWith()}\n`, 'a line as the hundredth'],
    [`${'x'.repeat(64)}\0\n${lineWith()}\n`, 'a control byte behind the first 64'],
  ])('that begins with %j is read (%s)', (head) => {
    expect(mismatch(head)).toBeUndefined();
  });

  test.each([
    'h',
    'anything at\tall\r\n',
    'caf\u00e9 {"a":1}',
    'Words of prose may be as many as the fields of a line\n',
    `${'broken\n'.repeat(100)}${lineWith()}\n`,
    `${CLASSIC}\n`.repeat(60),
  ])('without a readable line among its first hundred is something else: %j', (head) => {
    expect(mismatch(head)).toMatch(
      /^none of its first lines is a line of alb; (?:it begins with|they are lines of clb)/,
    );
  });

  test('that begins with control bytes is something else', () => {
    expect(mismatch('PAR1\u0015\u0004')).toBe(
      'Parquet is not supported: let AWS deliver this log as JSON, W3C or plain text',
    );
    expect(mismatch('a\u0015\u0004')).toBe('not a text log: control byte 0x15 among its first 64');
    expect(mismatch(Buffer.from([0x1f, 0x8b, 8]))).toContain('0x1f');
    expect(mismatch(Buffer.from('h2 ', 'utf16le'))).toContain('0x00');
  });
});
