import { imbalance } from '../../lambdas/forwarding/ledger.ts';
import { counted } from '../shared/counted.ts';
import { totals } from './account.ts';
import type { Refused } from './inputs.ts';
import { whole } from './numbers.ts';
import type { Run } from './run.ts';

/** How a run ended, and the exit status: 0 all delivered, 1 some not, 2 nothing. */
export interface Verdict {
  readonly status: 0 | 1 | 2;
  readonly text: string;
}

/** What a verdict is about. */
export interface Outcome {
  readonly run: Run;
  readonly refused: readonly Refused[];
  /** Samples hold faulty records and foreign objects on purpose. */
  readonly areSamples: boolean;
  /** Records that the embedded Scout has; undefined for another receiver. */
  readonly received: number | undefined;
  readonly seconds: number;
}

export const verdictOf = ({ run, refused, areSamples, received, seconds }: Outcome): Verdict => {
  const { accounts } = run;
  const { delivered, rejected, filtered } = totals(accounts);
  const defects = defectsOf(run, received);
  if (defects.length > 0) return { status: 1, text: defects.join('\n') };

  const broken = accounts.filter(
    ({ failure, skipped, deadLetters }) =>
      failure !== undefined || deadLetters.length > 0 || (skipped !== undefined && !areSamples),
  ).length;
  const files = broken + refused.length;
  const all = accounts.length + refused.length;
  const noun = areSamples ? 'object' : 'file';
  const took = `in ${seconds.toFixed(1)} s`;
  const leftOut = filtered > 0 ? `, ${whole(filtered)} left out by the settings` : '';
  if (delivered + filtered === 0)
    return { status: 2, text: `nothing was delivered: ${why(rejected, files, all, noun)}` };
  if (files === 0 && (rejected === 0 || areSamples)) {
    const onPurpose = rejected > 0 ? `; ${whole(rejected)} broken on purpose were rejected` : '';
    return {
      status: 0,
      text: `${records(delivered)} delivered ${took}${leftOut}${onPurpose}`,
    };
  }
  return {
    status: 1,
    text: `${records(delivered)} delivered ${took}${leftOut}, but ${why(rejected, files, all, noun, delivered + filtered + rejected)}`,
  };
};

const records = (count: number): string => `${whole(count)} record${count === 1 ? '' : 's'}`;

const why = (rejected: number, files: number, all: number, noun: string, of?: number): string =>
  [
    rejected === 0
      ? []
      : `${whole(rejected)}${of === undefined ? '' : ` of ${whole(of)}`} records were rejected`,
    files === 0 ? [] : `${files} of ${counted(all, noun)} not forwarded whole`,
    rejected + files === 0 ? 'no record was read' : [],
  ]
    .flat()
    .join(' and ');

/** Faults of ours: records that no account explains. */
const defectsOf = ({ accounts }: Run, received: number | undefined): readonly string[] => {
  const off = accounts.filter((account) => imbalance(account) !== 0);
  const untold = accounts.filter(({ isTold, failure }) => !isTold && failure === undefined);
  const { delivered } = totals(accounts);
  return [
    ...off.map((account) => `the ledger of ${account.input.source} is off by ${imbalance(account)} records`),
    ...untold.map(({ input }) => `the function did not say what became of ${input.source}`),
    ...(received === undefined || received === delivered
      ? []
      : [`the ledgers say ${whole(delivered)} records were delivered, but Scout has ${whole(received)}`]),
  ];
};
