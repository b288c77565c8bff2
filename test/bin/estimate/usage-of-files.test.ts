import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { usageOfFiles } from '../../../bin/estimate/usage-of-files.ts';
import type { Usage } from '../../../bin/estimate/usage.ts';
import { settingsOf } from '../../support/factories/usage.ts';

let folder = '';
const folders: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estimate-'));
  folders.push(folder);
});
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true })));

const SILENT = { show: () => undefined, clear: () => undefined };
const START = Date.UTC(2026, 0, 31, 12);
const MINUTE = 60_000;

const file = (path: string, lines: readonly string[]): void => {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  const text = lines.map((line) => `${line}\n`).join('');
  writeFileSync(target, path.endsWith('.gz') ? gzipSync(text) : text);
};

const datum = (minute: number, more: object = {}): string =>
  JSON.stringify({
    metric_stream_name: 's',
    account_id: '123456789012',
    region: 'eu-west-1',
    namespace: 'AWS/EC2',
    metric_name: 'CPUUtilization',
    dimensions: { InstanceId: 'i-1' },
    timestamp: START + minute * MINUTE,
    value: { max: 1, min: 1, sum: 1, count: 1 },
    unit: 'Percent',
    ...more,
  });

const logLine = (seconds: number, path = '/', status = 200): string => {
  const time = new Date(START + seconds * 1000).toISOString().replace('Z', '000Z');
  return `http ${time} app/shop/0123456789abcdef 203.0.113.7:40000 203.0.113.8:80 0.001 0.002 0.000 ${status} ${status} 34 366 "GET http://shop.example.com:80${path} HTTP/1.1" "curl/8.0" - - - "Root=1-697e9f7f-0123456789abcdef01234567" "-" "-" 0 ${time} "forward" "-" "-" "203.0.113.8:80" "200" "-" "-" -`;
};
const logName = (name: string, id: string, kind = ''): string =>
  `AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/${kind}123456789012_elasticloadbalancing_eu-west-1_app.${name}.0123456789abcdef_20260131T1205Z_203.0.113.9_${id}.log.gz`;

const read = async (context: Readonly<Record<string, unknown>> = {}): Promise<Usage> =>
  usageOfFiles(folder, settingsOf(context), SILENT);

describe('metric-stream objects of a folder', () => {
  test('stand for a month, each data point for one update', async () => {
    file('a/one.gz', [datum(0), datum(0, { dimensions: { InstanceId: 'i-2' } }), datum(1), 'not JSON']);
    file('a/two.gz', [datum(9), datum(5, { namespace: 'Shop', metric_name: 'Orders' })]);
    const { metrics, assumptions } = await read();

    // Ten minutes of a month of 43,800.
    expect(metrics).toEqual([
      { account: undefined, namespace: 'AWS/EC2', name: 'CPUUtilization', metrics: 2, updates: 4 * 4_380 },
      { account: undefined, namespace: 'Shop', name: 'Orders', metrics: 1, updates: 4_380 },
    ]);
    expect(assumptions).toEqual(['Metrics: the month goes on as in the 10 minutes of 2 files.']);
  });

  test('of several accounts are counted by account', async () => {
    file('one.json', [datum(0), datum(0, { account_id: '210987654321' })]);
    const { metrics } = await read();

    expect(metrics.map(({ account, updates }) => [account, updates])).toEqual([
      ['123456789012', 43_800],
      ['210987654321', 43_800],
    ]);
  });

  test('say how many bytes a data point has under the settings', async () => {
    const lines = Array.from({ length: 1_000 }, (_, index) =>
      datum(index % 10, { dimensions: { InstanceId: `i-${index}` } }),
    );
    file('one.gz', lines);
    const { pointBytes } = await read();
    const text = lines.map((line) => `${line}\n`).join('');

    const bytes = await pointBytes(settingsOf());
    expect(bytes.written).toBe(text.length / 1_000);
    expect(bytes.stored).toBe(gzipSync(text).length / 1_000);
    const fewer = await pointBytes(settingsOf({ metricDimensionAttributes: false }));
    expect(fewer.sent).toBeLessThan(bytes.sent);
    expect(bytes.sent).toBeLessThan(bytes.written);
  });
});

describe('log objects of a folder', () => {
  test('are counted by load balancer and kind, and stand for a month', async () => {
    file(logName('shop', 'a'), [logLine(0), logLine(100), logLine(299)]);
    file(logName('shop', 'b'), [logLine(300), logLine(599)]);
    file(logName('back-office', 'c'), [logLine(10)]);
    const { logs, assumptions } = await read();

    // Ten minutes of a month of 43,800.
    expect(logs.map(({ name, kind, lines, objects }) => ({ name, kind, lines, objects }))).toEqual([
      { name: 'back-office', kind: 'alb', lines: 4_380, objects: 4_380 },
      { name: 'shop', kind: 'alb', lines: 5 * 4_380, objects: 2 * 4_380 },
    ]);
    expect(logs[1]?.written).toBe(4_380 * 5 * (logLine(0).length + 1));
    expect(assumptions).toEqual(['Logs: the month goes on as in the 10 minutes of 3 files.']);
  });

  test('are sent as the settings say', async () => {
    file(logName('shop', 'a'), [
      ...Array.from({ length: 8 }, (_, index) => logLine(index, '/health')),
      logLine(8, '/', 500),
      logLine(299, '/cart'),
    ]);
    const { logs, frequentPath } = await read();
    const sent = async (context: Readonly<Record<string, unknown>>) => logs[0]?.sent(settingsOf(context));
    const PER_LINE = 8_760;

    expect(frequentPath).toBe('/health');
    expect((await sent({}))?.records).toBe(10 * PER_LINE);
    expect((await sent({ albSkipPath: '^/health$' }))?.records).toBe(2 * PER_LINE);
    expect((await sent({ albSampleRate: 0 }))?.records).toBe(PER_LINE);
    expect((await sent({ albBody: 'none' }))?.bytes).toBeLessThan((await sent({}))?.bytes ?? 0);
  });

  test('are counted whole although the settings filter them, and their span is that of all lines', async () => {
    file(logName('shop', 'a'), [logLine(0, '/health'), logLine(299, '/')]);
    const context = { albSkipPath: '^/health$' };
    const { logs } = await read(context);

    expect(logs[0]?.lines).toBe(2 * 8_760);
    expect((await logs[0]?.sent(settingsOf(context)))?.records).toBe(8_760);
  });

  test('under other names are told by what is in them', async () => {
    file('mine.log', [logLine(0)]);
    const { logs } = await read();

    expect(logs).toMatchObject([{ name: 'files under other names', kind: 'alb', lines: 8_760 }]);
  });

  test('a path that few requests are for is not named', async () => {
    file(
      logName('shop', 'a'),
      Array.from({ length: 100 }, (_, index) => logLine(index, `/${index % 50}`)),
    );
    expect((await read()).frequentPath).toBeUndefined();
  });
});

describe('a folder', () => {
  test('may hold files that are not forwarded, which are named and not counted', async () => {
    file(logName('shop', 'a'), [logLine(0)]);
    file(logName('shop', 'a', 'conn_log_'), ['x']);
    file('prose.log', ['neither a log nor a metric', 'of any kind']);
    writeFileSync(join(folder, '.hidden'), 'x');
    const { logs, assumptions } = await read();

    expect(logs).toHaveLength(1);
    expect(assumptions.slice(1)).toEqual([
      expect.stringMatching(/^1 file not counted: .*connection/),
      expect.stringMatching(/^1 file not counted: none of its first lines/),
    ]);
  });

  test('without any log or metric object is refused', async () => {
    await expect(read()).rejects.toThrow(/^--from-files .*: no log or metric object .* among 0 files\.$/);
    file('prose.log', ['neither a log nor a metric']);
    await expect(read()).rejects.toThrow(/among 1 file\. 1 file not counted: none of its first lines/);
    await expect(usageOfFiles(join(folder, 'none'), settingsOf(), SILENT)).rejects.toThrow(
      /none is not a file, and no file matches it$/,
    );
  });
});
