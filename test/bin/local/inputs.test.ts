import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
const datum = '{"metric_stream_name":"s","namespace":"AWS/EC2"}';

test.each([
  ['an access log', line, 'logs'],
  ['a compressed access log', gzipSync(line.repeat(2000)), 'logs'],
  ['metric-stream JSON', datum, 'metrics'],
  ['metric-stream JSON after a byte order mark and blank lines', `\ufeff\n\n ${datum}`, 'metrics'],
  ['compressed metric-stream JSON', gzipSync(datum.repeat(5000)), 'metrics'],
  ['binary OTLP, which the metrics function refuses with a reason', Buffer.of(10, 5, 1, 2, 0), 'metrics'],
])('%s is told by its content, whatever its name', (_, content, pipeline) => {
  expect(fileInputs([file('any-name', content)])[0]?.pipeline).toBe(pipeline);
});

test('a log keeps the folders that tell its account and region, and files of one name stay apart', () => {
  const aws = 'AWSLogs/123456789012/elasticloadbalancing/us-east-1/2026/01/15/a.log.gz';
  const keys = fileInputs([file(`copy/${aws}`, line), file('one/b.txt', line), file('two/b.txt', line)]).map(
    ({ key }) => key,
  );
  expect(keys).toEqual([`alb/file-1/${aws}`, 'alb/file-2/b.txt.log', 'alb/file-3/b.txt.log']);
});

test('what is no file is refused by name', () => {
  expect(() => fileInputs([folder])).toThrow(`${folder} is not a file`);
});
