import { type Exhibits, firstLines, type Line } from '../exhibits.ts';
import type { Input } from '../inputs.ts';
import type { Rejected, Run } from '../run.ts';
import { isUnparsable } from '../sent.ts';
import type { PageLine } from './result.ts';

/** Lines of one kind that are shown, from so many of its objects. */
const LINES = 24;
const OBJECTS = 4;

/** Rejected records that are shown beside them. */
const REJECTED = 6;

/** Some lines of each kind, from the beginning of several objects. */
export const chosenLines = (inputs: readonly Input[]): readonly Line[] =>
  [...Map.groupBy(inputs, ({ kind }) => kind).values()].flatMap((own) => {
    const objects = own.slice(0, OBJECTS);
    return objects.flatMap((input) => firstLines(input, Math.ceil(LINES / objects.length)));
  });

/** The chosen lines with what became of them, and after them some that were rejected. */
export const pageLines = (
  chosen: readonly Line[],
  exhibits: Exhibits,
  { accounts, rejected }: Run,
): readonly PageLine[] => {
  const reasons = new Map(rejected.map((record) => [placeOf(record), record.reason]));
  const lines = chosen.map((line): PageLine => {
    const { input, number, text } = line;
    const sent = exhibits.of(line);
    const reason = reasons.get(`${input.key}:${number}`);
    return {
      kind: input.kind ?? input.pipeline,
      place: `${nameOf(input.source)}:${number}`,
      text,
      outcome: outcomeOf(sent, reason),
      ...(reason !== undefined && { reason }),
      sent,
    };
  });
  const shown = new Set(chosen.map(({ input, number }) => `${input.key}:${number}`));
  const others = rejected
    .filter((record) => !shown.has(placeOf(record)))
    .slice(0, REJECTED)
    .map(({ key, lineNumber, line = '', reason }): PageLine => {
      const { input } = accounts.find(({ input }) => input.key === key) ?? {};
      return {
        kind: input?.kind ?? 'rejected',
        place: `${nameOf(key)}:${lineNumber}`,
        text: line,
        outcome: 'rejected',
        reason,
        sent: [],
      };
    });
  return [...lines, ...others];
};

const outcomeOf = (sent: PageLine['sent'], reason: string | undefined): PageLine['outcome'] => {
  if (sent.length === 0) return reason === undefined ? 'left out' : 'rejected';
  return sent.some(isUnparsable) ? 'unreadable' : 'delivered';
};

const placeOf = ({ key, lineNumber }: Rejected): string => `${key}:${lineNumber}`;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
