import { ListObjectsV2Command, type ListObjectsV2CommandInput, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FoundObject, LAYOUTS, walk, type Walk } from '../../../bin/backfill/list-objects.ts';

const s3 = mockClient(S3Client);
beforeEach(() => void s3.reset());

const DAYS = 'alb/AWSLogs/123456789012/elasticloadbalancing/us-east-1';
const log = (day: string, name: string): string =>
  `${DAYS}/${day}/123456789012_elasticloadbalancing_us-east-1_app.shop.0a_${name}.log.gz`;

describe('the walk', () => {
  it.each([1, 2, 1000])('gives every object in the order of UTF-8, %d a page', async (pageSize) => {
    const keys = ['a/', 'a/b/c/1', 'a/b/2', 'a/b-c', 'a/z', 'a//x', 'a/\u{1F5FC}/1', 'a/\uFB00', 'other/1'];
    bucketHolds(keys, pageSize);
    expect(await keysOf({ prefix: 'a/' })).toEqual(
      keys
        .filter((key) => key.startsWith('a/'))
        .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it('lists no folder of load balancer logs that is outside the days asked for', async () => {
    const days = ['2025/12/31', '2026/01/30', '2026/01/31', '2026/02/01', '2026/02/02', '2027/01/31'];
    bucketHolds(days.map((day) => log(day, 'x')));
    const found = await keysOf({ prefix: 'alb/', from: '2026/01/31', to: '2026/02/01' });
    expect(found).toEqual([log('2026/01/31', 'x'), log('2026/02/01', 'x')]);
    expect(listed()).toEqual([
      'alb/',
      'alb/AWSLogs/',
      'alb/AWSLogs/123456789012/',
      'alb/AWSLogs/123456789012/elasticloadbalancing/',
      `${DAYS}/`,
      `${DAYS}/2026/`,
      `${DAYS}/2026/01/`,
      `${DAYS}/2026/01/31/`,
      `${DAYS}/2026/02/`,
      `${DAYS}/2026/02/01/`,
    ]);
  });

  it('lists no folder of metrics that is outside the hours asked for', async () => {
    const hours = ['2026/01/31/21', '2026/01/31/22', '2026/01/31/23', '2026/02/01/00', '2026/02/01/01'];
    bucketHolds(hours.map((hour) => `metrics/${hour}/x`));
    const layout = LAYOUTS.metrics;
    const found = await keysOf({ prefix: 'metrics/', layout, from: '2026/01/31/22', to: '2026/02/01/00' });
    expect(found).toEqual(hours.slice(1, 4).map((hour) => `metrics/${hour}/x`));
    expect(listed().filter((prefix) => /\/\d\d\/\d\d\/\d\d\/$/.test(prefix))).toHaveLength(3);
  });

  it('takes a prefix that ends within a date', async () => {
    bucketHolds([
      log('2026/01/09', 'x'),
      log('2026/01/10', 'x'),
      log('2026/01/19', 'x'),
      log('2026/01/20', 'x'),
    ]);
    expect(await keysOf({ prefix: `${DAYS}/2026/01/1`, from: '2026/01/15' })).toEqual([
      log('2026/01/19', 'x'),
    ]);
  });

  it('leaves out nothing whose key has no date, or a number that is none', async () => {
    const keys = ['alb/2020/copy.log', `alb/team/2020/AWSLogs/${log('2026/01/31', 'x').slice(12)}`];
    bucketHolds(keys);
    expect(await keysOf({ prefix: 'alb/', from: '2026/01/01' })).toEqual(keys);
  });

  it('goes on after any key without losing one or listing a folder that is done', async () => {
    const keys = [
      ...['2026/01/30', '2026/01/31', '2026/02/01'].flatMap((day) => [
        log(day, 'a'),
        log(day, 'b'),
        log(day, 'c'),
      ]),
      'alb/z\uFB00.log',
      'alb/z\u{1F5FC}.log',
    ];
    bucketHolds(keys, 2);
    for (const [index, key] of keys.entries()) {
      expect(await keysOf({ prefix: 'alb/', startAfter: key })).toEqual(keys.slice(index + 1));
    }
    s3.resetHistory();
    await keysOf({ prefix: 'alb/', startAfter: log('2026/01/31', 'c') });
    expect(listed()).not.toContain(`${DAYS}/2026/01/30/`);
  });

  it('gives size and entity tag', async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'a', Size: 7, ETag: '"0123"' }] });
    expect(await walked({ prefix: '' })).toEqual([{ key: 'a', size: 7, etag: '0123' }]);
  });
});

const WALK: Walk = { bucket: 'logs', prefix: '', layout: LAYOUTS.albLogs };

const walked = async (within: Partial<Walk>): Promise<readonly FoundObject[]> => {
  const found: FoundObject[] = [];
  for await (const object of walk(new S3Client({}), { ...WALK, ...within })) found.push(object);
  return found;
};

const keysOf = async (within: Partial<Walk>): Promise<readonly string[]> =>
  (await walked(within)).map(({ key }) => key);

/** Lists as S3 does: keys and folders together, in the order of UTF-8, so many a page. */
const bucketHolds = (keys: readonly string[], pageSize = 1000): void => {
  const answer = ({ Prefix = '', Delimiter = '/', ContinuationToken = '' }: ListObjectsV2CommandInput) => {
    const names = keys
      .filter((key) => key.startsWith(Prefix))
      .map((key) => {
        const end = key.indexOf(Delimiter, Prefix.length);
        return end === -1 ? key : key.slice(0, end + 1);
      })
      .map((name) => ({ name, isKey: keys.includes(name) && !(name.endsWith('/') && name !== Prefix) }));
    const ordered = [...new Map(names.map((one) => [one.name, one])).values()].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
    );
    const from = Number(ContinuationToken);
    const page = ordered.slice(from, from + pageSize);
    return {
      Contents: page.filter(({ isKey }) => isKey).map(({ name }) => ({ Key: name, Size: 1 })),
      CommonPrefixes: page.filter(({ isKey }) => !isKey).map(({ name }) => ({ Prefix: name })),
      ...(from + pageSize < ordered.length && { NextContinuationToken: String(from + pageSize) }),
    };
  };
  s3.on(ListObjectsV2Command).callsFake(answer);
};

const listed = (): readonly string[] => [
  ...new Set(s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input.Prefix ?? '')),
];
