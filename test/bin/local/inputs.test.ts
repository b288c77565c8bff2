import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { fileInputs } from '../../../bin/local/inputs.ts';
import { albLine } from '../../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS } from '../../../bin/local/samples/alb-traffic.ts';
import { random } from '../../../bin/local/samples/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-inputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const line = LOAD_BALANCERS.map((balancer) => albLine(random(1), balancer, 1_750_000_000_000_000))[0] ?? '';
const datum = '{"metric_stream_name":"s","namespace":"AWS/EC2","metric_name":"CPUUtilization"}';

const CONNECTION =
  '2026-01-15T12:00:00.123456Z 203.0.113.9 40100 443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.012 - - - - TID_0123\n';

test.each([
  ['an access log', line, 'alb'],
  ['a compressed access log', gzipSync(`${line}\n`.repeat(2000)), 'alb'],
  ['a connection log', CONNECTION, 'alb-connection'],
  ['metric-stream JSON', datum, 'metrics'],
  ['metric-stream JSON after a byte order mark and blank lines', `\ufeff\n\n ${datum}`, 'metrics'],
  ['compressed metric-stream JSON', gzipSync(`${datum}\n`.repeat(5000)), 'metrics'],
])('%s is known by its content, whatever its name', async (_, content, kind) => {
  expect((await fileInputs([file('any-name', content)])).inputs).toMatchObject([{ kind }]);
});

test.each<[string, string | Buffer, string]>([
  ['a ZIP archive', 'PK\x03\x04rest', 'unzip'],
  ['Parquet', 'PAR1rest', 'plain text'],
  ['a PNG picture', Buffer.from('\x89PNG\r\n', 'latin1'), 'a log'],
  ['bzip2', 'BZh91AY', 'bunzip2'],
  ['zstd', Buffer.of(0x28, 0xb5, 0x2f, 0xfd), 'unzstd'],
  ['a tar archive', gzipSync(`${'x'.repeat(257)}ustar`), 'tar -xf'],
  ['text in UTF-16', Buffer.from('\ufeffhttp', 'utf16le'), 'iconv'],
  ['a JSON array', '[\n  {\n', "jq -c '.[]'"],
  ['a JSON object over several lines', '{\n "a": 1\n}', 'jq -c .'],
  ['neither a log of a known kind nor a metric stream', '{"level":"info"}\n', 'metric_name'],
  ['binary', Buffer.of(10, 5, 1, 2, 0), 'byte 0x05'],
  ['empty', '', 'empty'],
  ['none of its first lines', '# Prose\n\nThis is not a log.\n', '--kind KIND'],
  ['gzip', Buffer.of(0x1f, 0x8b, 0, 0, 1), 'cannot be decompressed'],
])('a file that is %s is not forwarded, with what would be right', async (is, content, advice) => {
  const path = file('any-name', content);
  const { inputs, refused } = await fileInputs([path]);
  expect(inputs).toEqual([]);
  expect(refused).toMatchObject([{ source: path, reason: expect.stringContaining(is) }]);
  expect(`${refused[0]?.reason}; ${refused[0]?.hint}`).toContain(advice);
});

test('a log keeps the folders that tell its account and region, and files of one name stay apart', async () => {
  const aws = 'AWSLogs/123456789012/elasticloadbalancing/us-east-1/2026/01/15/a.log.gz';
  const paths = [file(`copy/${aws}`, line), file('one/b.txt', line), file('two/b.txt', line)];
  expect((await fileInputs(paths)).inputs.map(({ key }) => key)).toEqual([
    `logs/file-1/${aws}`,
    'logs/file-2/b.txt.log',
    'logs/file-3/b.txt.log',
  ]);
});

test('a folder stands for its files, a glob for those that match, each once, hidden ones left out', async () => {
  const paths = ['logs/a.log', 'logs/deep/b.log', 'logs/.hidden'].map((name) => file(name, line));
  const { inputs } = await fileInputs([join(folder, 'logs'), join(folder, 'logs/**/*.log'), paths[0] ?? '']);
  expect(inputs.map(({ source }) => source)).toEqual(paths.slice(0, 2));
});

test('a dash stands for standard input', async () => {
  const { inputs } = await fileInputs(['-'], undefined, Readable.from([Buffer.from(line)]));
  expect(inputs).toMatchObject([{ source: 'standard input', kind: 'alb', body: Buffer.from(line) }]);
});

test('--kind overrides what the content says', async () => {
  const { inputs } = await fileInputs([file('any-name', 'prose\n')], 'alb-connection');
  expect(inputs).toMatchObject([{ kind: 'alb-connection', key: 'logs/file-1/any-name.log' }]);
});

test.each<[string, string | undefined, string]>([
  ['/nonexistent', undefined, '/nonexistent is not a file, and no file matches it'],
  ['s3://bucket/key', undefined, 'aws s3 cp --recursive s3://bucket/key FOLDER'],
  ['-', 'iis', '--kind is iis; it must be one of metrics, alb'],
])('%s of kind %s is refused by name', async (path, kind, message) => {
  await expect(fileInputs([path], kind)).rejects.toThrow(message);
});
