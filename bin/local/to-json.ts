import type { Refused } from './inputs.ts';
import type { Month } from './month.ts';
import { sourcesOf } from './report.ts';
import type { Run } from './run.ts';
import type { Unreadable } from './scout-summary.ts';
import type { Target } from './target.ts';
import type { Verdict } from './verdict.ts';

/** A run, as `--json` prints it. */
export interface Result {
  readonly target: Target;
  readonly run: Run;
  readonly refused: readonly Refused[];
  readonly unreadable: readonly Unreadable[];
  readonly months: Readonly<Record<string, Month>>;
  readonly verdict: Verdict;
}

export const toJson = ({ target, run, refused, unreadable, months, verdict }: Result): string => {
  const sources = sourcesOf(run);
  const sourceOf = (key: string): string => sources.get(key) ?? key;
  return JSON.stringify(
    {
      ...verdict,
      sentTo: target.endpoint,
      files: run.accounts.map(({ input, ...account }) => ({
        source: input.source,
        kind: input.kind ?? input.pipeline,
        ...account,
      })),
      notForwarded: refused,
      rejected: run.rejected.map(({ key, ...record }) => ({ source: sourceOf(key), ...record })),
      unreadable: unreadable.map(({ key, ...line }) => ({ source: sourceOf(key), ...line })),
      dollarsPerMonth: months,
    },
    null,
    2,
  );
};
