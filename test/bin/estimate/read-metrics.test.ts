import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataInput,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from 'vitest';
import { listMetrics, type ListedMetric, readUpdates } from '../../../bin/estimate/read-metrics.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const NOW = Date.UTC(2026, 0, 31, 12, 34, 56);
const mock = mockClient(CloudWatchClient);
const client = new CloudWatchClient({ region: 'eu-west-1' });
beforeEach(() => mock.reset());

const metric = (Namespace: string, MetricName: string, value: string, account?: string): ListedMetric => ({
  account,
  metric: { Namespace, MetricName, Dimensions: [{ Name: 'Id', Value: value }] },
});

/** Data points of three hours by the value of the dimension. */
const reports = (points: Readonly<Record<string, number>>): void => {
  mock.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetMetricDataInput) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => ({
      Id,
      Values: Array<number>(points[MetricStat?.Metric?.Dimensions?.[0]?.Value ?? ''] ?? 0).fill(1),
    })),
  }));
};
const read = async (listed: readonly ListedMetric[], most = 5_000) =>
  readUpdates(client, listed, { most, now: NOW, onRead: () => undefined });
const queries = () =>
  mock.commandCalls(GetMetricDataCommand).map(({ args: [{ input }] }) => input.MetricDataQueries ?? []);

describe('the list of metrics', () => {
  test('has every page, of metrics that reported in the last three hours', async () => {
    mock
      .on(ListMetricsCommand)
      .resolvesOnce({ Metrics: [{ MetricName: 'a' }], NextToken: 'more' })
      .resolvesOnce({ Metrics: [{ MetricName: 'b' }] });
    const counts: number[] = [];
    const listed = await listMetrics(client, false, (count) => counts.push(count));

    expect(listed.map(({ metric, account }) => [metric.MetricName, account])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
    expect(counts).toEqual([1, 2]);
    const inputs = mock.commandCalls(ListMetricsCommand).map(({ args: [{ input }] }) => input);
    expect(inputs).toMatchObject([{ RecentlyActive: 'PT3H' }, { RecentlyActive: 'PT3H', NextToken: 'more' }]);
    expect(inputs[0]).not.toHaveProperty('IncludeLinkedAccounts');
  });

  test('has the metrics of linked accounts, with their account', async () => {
    mock.on(ListMetricsCommand).resolves({
      Metrics: [{ MetricName: 'a' }, { MetricName: 'a' }],
      OwningAccounts: ['111111111111', '222222222222'],
    });
    const listed = await listMetrics(client, true, () => undefined);

    expect(listed.map(({ account }) => account)).toEqual(['111111111111', '222222222222']);
    expect(mock.commandCalls(ListMetricsCommand)[0]?.args[0].input.IncludeLinkedAccounts).toBe(true);
  });
});

describe('updates per month', () => {
  test('are counted from the data points of three hours, each minute that has one', async () => {
    reports({ minute: 180, five: 36, hour: 3, silent: 0 });
    const updates = await read([
      metric('A', 'minute', 'minute'),
      metric('A', 'five', 'five'),
      metric('A', 'hour', 'hour'),
      metric('A', 'silent', 'silent'),
      metric('A', 'minute', 'five'),
    ]);

    expect(Object.fromEntries(updates.map(({ name, updates }) => [name, updates]))).toEqual({
      minute: expect.closeTo(43_800 + 8_760, 6),
      five: expect.closeTo(8_760, 6),
      hour: expect.closeTo(730, 6),
      silent: 0,
    });
    expect(updates.find(({ name }) => name === 'minute')?.metrics).toBe(2);
    const [{ args: [{ input }] } = { args: [{ input: undefined }] }] =
      mock.commandCalls(GetMetricDataCommand);
    expect(input).toMatchObject({
      StartTime: new Date('2026-01-31T09:29:00Z'),
      EndTime: new Date('2026-01-31T12:29:00Z'),
    });
    expect(input?.MetricDataQueries?.[0]?.MetricStat).toMatchObject({ Stat: 'SampleCount', Period: 60 });
  });

  test('ask for the metrics of linked accounts by account, and keep the accounts apart', async () => {
    reports({ a: 180, b: 36 });
    const updates = await read([
      metric('A', 'x', 'a', '111111111111'),
      metric('A', 'x', 'b', '222222222222'),
    ]);

    expect(updates.map(({ account, updates }) => [account, Math.round(updates)])).toEqual([
      ['111111111111', 43_800],
      ['222222222222', 8_760],
    ]);
    expect(queries()[0]?.map(({ AccountId }) => AccountId)).toEqual(['111111111111', '222222222222']);
  });

  test('are read 500 metrics at a time, and page by page', async () => {
    mock.on(GetMetricDataCommand).callsFake((input: GetMetricDataInput) => {
      const [{ Id } = {}, ...others] = input.MetricDataQueries ?? [];
      if (others.length === 0) return { MetricDataResults: [{ Id, Values: Array(6).fill(1) }] };
      return input.NextToken === 'more'
        ? { MetricDataResults: [{ Id, Values: [1] }] }
        : { MetricDataResults: [{ Id, Values: [1, 1] }], NextToken: 'more' };
    });
    const listed = Array.from({ length: 501 }, (_, index) => metric('A', `${1000 + index}`, 'a'));
    const updates = await read(listed);

    expect(queries().map(({ length }) => length)).toEqual([500, 500, 1]);
    const updatesOf = (called: string) => updates.find(({ name }) => name === called)?.updates;
    expect(updatesOf('1000')).toBeCloseTo(730, 6);
    expect(updatesOf('1500')).toBeCloseTo(1460, 6);
  });

  test('of more metrics than are counted follow those of the same name, or else of the same namespace', async () => {
    reports({ minute: 180, five: 36 });
    const listed = [
      ...Array.from({ length: 600 }, () => metric('A', 'x', 'minute')),
      ...Array.from({ length: 300 }, () => metric('A', 'y', 'five')),
      metric('A', 'z', 'five'),
    ];
    const updates = await read(listed, 10);

    const asked = queries().flat();
    expect(asked).toHaveLength(10);
    const byName = Object.fromEntries(updates.map(({ name, updates }) => [name, Math.round(updates)]));
    expect(byName).toMatchObject({ x: 600 * 43_800, y: 300 * 8_760 });
    // Seven of the ten are x, three y.
    expect(byName['z']).toBe(Math.round((7 * 43_800 + 3 * 8_760) / 10));
  });
});
