import { money, PRICE_LIST, PRICES_DATE, PRICES_REGION } from '../../lib/prices.ts';
import type { Bill } from './bill.ts';
import type { Item } from './item.ts';
import type { Lever } from './levers.ts';
import { sumBy } from './sum-by.ts';

/** Columns of a line. */
const WIDTH = 80;
const NUMBER = 10;
const RECORDS = 15;
const NAME = WIDTH - RECORDS - 3 * NUMBER;

/** Rows of a table; the others are added up. */
const SHOWN = 15;

export interface Report {
  readonly bill: Bill;
  readonly levers: readonly Lever[];
  readonly assumptions: readonly string[];
  /** Sentences about levers that are not known. */
  readonly hints: readonly string[];
}

/** The bill as text, 80 columns wide. */
export const billText = ({ bill, levers, assumptions, hints }: Report): string =>
  [
    `About ${money(bill.dollars)} a month: ${money(bill.aws)} to AWS and ${money(bill.scout)} to Scout.`,
    table('Metrics by namespace', 'points', 'metrics', bill.items),
    table('Logs by load balancer', 'records', 'logs', bill.items),
    table('Independent of the amount', '', 'fixed', bill.items),
    chargeTable(bill.items),
    leverList(levers, hints),
    [
      'How this was worked out',
      ...[
        ...assumptions,
        `Prices: list prices of ${PRICES_DATE}, AWS's of ${PRICES_REGION}, without free tiers and discounts; --prices FILE sets others. NAT gateways and endpoints are not in it.`,
      ].map((text) => wrapped(text)),
    ].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

const table = (title: string, unit: string, scope: Item['scope'], all: readonly Item[]): string => {
  const items = all.filter((item) => item.scope === scope);
  if (items.length === 0) return '';
  const rest = items.slice(SHOWN);
  return [
    row([title, unit, 'AWS', 'Scout', 'both']),
    ...items.slice(0, SHOWN).map((item) => row([`  ${label(item)}`, ...cells([item])])),
    ...(rest.length > 0 ? [row([`  ${rest.length} others`, ...cells(rest)])] : []),
    ...(items.length > 1 ? [row(['  sum', ...cells(items)])] : []),
  ].join('\n');
};

/** Everything once more, by what is billed. */
const chargeTable = (items: readonly Item[]): string => {
  const charges = Map.groupBy(
    items.flatMap(({ charges }) => charges),
    ({ price }) => price,
  );
  const rows = [...charges]
    .map(([price, all]) => ({
      ...PRICE_LIST[price],
      quantity: sumBy(all, ({ quantity }) => quantity),
      dollars: sumBy(all, ({ dollars }) => dollars),
    }))
    .filter(({ quantity }) => quantity > 0)
    .toSorted((one, other) => other.dollars - one.dollars);
  return [
    row(['The same by what is billed', 'amount', 'AWS', 'Scout']),
    ...rows.map(({ of, by, quantity, dollars }) =>
      row([`  ${of}`, amount(quantity), ...(by === 'AWS' ? [cost(dollars)] : ['', cost(dollars)])]),
    ),
  ].join('\n');
};

const cells = (items: readonly Item[]): readonly string[] => {
  const add = (part: 'records' | 'aws' | 'scout' | 'dollars'): number => sumBy(items, (item) => item[part]);
  const records = add('records');
  return [records === 0 ? '' : amount(records), cost(add('aws')), cost(add('scout')), cost(add('dollars'))];
};

const amount = (quantity: number): string => Math.round(quantity).toLocaleString('en-US');

const cost = (dollars: number): string => (dollars > 0 && dollars < 0.005 ? '<$0.01' : money(dollars));

const label = ({ name, kind, account, region }: Item): string =>
  [
    name,
    ...(kind === undefined || kind === 'alb' ? [] : [`(${kind})`]),
    ...(account === undefined ? [] : [`of ${account}`]),
    ...(region === undefined ? [] : [`in ${region}`]),
  ].join(' ');

const row = ([name = '', records = '', ...dollars]: readonly string[]): string =>
  `${cut(name).padEnd(NAME)}${records.padStart(RECORDS)}${dollars.map((text) => text.padStart(NUMBER)).join('')}`;

/** A name that is too long loses its middle. */
const cut = (name: string): string => {
  if (name.length < NAME) return name;
  const half = Math.floor((NAME - 2) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
};

const leverList = (levers: readonly Lever[], hints: readonly string[]): string => {
  if (levers.length + hints.length === 0) return '';
  return [
    'Each of these by itself would save',
    ...levers.map(({ setting, saves }) => `${money(saves).padStart(NUMBER + 2)}  ${setting}`),
    ...hints.map((text) => wrapped(text)),
  ].join('\n');
};

/** A sentence as an item of a list. */
const wrapped = (text: string): string => {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length <= WIDTH - 4) lines[lines.length - 1] = line;
    else lines.push(` ${word}`);
  }
  return lines.map((line, index) => `${index === 0 ? '  -' : '   '}${line}`).join('\n');
};
