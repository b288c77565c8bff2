import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { START } from '../../../bin/local/command.ts';
import { startScout } from '../../../bin/local/emulators/scout.ts';
import { albLine } from '../../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS } from '../../../bin/local/samples/alb-traffic.ts';
import { random } from '../../../bin/local/samples/random.ts';
import { start } from '../../../bin/local/start.ts';
import { help, keysAndValues, readOptions } from '../../../bin/shared/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const LINES = Array.from({ length: 20 }, (_, index) =>
  LOAD_BALANCERS.slice(0, 1).map((balancer) =>
    albLine(random(index), balancer, 1_767_225_600_000_000 + index * 10_000_000),
  ),
).flat();
const LOG = file('shop.log', LINES.map((line) => `${line}\n`).join(''));
const DATUM =
  '{"account_id":"123456789012","region":"us-east-1","namespace":"AWS/EC2","metric_name":"CPUUtilization","dimensions":{"InstanceId":"i-0"},"timestamp":1767225600000,"value":{"max":2.0,"min":1.0,"sum":3.0,"count":2.0},"unit":"Percent"}';

/** Runs `npm start` with the functions' sources. */
const npmStart = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  vi.spyOn(console, 'error').mockReturnValue();
  const printed: string[] = [];
  const warned: string[] = [];
  const options = readOptions(START, args);
  const status = await start(options, keysAndValues(options.context), {
    environment,
    project: {},
    print: (text) => printed.push(text),
    warn: (text) => warned.push(text),
    width: 80,
    code: (pipeline) => `lambdas/${pipeline}.ts`,
  });
  return { status, lines: printed.join('\n').split('\n'), warned };
};

test('a file of log lines is delivered, with its kind and the first line beside its record', async () => {
  const { status, lines } = await npmStart([LOG]);
  expect(status).toBe(0);
  const text = lines.join('\n');
  expect(text).toContain(`This line:\n  ${LINES[0]?.slice(0, 70)}`);
  expect(text).toMatch(/is this log record in Scout:\n +time=2026-01-01T00:00:00/);
  expect(text).toMatch(/shop\.log +alb +[\d.]+ kB +20 +20$/m);
  expect(lines.at(-1)).toMatch(/^✔ 20 records delivered/);
});

test('a rejected record makes status 1, and is shown with its place and reason', async () => {
  const { status, lines } = await npmStart([
    file('metrics.json', `${DATUM}\n${DATUM.replace('3.0', 'NaN')}\n`),
  ]);
  expect(status).toBe(1);
  expect(lines.join('\n')).toMatch(/1 × not JSON: [^]*metrics\.json:2 /);
  expect(lines.at(-1)).toMatch(/^⚠ 1 record delivered .*, but 1 of 2 records were rejected$/);
});

test('what is no log makes status 1 beside a good file, and 2 alone', async () => {
  const zip = file('x.zip', 'PK\x03\x04');
  expect(await npmStart([LOG, zip])).toMatchObject({ status: 1 });
  const { status, lines } = await npmStart([zip]);
  expect(status).toBe(2);
  expect(lines.join('\n')).toMatch(/x\.zip: it is a ZIP archive; unpack it:\s+unzip/);
  expect(lines.at(-1)).toBe('✘ nothing was delivered: 1 of 1 file not forwarded whole');
});

test('a file whose compression breaks off makes status 1, with the reason of its dead letter', async () => {
  const whole = gzipSync(`${LINES.join('\n')}\n`, { level: 0 });
  const { status, lines } = await npmStart([file('cut.log.gz', whole.subarray(0, whole.length / 2))]);
  expect(status).toBe(1);
  expect(lines.join('\n')).toMatch(/in the dead-letter queue\n.*cut\.log\.gz: corrupt_gzip/);
  expect(lines.at(-1)).toMatch(/^⚠ .* but 1 of 1 file not forwarded whole$/);
});

test('a receiver that takes nothing makes status 2 with the reason', async () => {
  const receiver = await startScout();
  const { status, lines } = await npmStart(['--otlp', `${receiver.endpoint}/elsewhere`, LOG]);
  await receiver.close();
  expect(status).toBe(2);
  expect(lines[1]).toBe(`Sends to the OTLP receiver ${receiver.endpoint}/elsewhere.`);
  expect(lines.join('\n')).toMatch(/not delivered\n.*shop\.log: Scout responded 40\d/);
});

test('--otlp sends to any OTLP receiver, with the headers of SCOUT_HEADERS and without a token', async () => {
  const seen: (string | undefined)[][] = [];
  const receiver = createServer((request, response) => {
    seen.push([String(request.headers['x-team']), request.headers.authorization]);
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const { status, lines } = await npmStart(['--otlp', url, LOG], { SCOUT_HEADERS: '{"x-team":"web"}' });
  receiver.closeAllConnections();
  receiver.close();
  expect(lines.at(-1)).toMatch(/^✔ 20 records delivered/);
  expect(status).toBe(0);
  // The data, and the forwarder's own gauges.
  expect(seen).toEqual([
    ['web', undefined],
    ['web', undefined],
  ]);
});

test.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
  [
    '--otlp with plain HTTP to another machine',
    ['--otlp', 'http://10.0.0.1:4318'],
    {},
    'http: only to loopback',
  ],
  ['samples to another machine', ['--otlp', 'https://otel.example.com'], {}, 'only with --send-samples'],
  ['half a connection', [], { SCOUT_ENDPOINT: 'https://otel.example.com' }, 'set SCOUT_TOKEN_URL,'],
  ['a wrong setting', ['-c', 'albBody=xml', LOG], {}, 'ALB_BODY is "xml"'],
  ['an unknown setting', ['-c', 'albBoddy=none', LOG], {}, '-c albBoddy is not a setting'],
  ['the connection as a setting', ['-c', 'scoutEndpoint=x', LOG], {}, 'set the variable SCOUT_ENDPOINT'],
])('%s is refused', async (_, args, environment, message) => {
  await expect(npmStart(args, environment)).rejects.toThrow(message);
});

test('-c goes before the environment, whose misspelt names are pointed out', async () => {
  const environment = { LOG_SKIP_STATUS: '1xx', ALB_BODDY: 'none' };
  const { lines, warned } = await npmStart(['-c', 'albSkipStatus=2xx,3xx,4xx,5xx', LOG], environment);
  expect(warned).toEqual(['ALB_BODDY is not a setting; did you mean ALB_BODY?']);
  expect(lines.at(-1)).toMatch(/^✔ .* left out by the settings$/);
});

test('--json prints one object with the ledger of each file', async () => {
  const { lines } = await npmStart(['--json', LOG, file('empty.log', '')]);
  expect(JSON.parse(lines.join('\n'))).toMatchObject({
    status: 1,
    files: [{ source: LOG, kind: 'alb', read: 20, delivered: 20, rejected: 0 }],
    notForwarded: [{ source: join(folder, 'empty.log'), reason: 'it is empty' }],
  });
});

test('--details prints every metric with its percentiles', async () => {
  const datum = DATUM.replace('"count":2.0', '"count":2.0,"p99":1.98');
  const { lines } = await npmStart(['--details', file('p99.json', `${datum}\n`)]);
  expect(lines.join('\n')).toMatch(/CPUUtilization +% +1 +1 +1\.5 +1\.98 +2$/m);
});

test('what is quoted of a file is cut to the terminal, and whole with --details', async () => {
  const long = 'x'.repeat(300);
  const files = [
    file('long-lines.log', `${LINES.join('\n')}\n${long}\n`),
    file('long-data.json', `${DATUM}\n${DATUM.replace('3.0', `"${long}"`)}\n`),
    file('foreign.txt', `${long}\n`),
    file(`${'a'.repeat(100)}.zip`, 'PK\x03\x04'),
  ];
  const short = await npmStart(files);
  expect(short.lines.slice(0, -1).filter((line) => line.length > 80)).toEqual([]);
  const text = short.lines.join('\n');
  expect(text).toMatch(/long-lines\.log:21 {2}x+…\n/);
  expect(text).toMatch(
    /1 × sum is\s+"x+…"; it must\s+be a finite number\n +\S*long-data\.json:2 {2}…\S+"Percent"\}\n/,
  );
  expect(text).toMatch(/foreign\.txt:\s+none of its[^]*--kind KIND takes it\s+for a kind/);
  expect(text).toContain('aaa.zip: it is a ZIP archive; unpack');
  const { lines } = await npmStart(['--details', ...files]);
  expect(lines.join('\n')).toMatch(new RegExp(`long-lines\\.log:21 {2}${long}$`, 'm'));
  expect(lines.join('\n')).toMatch(new RegExp(`long-data\\.json:2 {2}${DATUM.slice(0, 50)}.*${long}`));
});

test('control characters of a file do not reach the terminal', async () => {
  const escape = '\x1b[2J\x9b2J\x07';
  const files = [
    file('escape.log', `${LINES.join('\n')}\nbad ${escape}\n`),
    file('escape.json', `${DATUM}\n{"bad": ${escape}\n`),
    file('escape.txt', `${escape.slice(0, 1)}${'x'.repeat(70)} ${escape}\n`),
  ];
  for (const options of [[], ['--details']]) {
    const { lines } = await npmStart([...options, ...files]);
    const text = lines.join('\n');
    expect(text).toContain(String.raw`bad \x1b[2J\x9b2J\x07`);
    for (const sequence of ['\x1b[2J', '\x9b', '\x07']) expect(text).not.toContain(sequence);
  }
});

test('the help explains files, each option and the exit status', () => {
  const text = help(START);
  expect(text).toMatch(/^usage: npm start -- \[options\] \[FILE…\]$/m);
  expect(text).toMatch(/^ {2}FILE +a file, a folder/m);
  for (const name of Object.keys(START.options))
    expect(text).toMatch(new RegExp(`^  --${name}\\b.* {2}\\S.{5,}$`, 'm'));
  expect(text).toMatch(
    /^Exit status: 0 .*, 1 if some .*, 2 if nothing was, or if the command line is wrong\.$/m,
  );
});
