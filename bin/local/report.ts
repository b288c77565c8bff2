import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { Account } from './totals.ts';
import type { Fault, Rejected, Run } from './run.ts';
import type { Received } from './scout-summary.ts';

const SHOWN = 12;
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SIGNIFICANT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** What Scout received of each metric, under its namespace. */
export const metricsTable = ({ metrics }: Received): string => {
  const table = newTable(['Metric', 'Unit', 'Points', 'Count', 'Min', 'Avg', 'Max'], 2);
  const rows = [...metrics.values()].toSorted(byText(({ namespace, name }) => `${namespace} ${name}`));
  let namespace: string | undefined;
  for (const row of rows) {
    if (row.namespace !== namespace) {
      namespace = row.namespace;
      const points = sum(rows.filter((other) => other.namespace === namespace).map((other) => other.points));
      table.push([styleText('bold', namespace), '', styleText('bold', whole(points)), '', '', '', '']);
    }
    const values = [row.min, row.sum / row.samples, row.max].map(significant);
    table.push([`  ${row.name}`, row.unit, whole(row.points), whole(row.samples), ...values]);
  }
  return table.toString();
};

/** Requests by target group and class of status, with percentiles of target_processing_time. */
export const requestsTable = ({ requests, rawLines }: Received): string => {
  const table = newTable(['Target group', 'Status', 'Requests', 'p50 ms', 'p99 ms'], 2);
  const rows = [...requests.values()].toSorted(
    byText(({ targetGroup, status }) => `${targetGroup} ${status}`),
  );
  rows.forEach(({ targetGroup, status, count, latencies }, index) => {
    const first = rows[index - 1]?.targetGroup !== targetGroup;
    const sorted = latencies.toSorted((a, b) => a - b);
    const times = [0.5, 0.99].map((part) => milliseconds(sorted[Math.floor(part * sorted.length)]));
    table.push([first ? styleText('bold', targetGroup) : '', colored(status), whole(count), ...times]);
  });
  if (rawLines > 0)
    table.push([styleText('yellow', 'not parsable, sent as they are'), '', whole(rawLines), '', '']);
  return table.toString();
};

/** The ledger of both pipelines. */
export const ledgerTable = ({ accounts }: Run): string => {
  const columns = Object.entries(accounts).filter(([, { objects }]) => objects > 0);
  const table = newTable(['', ...columns.map(([pipeline]) => pipeline)], 1);
  for (const [title, cell] of LEDGER_ROWS)
    table.push([title, ...columns.map(([, account]) => cell(account))]);
  return table.toString();
};

const LEDGER_ROWS: readonly (readonly [title: string, cell: (account: Account) => string])[] = [
  ['objects', ({ objects }) => whole(objects)],
  ['of other kinds, skipped', ({ skipped }) => whole(skipped)],
  ['bytes in', ({ bytesIn }) => megabytes(bytesIn)],
  ['records read', ({ read }) => whole(read)],
  ['= delivered', ({ delivered }) => styleText('green', whole(delivered))],
  ['+ rejected, kept', ({ rejected }) => whole(rejected)],
  ['+ filtered', ({ filtered }) => whole(filtered)],
  ['+ back to a queue', ({ continued }) => whole(continued)],
  ['requests', ({ requests }) => whole(requests)],
  ['retries', ({ retries }) => whole(retries)],
  ['bytes out', ({ bytes }) => megabytes(bytes)],
  ['seconds', ({ milliseconds }) => (milliseconds / 1000).toFixed(2)],
];

/** Rejected records by their reason, with an example of each. */
export const rejectedList = (rejected: readonly Rejected[]): string => {
  const reasons = Map.groupBy(rejected, ({ reason }) => reason);
  const lines = [...reasons].map(([reason, entries]) => {
    const { line = '', lineNumber, object } = entries[0] ?? { object: '' };
    const example = line.length > 100 ? `${line.slice(0, 99)}…` : line;
    return `  ${entries.length} × ${reason}\n      ${object.replace(/^s3:\/\/[^/]+\//, '')}:${lineNumber}  ${example}`;
  });
  return shortened('yellow', `${whole(rejected.length)} rejected records are kept with their reason`, lines);
};

export const faultList = (color: 'yellow' | 'red', title: string, faults: readonly Fault[]): string =>
  shortened(
    color,
    title,
    faults.map(({ key, reason }) => `  ${key}\n      ${reason}`),
  );

const shortened = (color: 'yellow' | 'red', title: string, lines: readonly string[]): string => {
  if (lines.length === 0) return '';
  const more = lines.length > SHOWN ? [`  … and ${lines.length - SHOWN} more`] : [];
  return [styleText(color, title), ...lines.slice(0, SHOWN), ...more].join('\n');
};

/** A table without lines but the one under its head; all columns after the first `texts` are numbers. */
const newTable = (head: readonly string[], texts: number): Table.Table =>
  new Table({
    head: head.map((title) => styleText('cyan', title)),
    colAligns: head.map((_, index) => (index < texts ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: { ...NO_LINES },
  });

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

const STATUS_COLORS = { '2': 'green', '3': 'cyan', '4': 'yellow', '5': 'red' } as const;

const colored = (status: string): string => {
  const color = STATUS_COLORS[status[0] as keyof typeof STATUS_COLORS];
  return color === undefined ? status : styleText(color, status);
};

const byText =
  <T>(text: (item: T) => string) =>
  (a: T, b: T): number =>
    text(a) < text(b) ? -1 : 1;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
export const whole = (number: number): string => WHOLE.format(number);
const significant = (number: number): string => SIGNIFICANT.format(number);
const milliseconds = (seconds = NaN): string => (Number.isNaN(seconds) ? '–' : whole(seconds * 1000));
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
