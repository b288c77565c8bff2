import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { polledDimensions } from '../../bin/polling/exporter-rules.ts';
import { HOURS_PER_MONTH, PRICES } from '../../lib/prices.ts';
import { ELB_METRICS } from '../../lib/settings/elb-metrics.ts';
import { prometheusName } from '../support/factories/prometheus-name.ts';

describe('docs/polling.md', () => {
  const page = readFileSync('docs/polling.md', 'utf8').replaceAll(/ {2,}/g, ' ');
  const MINUTES = HOURS_PER_MONTH * 60;
  const ZONES = 3;
  const TARGET_GROUPS = 2;
  const series = (set: readonly string[]): number =>
    (set.includes('AvailabilityZone') ? ZONES : 1) * (set.includes('TargetGroup') ? TARGET_GROUPS : 1);
  const total = (sets: readonly (readonly string[])[]): number =>
    sets.reduce((sum, set) => sum + series(set), 0);
  const withoutErrors = ELB_METRICS.filter(
    ({ name }) =>
      !/^HTTPCode_ELB|^Desync|^Grpc|^HTTP_Fixed|^IPv6|^Rejected|^TargetConnectionError|^UnhealthyRouting/.test(
        name,
      ),
  );

  test.each(ELB_METRICS)('maps every polled name of $name to its streamed one', (metric) => {
    const [first = '', ...others] = metric.statistics.map((statistic) =>
      prometheusName(metric.name, statistic),
    );
    const polled = [
      first,
      ...others.map((name) => name.replace(prometheusName(metric.name, '').slice(0, -1), '…')),
    ];

    expect(page).toContain(
      `| ${polled.map((name) => `\`${name}\``).join(' ')} | ${polledDimensions(metric).join(', ')} | \`amazonaws.com/AWS/ApplicationELB/${metric.name}\` |`,
    );
  });

  test.each([
    [
      'metric stream, all',
      ELB_METRICS.flatMap(({ dimensions }) => dimensions),
      MINUTES,
      PRICES.perThousandMetricUpdates,
    ],
    [
      'metric stream, no errors',
      withoutErrors.flatMap(({ dimensions }) => dimensions),
      MINUTES,
      PRICES.perThousandMetricUpdates,
    ],
    ['polling, all', ELB_METRICS.map(polledDimensions), MINUTES / 5, PRICES.perThousandMetricsRead],
    ['polling, no errors', withoutErrors.map(polledDimensions), MINUTES / 5, PRICES.perThousandMetricsRead],
  ])('works out the cost of a %s as the list says', (name, sets, times, price) => {
    const count = total(sets);
    const dollars = (count * times * price) / 1000;
    const rounded = (loadBalancers: number): string =>
      `$${Math.round(dollars * loadBalancers).toLocaleString('en')}`;

    expect(page).toMatch(
      new RegExp(
        `\\| ${name} \\| ${count} \\| × ${times.toLocaleString('en')} \\w+ = ${(count * times).toLocaleString('en')} \\| × \\$${price} / 1,000 \\| \\$${dollars.toFixed(2)} \\|`,
      ),
    );
    expect(page).toContain(rounded(100));
    expect(page).toContain(rounded(1000));
  });

  test('shows a command that works', () => {
    const [, command = ''] = /```sh\n(npm run polling[^`]+)```/.exec(page) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'polling-'));
    const line = command
      .replace('npm run polling --', `'${process.execPath}' '${resolve('bin/polling.ts')}'`)
      .replace('--out polling', `--out '${folder}'`);

    expect(execFileSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' })).toContain(
      'cloudwatch:GetMetricData',
    );
    rmSync(folder, { recursive: true });
  });
});
