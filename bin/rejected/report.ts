import type { Pipeline } from '../../lambdas/function-settings.ts';
import { counted } from '../shared/counted.ts';
import { printable } from '../shared/printable.ts';
import type { Entry } from './entries.ts';

/** Reasons that the list names. */
const MAX_REASONS = 20;

const MAX_REASON_LENGTH = 200;

interface Count {
  files: number;
  records: number;
  readonly reasons: Map<string, number>;
}

/** Counts files and their records by pipeline and reason. */
export const newTally = () => {
  const counts = new Map<Pipeline, Count>();
  let [files, others] = [0, 0];
  return {
    /** @param pipeline of the file; undefined if the command leaves it out */
    add: ({ entries }: { readonly entries: readonly Entry[] }, pipeline: Pipeline | undefined): void => {
      files++;
      if (pipeline === undefined) {
        others++;
        return;
      }
      const count = counts.get(pipeline) ?? { files: 0, records: 0, reasons: new Map<string, number>() };
      counts.set(pipeline, count);
      count.files++;
      for (const { reason, count: records } of entries) {
        const short = reason.slice(0, MAX_REASON_LENGTH);
        count.records += records;
        count.reasons.set(short, (count.reasons.get(short) ?? 0) + records);
      }
    },
    files: () => files,
    lines: (): readonly string[] => [
      ...(counts.size === 0 ? ['no rejected records'] : []),
      ...[...counts].flatMap(([name, count]) => [
        `${name}: ${counted(count.records, 'rejected record')} in ${counted(count.files, 'file')}`,
        ...reasonLines(count.reasons),
      ]),
      ...(others > 0 ? [`${counted(others, 'file')} of another pipeline left out`] : []),
    ],
  };
};

const reasonLines = (reasons: ReadonlyMap<string, number>): readonly string[] => {
  const ordered = [...reasons].toSorted(([, one], [, other]) => other - one);
  const lines = ordered
    .slice(0, MAX_REASONS)
    .map(([reason, records]) => printable(`  ${records}  ${reason}`));
  const left = ordered.length - lines.length;
  return left > 0 ? [...lines, `  and ${counted(left, 'other reason')}`] : lines;
};

/** One rejected record, for people or as JSON. */
export const entryLines = (entry: Entry, isJson: boolean): string => {
  if (isJson) return JSON.stringify(entry);
  const { reason, line, count, work } = entry;
  const lines =
    line === undefined ? `${count} of lines ${work.fromLine} to ${work.toLine}` : `line ${work.fromLine}`;
  return [`s3://${work.bucket}/${work.key} ${lines}: ${reason}`, ...(line === undefined ? [] : [`  ${line}`])]
    .map(printable)
    .join('\n');
};
