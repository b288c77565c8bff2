import { expect, test } from 'vitest';
import { selectObjects, type Selection } from '../../../bin/backfill/select-objects.ts';
import type { ListedObject } from '../../../lambdas/aws/objects.ts';

const FOLDER = 'logs/alb/AWSLogs/123456789012/elasticloadbalancing/us-east-1/';
const log = (day: string, name = 'x'): string => `${FOLDER}${day}/${name}.log.gz`;
const DAYS = ['2025/12/31', '2026/01/30', '2026/01/31', '2026/02/01', '2026/02/02', '2027/01/31'];

const bytes = (text: string): Buffer => Buffer.from(text);

/** The keys selected of those in the bucket, and how many the listing gave. */
const select = async (
  keys: readonly string[],
  selection: Partial<Selection>,
): Promise<{ readonly selected: readonly string[]; readonly listed: number }> => {
  let listed = 0;
  const list = async function* (
    bucket: string,
    prefix: string,
    startAfter = '',
  ): AsyncGenerator<ListedObject> {
    for (const key of keys.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)))) {
      if (!key.startsWith(prefix) || Buffer.compare(bytes(key), bytes(startAfter)) <= 0) continue;
      listed++;
      yield { key, size: bucket.length };
    }
  };
  const selected: string[] = [];
  const all = { bucket: 'logs', prefix: '', ...selection };
  for await (const { key } of selectObjects({ list }, all)) selected.push(key);
  return { selected, listed };
};

test('without dates, every key under the prefix is selected', async () => {
  const keys = ['a/1', 'a/b/2', log('2026/01/31'), 'other'];
  expect(await select(keys, { prefix: 'a/' })).toEqual({ selected: ['a/1', 'a/b/2'], listed: 2 });
});

test('days of logs are selected under any prefix, and only they are listed if the prefix reaches to the dates', async () => {
  const range = { from: '2026/01/31', to: '2026/02/01' };
  const selected = [log('2026/01/31'), log('2026/02/01')];
  const keys = DAYS.map((day) => log(day));
  expect(await select(keys, { prefix: 'logs/', ...range })).toEqual({ selected, listed: DAYS.length });
  // One more, at which it stops.
  expect(await select(keys, { prefix: FOLDER, ...range })).toEqual({ selected, listed: 3 });
});

test('hours of metrics are selected, and only they are listed', async () => {
  const hours = [
    '2026/01/31/21',
    '2026/01/31/22',
    '2026/01/31/23',
    '2026/02/01/00',
    '2026/02/01/01',
    '2026/02/01/02',
  ];
  const keys = hours.map((hour) => `metrics/${hour}/x`);
  expect(
    await select(keys, {
      prefix: 'metrics/',
      from: '2026/01/31/22',
      to: '2026/02/01/00',
    }),
  ).toEqual({ selected: keys.slice(1, 4), listed: 4 });
});

test('a prefix may end within a date', async () => {
  const keys = ['2026/01/09', '2026/01/10', '2026/01/19', '2026/01/20'].map((day) => log(day));
  const { selected } = await select(keys, { prefix: `${FOLDER}2026/01/1`, from: '2026/01/15' });
  expect(selected).toEqual([log('2026/01/19')]);
});

test('keys without a date folder are left out if there are dates', async () => {
  const keys = [
    'alb/2020/copy.log',
    `alb/team/2020/AWSLogs/1/elasticloadbalancing/us-east-1/2026/01/31/x.log`,
  ];
  expect((await select(keys, { prefix: 'alb/', from: '2026/01/01' })).selected).toEqual([keys[1]]);
  expect((await select(keys, { prefix: 'alb/', to: '2026/12/31' })).selected).toEqual([keys[1]]);
});

const hive = (day: string): string => {
  const [year, month, date] = day.split('/');
  return `year=${year}/month=${month}/day=${date}`;
};

test.each([
  ['of flow logs', (day: string) => `vpc/AWSLogs/123456789012/vpcflowlogs/us-east-1/${day}`],
  ['by the hour', (day: string) => `vpc/AWSLogs/123456789012/vpcflowlogs/us-east-1/${day}/23`],
  [
    'in the layout of Hive',
    (day: string) =>
      `vpc/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/${hive(day)}/hour=23`,
  ],
  [
    'in the layout of Hive, of vended logs',
    (day: string) => `AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=us-east-1/${hive(day)}`,
  ],
  [
    'of an organization',
    (day: string) => `o-a1b2c3/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/${day}`,
  ],
  ["under a prefix that replaces AWS's folders", (day: string) => `edge/us-east-1/${day}`],
  ['under a prefix with a date of its own', (day: string) => `moved/2020/01/01/AWSLogs/us-east-1/${day}`],
])('days are selected in folders %s', async (_, folderOf) => {
  const keys = DAYS.map((day) => `logs/${folderOf(day)}/x.log.gz`);
  expect((await select(keys, { prefix: 'logs/', from: '2026/02/01', to: '2026/02/02' })).selected).toEqual(
    keys.slice(3, 5),
  );
});

test('a run continues after any key, also after one before its first day', async () => {
  const keys = [
    ...DAYS.flatMap((day) => [log(day, 'a'), log(day, 'b')]),
    `${FOLDER}z\u{1F5FC}`,
    `${FOLDER}z\uFB00`,
  ];
  const ordered = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const [index, startAfter] of ordered.entries())
    expect((await select(keys, { prefix: FOLDER, startAfter })).selected).toEqual(ordered.slice(index + 1));
  const { selected } = await select(keys, {
    prefix: FOLDER,
    from: '2027/01/31',
    startAfter: log('2026/01/30'),
  });
  expect(selected).toEqual([log('2027/01/31', 'a'), log('2027/01/31', 'b')]);
});
