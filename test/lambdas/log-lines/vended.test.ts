import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attributesIn,
  type DecodedRecord,
  FIELDS,
  lineWith,
  OBJECT,
  recordsOf,
  settingsWith,
  unquoted,
} from '../../support/factories/alb-records.ts';
import { attributesOf, decodeLogs } from '../../../bin/local/emulators/scout/otlp.ts';
import { encodeObject } from '../../support/factories/log-objects.ts';
import { albFormat, formatOf } from '../../support/factories/log-formats.ts';

/** The fields of a whole line under the names that CloudWatch Logs gives them, in its order. */
const VENDED_NAMES = {
  'client:port': 'client_port',
  'target:port': 'target_port',
  request: 'request_line',
  'target:port_list': 'target_port_list',
  field_34: 'ip_address',
} as Readonly<Record<string, string>>;
const values = (fields: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] =>
  Object.entries({ ...FIELDS, ...fields })
    .slice(0, 34)
    .map(([name, text]) => [VENDED_NAMES[name] ?? name, unquoted(text)]);
const jsonOf = (fields: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify(Object.fromEntries(values(fields)));

type Environment = Readonly<Record<string, string>>;
const forward = (text: string, environment: Environment = {}): readonly DecodedRecord[] =>
  recordsOf(encodeObject(albFormat(settingsWith(environment)), text, OBJECT));
const one = (text: string, environment: Environment = {}): DecodedRecord => {
  const [record, ...more] = forward(text, environment);
  if (record === undefined || more.length > 0) throw new Error(`${more.length + 1} records`);
  return record;
};
const LINES: readonly Readonly<Record<string, string>>[] = [
  {},
  { elb_status_code: '502', target_status_code: '-', error_reason: '"LambdaInvalidResponse"', type: 'https' },
  {
    'client:port': '2001:db8::77:49152',
    request: '"- http://shop.example.com:80- -"',
    elb_status_code: '400',
  },
  { trace_id: '"Self=1-0-0;Root=1-697e94fe-0123456789abcdef01234567"', type: 'grpcs' },
  { 'target:port': '-', target_processing_time: '-1', chosen_cert_arn: '"session-reused"', type: 'wss' },
  { 'target:port_list': '"10.0.3.14:80 10.0.3.15:80"', target_status_code_list: '"503 200"' },
  { request: '"GET https://ops:hunter2@shop.example.com/?sig=hush&a=1 HTTP/1.1"' },
];
const severitiesOf = (lines: readonly string[]) =>
  forward(lines.join('\n')).map(({ severityText }) => severityText);
const w3cOf = (names: readonly string[], rows: readonly string[]): string =>
  ['#Version: 1.0', `#Fields: ${names.join(' ')}`, ...rows].join('\n');

describe('an object of CloudWatch Logs', () => {
  test.each(LINES)(
    'in JSON gives the attributes of the line that the load balancer writes (%j)',
    (fields) => {
      for (const ALB_ATTRIBUTES of ['aws', 'semconv', 'both']) {
        const environment = { ALB_ATTRIBUTES, ALB_BODY: 'none' };
        const classic = one(lineWith(fields, 34), environment);
        expect(one(jsonOf(fields), environment)).toEqual(classic);
        const cells = values(fields).map(([, value]) => value);
        const names = values(fields).map(([name]) => name);
        expect(one(w3cOf(names, [cells.join('\t')]), environment).attributes).toMatchObject(
          attributesIn(classic),
        );
        expect(one(cells.join('\t'), environment)).toEqual(classic);
        expect(one(lineWith(fields, 34), environment)).toEqual(classic);
      }
    },
  );

  test('in JSON is its own body, but for secrets', () => {
    const text = jsonOf({
      user_agent: '"a \\x22b\\x22 \\u00e9"',
      request: '"GET https://h/?sig=hush HTTP/1.1"',
    });
    for (const ALB_BODY of ['json', 'line']) {
      expect(one(text, { ALB_BODY }).body?.stringValue).toBe(text.replace('hush', 'REDACTED'));
    }
    expect(one(text, { ALB_BODY: 'none' }).body).toBeUndefined();
  });

  test('in JSON may write numbers as numbers, null for nothing, and blanks between', () => {
    const text = ` { "time" : "2026-01-31T23:59:58.123456Z", "elb_status_code": 502 ,"sent_bytes":1e3,"received_bytes":null,"target_processing_time":0.25,"tags":{"a":"}"},"list":["]"] }`;
    const record = one(text);
    expect(record.severityText).toBe('ERROR');
    expect(attributesIn(record)).toEqual({
      time: '2026-01-31T23:59:58.123456Z',
      elb_status_code: '502',
      sent_bytes: '1e3',
      target_processing_time: '0.25',
      tags: '{"a":"}"}',
      list: '["]"]',
    });
  });

  test('names its fields in any case', () => {
    const text = `{"TIME":"2026-01-31T23:59:58.123456Z","CLIENT_PORT":"203.0.113.77:49152","Request-Line":"GET / HTTP/1.1"}`;
    expect(attributesIn(one(text, { ALB_ATTRIBUTES: 'semconv' }))).toMatchObject({
      'client.address': '203.0.113.77',
      'http.request.method': 'GET',
    });
  });

  test('decodes the escapes of JSON, and no others', () => {
    const text = `{"time":"2026-01-31T23:59:58.123456Z","user_agent":"a\\/b \\"c\\" \\u00e9 \\\\x22 \\n","redirect_url":"bad \\x escape"}`;
    expect(attributesIn(one(text))).toEqual({
      time: '2026-01-31T23:59:58.123456Z',
      user_agent: 'a/b "c" \u00e9 \\x22 \n',
      redirect_url: 'bad \\x escape',
    });
  });

  test('has the fields that the user chose, and only these', () => {
    const chosen = ['elb_status_code', 'time', 'client_port', 'new_field'];
    const all = { ...Object.fromEntries(values()), new_field: 'new' } as Record<string, string>;
    const json = JSON.stringify(Object.fromEntries(chosen.map((name) => [name, all[name]])));
    const w3c = w3cOf(chosen, [chosen.map((name) => all[name]).join(' ')]);
    const plain = `${chosen.join(',')}\n${chosen.map((name) => all[name]).join(',')}`;
    const attributes = {
      elb_status_code: '200',
      time: FIELDS['time'],
      'client:port': FIELDS['client:port'],
      new_field: 'new',
    };
    for (const text of [json, w3c, plain]) {
      const record = one(text);
      expect(attributesIn(record)).toEqual(attributes);
      expect(record.timeUnixNano).toBe('1769903998123456000');
    }
    expect(JSON.parse(one(w3c).body?.stringValue ?? '')).toEqual(attributes);
    expect(attributesIn(one(json, { ALB_ATTRIBUTES: 'semconv' }))).toEqual({
      'http.response.status_code': 200n,
      'client.address': '203.0.113.77',
      'client.port': 49152n,
      'aws.elb.new_field': 'new',
    });
  });

  test('in plain text with other fields, or without the quotes, is not read as fields that are others', () => {
    const all = Object.fromEntries(values()) as Record<string, string>;
    const without = (...left: readonly string[]): string =>
      Object.keys(all)
        .filter((name) => !left.includes(name))
        .map((name) => all[name])
        .join('\t');
    const unquoted = lineWith().replaceAll('"', '');
    for (const text of [without('target_port'), without('target_port', 'sent_bytes'), unquoted]) {
      expect(() => forward(text)).toThrow(/none of its first lines/);
      const [, record] = forward(`${lineWith()}\n${text}`, { ALB_QUERY_STRINGS: 'drop' });
      expect(record?.attributes).toMatchObject({ 'error.type': 'unparsable_line' });
      expect(record?.body?.stringValue).not.toContain('item=lamp');
    }
  });

  test('without times has the time of reading', () => {
    const [record] = forward('{"elb_status_code":"404","client_port":"203.0.113.77:49152"}');
    expect(record).toMatchObject({ severityText: 'WARN', timeUnixNano: record?.observedTimeUnixNano });
    expect(record?.attributes).not.toHaveProperty('error.type');
  });

  test.each([
    ['no JSON', '{"time":"2026-01-31T23:59:58.123456Z",'],
    ['cut off', jsonOf().slice(0, -20)],
    ['of a time that is none', jsonOf({ time: '-' })],
    ['without the time', '{"elb_status_code":"200"}'],
    ['of other fields', '{"message":"hello"}'],
    ['two objects', jsonOf() + jsonOf()],
    ['a list', `[${jsonOf()}]`],
    ['a classic line', lineWith()],
    ['a name without a value', '{"time"}'],
    ['empty', '{}'],
  ])('in JSON with a line that is not (%s) has that line as it is, with a warning', (_, text) => {
    const records = forward(`${jsonOf()}\n${text}\n${jsonOf()}`, { ALB_BODY: 'none' });
    expect(records.map(({ severityText }) => severityText)).toEqual(['INFO', 'WARN', 'INFO']);
    expect(records[1]?.body?.stringValue).toBe(text);
    expect(records[1]?.attributes).toMatchObject({ 'error.type': 'unparsable_line' });
  });

  test.each(['a\tb', 'a\tb\tc\td', ''])(
    'in W3C with a row of other cells than fields (%j) never shifts them',
    (row) => {
      const text = w3cOf(['time', 'elb', 'elb_status_code'], [`${FIELDS['time']}\tapp/a/b\t200`, row]);
      const records = forward(text);
      expect(records.slice(1).map(({ body }) => body?.stringValue)).toEqual(row === '' ? [] : [row]);
    },
  );

  test('in W3C skips its directives, but not one that names other fields', () => {
    const row = `${FIELDS['time']}\tapp/a/b`;
    const fields = '#Fields: time elb';
    const records = forward([fields, row, '#Software: x', fields, row, '#Fields: elb time'].join('\n'));
    expect(records.map(({ severityText }) => severityText)).toEqual(['INFO', 'INFO', 'WARN']);
    expect(records[2]?.body?.stringValue).toBe('#Fields: elb time');
  });

  test('keeps line numbers whatever lines name the fields', () => {
    const records = forward(w3cOf(['time', 'elb'], [`${FIELDS['time']} app/a/b`]));
    expect(records.map(({ attributes }) => String(attributes['log.record.uid']).split(':')[1])).toEqual([
      '3',
    ]);
  });

  test('may hold no record', () => {
    expect(forward(w3cOf(['time', 'elb', 'elb_status_code'], []))).toEqual([]);
    expect(forward('')).toEqual([]);
  });

  test('is masked, sampled and skipped like the lines of the load balancer', () => {
    const environment = { ALB_CLIENT_ADDRESS: 'mask', ALB_QUERY_STRINGS: 'mask', ALB_ATTRIBUTES: 'both' };
    const fields = { request: '"GET https://h.example.com/?a=\\x22secret\\x22&b=2 HTTP/1.1"' };
    const record = one(jsonOf(fields), environment);
    expect(attributesIn(record)).toEqual(attributesIn(one(lineWith(fields, 34), environment)));
    expect(record.body?.stringValue).toBe(
      jsonOf({
        request: '"GET https://h.example.com/?a=REDACTED&b=REDACTED HTTP/1.1"',
        'client:port': '203.0.113.0:49152',
      }),
    );
    const settings: Environment[] = [
      { ALB_SKIP_STATUS: '2xx' },
      { ALB_SKIP_PATH: '^/basket' },
      { ALB_SAMPLE_RATE: '0' },
    ];
    for (const setting of settings) expect(forward(jsonOf(), setting)).toEqual([]);
  });

  test.each([
    [
      'AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/a.gz',
      'aws:elasticloadbalancing:eu-west-1',
    ],
    [
      'AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=cn-north-1/year=2026/month=01/day=31/a.gz',
      'aws-cn:elasticloadbalancing:cn-north-1',
    ],
    ['MyPrefix/eu-west-1/2026/01/31/a.gz', undefined],
  ])('names its load balancer by its folders and lines: %s', (key, arn) => {
    const { request } = encodeObject(albFormat(settingsWith()), jsonOf(), { bucket: 'b', key });
    const { resource } = decodeLogs(request).resourceLogs?.[0] ?? {};
    expect(attributesOf(resource?.attributes)['cloud.resource_id']).toBe(
      arn && `arn:${arn}:123456789012:loadbalancer/app/shop/0123456789abcdef`,
    );
  });

  test('may begin with lines that are not', () => {
    expect(severitiesOf(['broken', '{"time', jsonOf()])).toEqual(['WARN', 'WARN', 'INFO']);
    expect(severitiesOf([lineWith(), jsonOf(), lineWith()])).toEqual(['INFO', 'WARN', 'INFO']);
  });

  test('of another service is refused', () => {
    for (const time of ['23:59:58', '2026-01-31T23:59:58Z']) {
      const text = `{"date":"2026-01-31","time":"${time}","x-edge-location":"DFW3-C1","sc-bytes":"1068"}`;
      expect(() => forward(text)).toThrow('none of its first lines is a line of alb');
    }
  });

  test('of connections has the names of connection logs', () => {
    const text = `{"time":"2026-01-31T23:59:58.123456Z","client_ip":"203.0.113.77","client_port":"49152","listener_port":"443","tls_verify_status":"Failed:ClientCertExpired"}`;
    const [record] = recordsOf(encodeObject(formatOf('alb-connection', settingsWith()), text));
    expect(record).toMatchObject({ severityText: 'WARN', timeUnixNano: '1769903998123456000' });
    expect(record?.attributes).toMatchObject({
      timestamp: '2026-01-31T23:59:58.123456Z',
      client_ip: '203.0.113.77',
    });
  });

  test('of any JSON object gives its texts as they were', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const properties = { user_agent: text, domain_name: text, redirect_url: text };
    fc.assert(
      fc.property(fc.record(properties), ({ user_agent, domain_name, redirect_url }) => {
        const object = { time: FIELDS['time'], user_agent, domain_name, redirect_url };
        const { attributes } = one(JSON.stringify(object), { ALB_BODY: 'none' });
        for (const [name, value] of Object.entries({ user_agent, domain_name })) {
          if (/[@=]/.test(value)) continue;
          expect(attributes[name]).toBe(['', '-'].includes(value) ? undefined : value.toWellFormed());
        }
      }),
      { numRuns: 300 },
    );
  });
});
