import { describe, expect, test } from 'vitest';
import {
  attributesIn,
  type DecodedRecord,
  OBJECT,
  recordsOf,
  settingsWith,
} from '../../support/factories/alb-records.ts';
import { encodeObject } from '../../support/factories/log-objects.ts';
import { albFormat } from '../../support/factories/log-formats.ts';

const TIME = '2026-01-31T23:59:58.123456Z';
const forward = (text: string, environment: Readonly<Record<string, string>> = {}) =>
  recordsOf(encodeObject(albFormat(settingsWith(environment)), text, OBJECT));
const attributes = (record: DecodedRecord | undefined) => record && attributesIn(record);
const open = (text: string) => albFormat(settingsWith({})).open(OBJECT, Buffer.from(text), { observedMs: 0 });
const w3c = (names: string, ...rows: readonly string[]): string =>
  ['#Version: 1.0', `#Fields: ${names}`, ...rows].join('\n');

describe('JSON lines', () => {
  test.each([
    ['a number, then text', '200', '"503"'],
    ['null, then text', 'null', '"503"'],
    ['a number, then a number behind a space', '200', ' 503'],
    ['text, then a number', '"200"', '503'],
  ])('of which one member is %s are both read', (_, first, second) => {
    const lines = [first, second].map(
      (status) => `{"time":"${TIME}","elb_status_code":${status},"elb":"app/a/1"}`,
    );
    const [, record] = forward(lines.join('\n'));

    expect(record?.severityText).toBe('ERROR');
    expect(attributes(record)).toMatchObject({ elb_status_code: '503', elb: 'app/a/1' });
  });

  test.each(['valueOf', 'hasOwnProperty', 'constructor', 'toString'])('may have a member %s', (name) => {
    const line = `{"time":"${TIME}","elb_status_code":"200","${name}":"x"}`;
    const [record] = forward(line, { ALB_ATTRIBUTES: 'semconv' });

    expect(attributes(record)).toMatchObject({ [`aws.elb.${name}`]: 'x' });
  });
});

describe('a W3C log', () => {
  test('may separate the names of its fields by commas', () => {
    const [record] = forward(w3c('type,time,elb,elb_status_code', `https,${TIME},app/a/1,500`));

    expect(record?.severityText).toBe('ERROR');
    expect(attributes(record)).toMatchObject({ elb: 'app/a/1', elb_status_code: '500' });
  });

  test.each(['date-time,client-ip,server', 'foo bar baz'])('of another program (%s) is refused', (names) => {
    const row = names.replaceAll(/[^ ,]+/g, 'x');

    expect(open(w3c(names, row))).toMatchObject({ refuse: { type: 'wrong_format' } });
  });

  test('is read although its first row is broken, and that row is sent as it is', () => {
    const text = w3c('type time elb elb_status_code', 'garbage', `https ${TIME} app/a/1 404`);
    const [broken, record] = forward(text);

    expect(broken?.body?.stringValue).toBe('garbage');
    expect(attributes(record)).toMatchObject({ elb_status_code: '404' });
  });

  test('keeps a row that begins with # and is no directive', () => {
    const rows = [`#bot\t${TIME}\ta`, '#a line that was cut'];
    const [bot, cut] = forward(w3c('user_agent time elb', ...rows));

    expect(attributes(bot)).toMatchObject({ user_agent: '#bot', elb: 'a' });
    expect(cut?.body?.stringValue).toBe('#a line that was cut');
  });
});

test('user information that holds an escaped space is redacted', () => {
  const line = `{"time":"${TIME}","elb_status_code":"200","redirect_url":"https://us\\\\x20er:hunter2@h/"}`;

  for (const ALB_BODY of ['json', 'line'])
    expect(JSON.stringify(forward(line, { ALB_BODY }))).not.toContain('hunter2');
});

test('a secret between commas does not take the later fields with it unseen', () => {
  const cells = [
    'https',
    TIME,
    'app/a/1',
    '203.0.113.77:1',
    '-',
    '0',
    '0',
    '0',
    '500',
    '-',
    '1',
    '1',
    'GET /?sig=abc',
  ];
  const row = [...cells, 'agent', 'cipher'].join(',');
  const [, record] = forward([row.replace('sig', 'q'), row].join('\n'));

  expect(record?.severityText).toBe('WARN');
  expect(record?.body?.stringValue).toContain('sig=REDACTED');
});
