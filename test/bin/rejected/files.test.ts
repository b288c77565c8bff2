import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parseEntries, pipelineOf, workItems } from '../../../bin/rejected/entries.ts';
import { readFile, retryFile } from '../../../bin/rejected/files.ts';
import { entryLines, newTally } from '../../../bin/rejected/report.ts';
import { type RejectedEntry, storeRejected } from '../../../lambdas/forwarding/deliver/rejected-records.ts';

beforeEach(() => {
  // The function logs what it rejects.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

const KEY = 'logs/alb/AWSLogs/1/shop & more.log';
const OBJECT = { bucket: 'ours', key: KEY, etag: 'e1' };
const rejected = (lineNumber: number): RejectedEntry => ({
  reason: 'bad',
  line: `line ${lineNumber}`,
  lineNumber,
});
const unnamed: RejectedEntry = {
  reason: 'Scout rejected 2 of 10 records: full',
  fromLine: 20,
  toLine: 29,
  count: 2,
};

/** A bucket where each step can be looked at, or fail. */
const bucketOf = (files: Record<string, string>, failing = '') => {
  const step = (name: string): void => {
    if (name === failing) throw new Error(`${name} failed`);
  };
  return {
    files,
    open: async ({ key }: { readonly key: string }) => ({
      etag: 't1',
      bytes: (async function* () {
        yield Buffer.from(files[key] ?? '');
      })(),
    }),
    put: async (_: string, key: string, body: string): Promise<void> => {
      step('put');
      files[key] = body;
    },
    remove: async ({ key }: { readonly key: string }): Promise<void> => {
      step(key === FILE ? 'remove' : 'remove aside');
      delete files[key];
    },
  };
};

const FILE = `rejected/${KEY}/e1-1-30.ndjson`;

/** The text of a file as the function writes it. */
const fileOf = async (...kept: readonly RejectedEntry[]): Promise<string> => {
  const files: Record<string, string> = {};
  await storeRejected(
    {
      settings: { rejected: { bucket: 'ours', prefix: 'rejected/' } },
      objects: bucketOf(files),
    } as never,
    OBJECT,
    { fromLine: 1, toLine: 30 },
    kept,
  );
  expect(Object.keys(files)).toEqual([FILE]);
  return files[FILE] ?? '';
};

test('the entries of a file that the function wrote are read, and neighbouring lines are one work item', async () => {
  const text = await fileOf(rejected(4), rejected(5), rejected(9), unnamed);
  const entries = parseEntries(text, FILE);
  expect(entries.map(({ reason, line, count }) => [reason, line, count])).toEqual([
    ['bad', 'line 4', 1],
    ['bad', 'line 5', 1],
    ['bad', 'line 9', 1],
    ['Scout rejected 2 of 10 records: full', undefined, 2],
  ]);
  const work = { ...OBJECT, versionId: undefined, attempt: undefined, backfill: true };
  expect(workItems(entries)).toEqual([
    { ...work, fromLine: 4, toLine: 5 },
    { ...work, fromLine: 9, toLine: 9 },
    { ...work, fromLine: 20, toLine: 29 },
  ]);
});

const entry = (key: string, fromLine: number, toLine: number) => ({
  reason: 'r',
  line: undefined,
  count: 1,
  work: { bucket: 'b', key, fromLine, toLine },
});

test('lines of different objects are not joined, and overlapping ranges are', () => {
  const items = workItems([entry('a', 1, 10), entry('b', 11, 12), entry('a', 5, 7), entry('a', 11, 11)]);
  expect(items).toEqual([
    { bucket: 'b', key: 'a', fromLine: 1, toLine: 11 },
    { bucket: 'b', key: 'b', fromLine: 11, toLine: 12 },
  ]);
});

test.each(['no JSON', '{"reason":"bad","line":"x"}', '{"reason":"bad","work":{"bucket":"b"}}'])(
  'a file with the line %j is not touched',
  (line) => {
    expect(() => parseEntries(`${line}\n`, FILE)).toThrow(
      `${FILE}, line 1, has no work item; it is left as it is`,
    );
  },
);

test.each([
  ['ours', 'metrics/2026/01/31/x', 'metrics'],
  ['ours', 'logs/alb/x', 'logs'],
  ['theirs', 'metrics/of-another-bucket', 'logs'],
])('the pipeline of %s/%s is %s', (bucket, key, pipeline) => {
  const entries = [{ reason: 'r', line: 'x', count: 1, work: { bucket, key, fromLine: 1 } }];
  expect(pipelineOf({ entries }, 'ours')).toBe(pipeline);
});

const retried = async (failing = '') => {
  const files: Record<string, string> = { [FILE]: await fileOf(rejected(4), rejected(5)) };
  const bucket = bucketOf(files, failing);
  const sent: string[] = [];
  const send = async (url: string, messages: readonly { readonly body: string }[]): Promise<void> => {
    if (failing === 'send') throw new Error('send failed');
    sent.push(...messages.map(({ body }) => `${url} ${body}`));
    // The function may reject the same lines again before the command goes on.
    if (failing === '') files[FILE] = 'rejected again';
  };
  const file = await readFile(bucket, 'ours', FILE);
  const result = await retryFile(file, bucket, { send }, 'https://sqs/logs').catch(
    (error: Error) => error.message,
  );
  return { result, sent, files };
};

test('control characters of a rejected line do not reach the terminal, and are kept in JSON', () => {
  const work = { bucket: 'ours', key: KEY, fromLine: 1, toLine: 1 };
  const entry = { reason: 'bad \x1b[2J', line: '\x07\t\x9b2J', count: 1, work };
  expect(entryLines(entry, false)).toBe(
    String.raw`s3://ours/${KEY} line 1: bad \x1b[2J` + '\n' + String.raw`  \x07` + '\t' + String.raw`\x9b2J`,
  );
  expect(JSON.parse(entryLines(entry, true))).toEqual(entry);
  const tally = newTally();
  tally.add({ entries: [entry] }, 'logs');
  expect(tally.lines().join('\n')).toContain(String.raw`1  bad \x1b[2J`);
});

describe('a retry of a file', () => {
  test('queues its work items and deletes it, but not one that the function wrote in the meantime', async () => {
    const { sent, files } = await retried();
    expect(sent).toEqual([
      `https://sqs/logs {"bucket":"ours","key":"${KEY}","etag":"e1","fromLine":4,"toLine":5,"backfill":true}`,
    ]);
    expect(files).toEqual({ [FILE]: 'rejected again' });
  });

  test.each(['put', 'remove', 'send', 'remove aside'])(
    'keeps its text in the folder where %s fails',
    async (failing) => {
      const { result, files } = await retried(failing);
      expect(result).toBe(`${failing} failed`);
      const texts = Object.entries(files).map(([key, text]) => [key.startsWith(`rejected/${KEY}/`), text]);
      expect(texts.length).toBeGreaterThanOrEqual(1);
      for (const [inFolder, text] of texts) {
        expect(inFolder).toBe(true);
        expect(text).toBe(await fileOf(rejected(4), rejected(5)));
      }
    },
  );
});

test('the list counts records by pipeline and reason, the most frequent first', async () => {
  const tally = newTally();
  tally.add({ entries: parseEntries(await fileOf(rejected(1), unnamed), FILE) }, 'logs');
  tally.add({ entries: parseEntries(await fileOf(rejected(1)), FILE) }, undefined);
  expect(tally.files()).toBe(2);
  expect(tally.lines()).toEqual([
    'logs: 3 rejected records in 1 file',
    '  2  Scout rejected 2 of 10 records: full',
    '  1  bad',
    '1 file of another pipeline left out',
  ]);
  expect(newTally().lines()).toEqual(['no rejected records']);
});

test('a record is shown with its object and line', async () => {
  const [line, range] = parseEntries(await fileOf(rejected(4), unnamed), FILE);
  expect(line && entryLines(line, false)).toBe(`s3://ours/${KEY} line 4: bad\n  line 4`);
  expect(range && entryLines(range, false)).toBe(
    `s3://ours/${KEY} 2 of lines 20 to 29: Scout rejected 2 of 10 records: full`,
  );
  expect(JSON.parse(line ? entryLines(line, true) : '')).toMatchObject({ reason: 'bad', line: 'line 4' });
});
