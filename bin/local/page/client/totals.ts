import { HOURS_PER_MONTH, money } from '../../../../lib/prices.ts';
import { size, whole } from '../../numbers.ts';
import type { PageLedger, PageResult } from '../result.ts';
import { byId, h, table } from './html.ts';

/** The first result: what the settings are compared with. */
let base: PageResult | undefined;

/** The next result is what others are compared with. */
export const forgetBase = (): void => {
  base = undefined;
};

/** Shows the ledger of both pipelines, the bill, and the metrics by namespace. */
export const showTotals = (result: PageResult): void => {
  base ??= result;
  const { ledgers, hours, notForwarded, namespaces } = result;
  const columns = hours === undefined ? COLUMNS : [...COLUMNS, ...monthColumns(hours)];
  byId('ledger').replaceChildren(
    table('What became of every record', [
      ['Pipeline', ...columns.map(([title]) => title)],
      ...ledgers.map((ledger) => [ledger.pipeline, ...columns.map(([, cell]) => cell(ledger))]),
    ]),
  );
  byId('assumption').textContent =
    hours === undefined
      ? 'No dollars: the data does not tell how much time it is of.'
      : `Dollars are list prices (us-east-1), this data scaled to a month: ${HOURS_PER_MONTH} hours like the ${hours.toLocaleString('en-US', { maximumFractionDigits: 2 })} that it is of. AWS: bytes out and metric-stream updates.`;
  byId('faults').replaceChildren(
    ...notForwarded.map(({ source, reason }) =>
      h('p', { class: 'fault' }, `Not forwarded: ${source}: ${reason}`),
    ),
  );
  byId('namespaces').replaceChildren(
    ...(namespaces.length === 0
      ? []
      : [
          table(
            hours === undefined
              ? 'Metrics by namespace'
              : 'Metrics by namespace (dollars: this data scaled to a month)',
            [
              ['Namespace', 'Metrics', 'Data points', ...(hours === undefined ? [] : ['Scout, a month'])],
              ...namespaces.map(({ name, metrics, points, scoutPerMonth }) => [
                name,
                whole(metrics),
                whole(points),
                ...(scoutPerMonth === undefined ? [] : [money(scoutPerMonth)]),
              ]),
            ],
          ),
        ]),
  );
};

/** Records, bytes and dollars in one sentence. */
export const summary = ({ ledgers, hours }: PageResult): string => {
  const sum = (of: (ledger: PageLedger) => number): number =>
    ledgers.reduce((total, ledger) => total + of(ledger), 0);
  const sent = `${whole(sum(({ delivered }) => delivered))} records delivered in ${size(sum(({ bytes }) => bytes))}`;
  return hours === undefined
    ? `${sent}.`
    : `${sent}; scaled to a month, ${money(sum(({ month }) => month?.scout ?? 0))} to Scout and ${money(sum(({ month }) => month?.aws ?? 0))} to AWS.`;
};

type Column = readonly [title: string, cell: (ledger: PageLedger) => string];

const COLUMNS: readonly Column[] = [
  ['Read', ({ read }) => whole(read)],
  ['= delivered', ({ delivered }) => whole(delivered)],
  ['+ rejected', ({ rejected }) => whole(rejected)],
  ['+ left out', ({ filtered }) => whole(filtered)],
  ['+ back to a queue', ({ continued }) => whole(continued)],
  ['POSTs', ({ requests }) => whole(requests)],
  ['Bytes', ({ bytes }) => size(bytes)],
];

const monthColumns = (hours: number): readonly Column[] => [
  [
    'Records a month',
    ({ delivered }) => whole(Number(((delivered * HOURS_PER_MONTH) / hours).toPrecision(3))),
  ],
  ['Scout, a month', (ledger) => compared(ledger, 'scout')],
  ['AWS, a month', (ledger) => compared(ledger, 'aws')],
];

/** Dollars, and how many they were at first where that differs. */
const compared = ({ pipeline, month }: PageLedger, of: 'scout' | 'aws'): string => {
  const now = money(month?.[of] ?? 0);
  const before = base?.ledgers.find((ledger) => ledger.pipeline === pipeline)?.month;
  const was = before === undefined ? now : money(before[of]);
  return was === now ? now : `${now} (was ${was})`;
};
