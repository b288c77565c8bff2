import { styleText } from 'node:util';
import { counted } from '../shared/counted.ts';
import { printable } from '../shared/printable.ts';
import { money } from '../../lib/prices.ts';
import { type Account, totals, type Totals } from './account.ts';
import type { Exhibits, Line } from './exhibits.ts';
import type { Refused } from './inputs.ts';
import type { Month } from './month.ts';
import { size, whole } from './numbers.ts';
import type { Rejected, Run } from './run.ts';
import { isUnparsable } from './sent.ts';
import type { Unreadable } from './scout-summary.ts';
import { cut, cutPath, textTable, wrapped } from './text-table.ts';

/** Rows of attributes beside a line, and entries of a list, without --details. */
const SHOWN = 4;
/** Columns of a file's row beside its name. */
const FILE_COLUMNS = 46;
const PIPELINES = ['metrics', 'logs'] as const;

/** Size of what is printed. */
export interface Paper {
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether to leave nothing out. */
  readonly isWhole: boolean;
}

/** The first of the lines that Scout got as a record, and below it that record. */
export const exhibit = (
  lines: readonly Line[],
  exhibits: Exhibits,
  { width, isWhole }: Paper,
): readonly string[] => {
  const pairs = lines.flatMap((line) => exhibits.of(line).map((sent) => ({ line, sent })));
  const { line, sent } = pairs.find(({ sent }) => !isUnparsable(sent)) ?? pairs[0] ?? {};
  if (line === undefined || sent === undefined) return [];
  const [body, fields] = [true, false].map((is) => sent.fields.filter(([name]) => (name === 'body') === is));
  const items = [fields, sent.attributes, sent.resource, body].flatMap((list = []) =>
    list.map(([name, value]) => printable(`${name}=${value}`)),
  );
  const text = printable(line.text);
  return [
    styleText('bold', 'This line:'),
    `  ${isWhole ? text : cut(text, width - 2)}`,
    styleText('bold', `is this ${sent.is} in Scout:`),
    ...wrapped(items, width - 2, isWhole ? Infinity : SHOWN).map((text) => `  ${text}`),
  ];
};

/** Which kind each file was taken for, and what became of it. */
export const filesTable = ({ accounts }: Run, { width, isWhole }: Paper): readonly string[] => {
  const shown = isWhole ? accounts : accounts.slice(0, 2 * SHOWN);
  const rows = shown.map(({ input, bytesIn, read, continued, delivered }) => [
    cutPath(input.source, width - FILE_COLUMNS),
    input.kind ?? '',
    size(bytesIn),
    whole(read - continued),
    whole(delivered),
  ]);
  const head = ['file', 'taken for', 'size', 'read', 'delivered'].map((title) => styleText('cyan', title));
  return [textTable([head, ...rows], 2, width), ...more(accounts.length - shown.length)];
};

/** The ledger of both pipelines, and dollars a month where they are known. */
export const ledgerTable = (
  { accounts }: Run,
  months: Readonly<Partial<Record<string, Month>>>,
  { width }: Paper,
): string => {
  const used = PIPELINES.filter((name) => accounts.some(({ input }) => input.pipeline === name));
  const columns = used.map((name) => totals(accounts.filter(({ input }) => input.pipeline === name)));
  const row = ([title, cell]: LedgerRow): readonly string[] => [title, ...columns.map(cell)];
  const dollars = (title: string, of: keyof Month): readonly string[] => [
    title,
    ...used.map((name) => {
      const month = months[name];
      return month === undefined ? '–' : money(month[of]);
    }),
  ];
  const cost = used.some((name) => months[name])
    ? [dollars('Scout, a month *', 'scout'), dollars('AWS, a month *', 'aws')]
    : [];
  const head = ['', ...used].map((title) => styleText('cyan', title));
  return textTable([head, ...LEDGER_ROWS.map(row), ...cost], 1, width);
};

type LedgerRow = readonly [title: string, cell: (totals: Totals) => string];

const LEDGER_ROWS: readonly LedgerRow[] = [
  ['records read', ({ read }) => whole(read)],
  ['= delivered', ({ delivered }) => styleText('green', whole(delivered))],
  ['+ rejected', ({ rejected }) => whole(rejected)],
  ['+ filtered', ({ filtered }) => whole(filtered)],
  ['+ back to a queue', ({ continued }) => whole(continued)],
  [
    'sent',
    ({ bytes, requests }) => `${size(bytes)} in ${whole(requests)} ${requests === 1 ? 'POST' : 'POSTs'}`,
  ],
];

/** Names a bucket's object as people know it. */
type Sources = ReadonlyMap<string, string>;

export const sourcesOf = ({ accounts }: Run): Sources =>
  new Map(accounts.map(({ input }) => [input.key, input.source]));

/** Everything that was not delivered as it should be, by reason. */
export const faults = (
  run: Run,
  refused: readonly Refused[],
  unreadable: readonly Unreadable[],
  paper: Paper,
): readonly string[] => {
  const sources = sourcesOf(run);
  const lines = unreadable.map(({ key, lineNumber, text: raw }) => {
    const text = printable(raw);
    const place = `${sources.get(key)}:${lineNumber}`;
    if (paper.isWhole) return `${place}  ${text}`;
    return cut(`${cutPath(place, Math.floor(paper.width / 2))}  ${text}`, paper.width - 2);
  });
  const foreign = refused.map(({ source, reason, hint }) =>
    entry(source, hint === undefined ? reason : `${reason}; ${hint}`, paper),
  );
  const each = (reasonsOf: (account: Account) => string | readonly string[]): readonly string[] =>
    run.accounts.flatMap((account) =>
      [reasonsOf(account)].flat().map((reason) => entry(account.input.source, reason, paper)),
    );
  const unreadableTitle =
    lines.length === 1
      ? '1 line could not be read, and was sent as it is (WARN)'
      : `${whole(lines.length)} lines could not be read, and were sent as they are (WARN)`;
  const lists = [
    ['red', 'not delivered', each(({ failure }) => failure ?? [])],
    ['red', 'in the dead-letter queue', each(({ deadLetters }) => deadLetters)],
    ['red', 'not forwarded', foreign],
    ['yellow', 'skipped', each(({ skipped }) => skipped ?? [])],
    ['yellow', `Rejected: ${counted(run.rejected.length, 'record')}`, rejectedByReason(run, paper)],
    ['yellow', unreadableTitle, lines],
  ] as const;
  return lists.flatMap(([color, title, entries]) => list(color, title, entries, paper));
};

/** A file and what is wrong with it. */
const entry = (source: string, reason: string, paper: Paper): string =>
  sentence(`${paper.isWhole ? source : cutPath(source, Math.floor(paper.width / 2))}: ${reason}`, paper);

/** An entry of a list, wrapped rather than cut: its end tells what would be right. */
const sentence = (text: string, { width, isWhole }: Paper): string =>
  isWhole ? printable(text) : wrapped(printable(text).split(' '), width - 4).join('\n    ');

/** Rejected records by their reason, with an example of each: its end, where the values are. */
const rejectedByReason = (run: Run, paper: Paper): readonly string[] => {
  const sources = sourcesOf(run);
  const byReason = Map.groupBy(run.rejected, ({ reason }) => reason.replace(/: .*/, ''));
  const example = ({ key, lineNumber, line: raw = '' }: Rejected): string => {
    const line = printable(raw);
    const place = `${sources.get(key)}:${lineNumber}`;
    if (paper.isWhole) return `    ${place}  ${line}`;
    const room = Math.max(20, paper.width - place.length - 6);
    return `    ${cutPath(place, paper.width - 26)}  ${line.length > room ? `…${line.slice(1 - room)}` : line}`;
  };
  return [...byReason.values()].map((entries) =>
    [
      sentence(`${whole(entries.length)} × ${entries[0]?.reason}`, paper),
      ...entries.slice(0, paper.isWhole ? undefined : 1).map(example),
    ].join('\n'),
  );
};

const list = (
  color: 'red' | 'yellow',
  title: string,
  entries: readonly string[],
  { isWhole }: Paper,
): readonly string[] => {
  if (entries.length === 0) return [];
  const shown = isWhole ? entries : entries.slice(0, SHOWN);
  return [
    [
      styleText(color, title),
      ...shown.map((entry) => `  ${entry}`),
      ...more(entries.length - shown.length),
    ].join('\n'),
  ];
};

const more = (count: number): readonly string[] =>
  count > 0 ? [`  … and ${whole(count)} more (--details shows all)`] : [];
