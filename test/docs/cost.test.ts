import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Bill, billOf } from '../../bin/estimate/bill.ts';
import { metricPointBytes } from '../../bin/estimate/sample-bytes.ts';
import { balancerUsage } from '../../bin/estimate/usage-of-account.ts';
import type { Usage } from '../../bin/estimate/usage.ts';
import { CPU_SECONDS_PER_GB, LINE_BYTES } from '../../bin/shared/measured.ts';
import {
  HOURS_PER_MONTH,
  money,
  PRICE_LIST,
  type PriceName,
  PRICES,
  PRICES_DATE,
  PRICES_REGION,
} from '../../lib/prices.ts';
import { settingsOf } from '../support/factories/usage.ts';

const PAGE = 'docs/cost.md';

/** A table as prettier formats it. */
const table = ([head = [], ...rows]: readonly (readonly string[])[]): string => {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), 3),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};

/** An account with load balancers of two nodes each or more, and metrics that are emitted each minute. */
const accountOf = async (
  balancers: number,
  requestsPerSecond: number,
  nodes: number,
  metrics: number,
): Promise<Usage> => {
  const settings = settingsOf();
  const lines = balancers * requestsPerSecond * 3600 * HOURS_PER_MONTH;
  const objects = balancers * nodes * 12 * HOURS_PER_MONTH;
  const log = { name: 'shop', kind: 'alb', lines, failed: 0.02 * lines, objects } as const;
  // A load balancer with one target group in two zones has six sets of dimensions.
  const percentiles = 6 * balancers;
  const perMetric = HOURS_PER_MONTH * 60;
  return {
    metrics: [
      {
        namespace: 'AWS/ApplicationELB',
        name: 'TargetResponseTime',
        metrics: percentiles,
        updates: percentiles * perMetric,
      },
      {
        namespace: 'AWS/EC2',
        name: 'any',
        metrics: metrics - percentiles,
        updates: (metrics - percentiles) * perMetric,
      },
    ],
    logs: [await balancerUsage(log, undefined, settings)],
    pointBytes: metricPointBytes,
    assumptions: [],
  };
};

const SMALL = 'one ALB at 20 requests/s, 500 metrics';
const LARGE = '20 ALBs at 1,000 requests/s each, 20,000 metrics';
const accounts = async () =>
  [await accountOf(1, 20, 2, 500), await accountOf(20, 1_000, 10, 20_000)] as const;

const billsOf = async (
  usages: readonly Usage[],
  context: Readonly<Record<string, unknown>> = {},
): Promise<readonly Bill[]> =>
  Promise.all(usages.map(async (usage) => billOf(usage, settingsOf(context), PRICES)));

const dollarsFor = ({ items }: Bill, price: PriceName): number =>
  items
    .flatMap(({ charges }) => charges)
    .filter((charge) => charge.price === price)
    .reduce((sum, { dollars }) => sum + dollars, 0);

const priceTable = table([
  ['name in `--prices`', 'dollars', 'for', 'to'],
  ...Object.entries(PRICE_LIST).map(([name, { dollars, units, of, by }]) => [
    `\`${name}\``,
    `${dollars}`,
    `${units.toLocaleString('en-US')} ${of}`,
    by,
  ]),
]);

const cents = (dollars: number): string => `$${dollars.toFixed(4)}`;

/** A million log lines, and a metric that is emitted each minute of a month; without what an object costs. */
const unitTable = async (): Promise<string> => {
  const nothing = { metrics: [], logs: [], pointBytes: metricPointBytes, assumptions: [] };
  const log = { name: '', kind: 'alb', lines: 1e6, failed: 0, objects: 0 } as const;
  const metric = { namespace: 'n', name: 'n', metrics: 1, updates: HOURS_PER_MONTH * 60 };
  const items = await Promise.all(
    [
      { ...nothing, logs: [await balancerUsage(log, undefined, settingsOf())] },
      { ...nothing, metrics: [metric] },
    ].map(async (usage) => {
      const bill = await billOf(usage, settingsOf(), PRICES);
      const [item] = bill.items.filter(({ scope }) => scope !== 'fixed');
      return item ?? expect.unreachable();
    }),
  );
  const prices = [...new Set(items.flatMap(({ charges }) => charges.map(({ price }) => price)))];
  return table([
    ['', 'a million lines of an ALB log', 'a metric of each minute, a month'],
    ...prices.map((price) => [
      PRICE_LIST[price].of,
      ...items.map(({ charges }) => {
        const charge = charges.find((one) => one.price === price);
        return charge === undefined ? '' : cents(charge.dollars);
      }),
    ]),
    ['**both bills**', ...items.map(({ dollars }) => `**${cents(dollars)}**`)],
    ['Scout', ...items.map(({ scout, dollars }) => `${((100 * scout) / dollars).toFixed(0)} %`)],
  ]);
};

const billTable = async (): Promise<string> => {
  const bills = await billsOf(await accounts());
  const prices = (Object.keys(PRICE_LIST) as PriceName[])
    .map((price) => ({ price, dollars: bills.map((bill) => dollarsFor(bill, price)) }))
    .filter(({ dollars }) => dollars.some((one) => one > 0))
    .toSorted((one, other) => Math.max(...other.dollars) - Math.max(...one.dollars));
  return table([
    ['a month', SMALL, LARGE],
    ...prices.map(({ price, dollars }) => [PRICE_LIST[price].of, ...dollars.map(money)]),
    ['**AWS**', ...bills.map(({ aws }) => `**${money(aws)}**`)],
    ['**Scout**', ...bills.map(({ scout }) => `**${money(scout)}**`)],
    ['**both**', ...bills.map(({ dollars }) => `**${money(dollars)}**`)],
  ]);
};

/** Defaults that cost something, and the setting that turns each off. */
const DEFAULTS: readonly (readonly [what: string, off: Readonly<Record<string, unknown>>])[] = [
  ['the line as JSON in the body', { albBody: 'none' }],
  ['attributes of dimensions', { metricDimensionAttributes: false }],
  ['percentiles of `TargetResponseTime`', { metricStatistics: 'none' }],
  ['gauges about the forwarder itself', { ownMetrics: false }],
  ['the dashboard', { dashboard: false }],
];

const defaultsTable = async (): Promise<string> => {
  const usages = await accounts();
  const bills = await billsOf(usages);
  const rows = await Promise.all(
    DEFAULTS.map(async ([what, off]) => {
      const without = await billsOf(usages, off);
      const setting = Object.entries(off).map(([key, value]) => `\`${key}=${String(value)}\``);
      return [
        what,
        setting.join(', '),
        ...bills.map((bill, index) => money(bill.dollars - (without[index]?.dollars ?? NaN))),
      ];
    }),
  );
  return table([['default', 'turned off by', SMALL, LARGE], ...rows]);
};

/** The page with each block between its markers replaced. */
const withBlocks = (page: string, blocks: Readonly<Record<string, string>>): string =>
  Object.entries(blocks).reduce((text, [name, block]) => {
    const [start, end] = [`<!-- generated: ${name} -->\n`, `\n<!-- end -->`];
    const from = text.indexOf(start) + start.length;
    if (from < start.length) throw new Error(`${PAGE} has no block ${name}`);
    return `${text.slice(0, from)}\n${block}\n${text.slice(text.indexOf(end, from))}`;
  }, page);

test(
  'docs/cost.md has the prices and bills that the code works out (vitest -u rewrites them)',
  { timeout: 60_000 },
  async () => {
    const page = withBlocks(readFileSync(PAGE, 'utf8'), {
      prices: priceTable,
      unit: await unitTable(),
      bills: await billTable(),
      defaults: await defaultsTable(),
    });
    await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
  },
);

test('docs/cost.md names the date and region of the prices, and the figures that the commands reckon with', () => {
  const page = readFileSync(PAGE, 'utf8').replaceAll(/\s+/g, ' ');
  expect(page).toContain(`list prices of ${PRICES_DATE}, AWS's of ${PRICES_REGION}`);
  for (const [pipeline, seconds] of Object.entries(CPU_SECONDS_PER_GB))
    expect(page).toMatch(
      new RegExp(`\\| \\*\\*zstd for ${pipeline}\\*\\* \\|(?: [\\d.]+ \\|)* ${seconds} \\|`),
    );
  const { logs, metrics } = CPU_SECONDS_PER_GB;
  expect(page).toContain(`${logs} s of a vCPU per GB of log and ${metrics} s per GB of metric stream`);
  const { written, stored, sent } = LINE_BYTES.logs;
  expect(page).toContain(
    `${written} bytes as the load balancer writes it, ${stored} in the bucket and ${sent}`,
  );
});

test('README names the prices and the smaller bill', async () => {
  const [small] = await accounts();
  const [{ aws, scout } = { aws: NaN, scout: NaN }] = await billsOf([small]);
  const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
  const { perMillionScoutLogRecords, perMillionScoutMetricPoints, perThousandMetricUpdates } = PRICES;

  expect(readme).toContain(
    `Scout: $${perMillionScoutLogRecords} per million log records and $${perMillionScoutMetricPoints.toFixed(2)} per million metric points`,
  );
  expect(readme).toContain(`$${perThousandMetricUpdates} per 1,000 metric updates`);
  expect(readme).toContain(
    `about $${Math.round(aws)} per month at AWS and about $${Math.round(scout)} at Scout`,
  );
});
