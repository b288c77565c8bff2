import type { ObjectResult } from './forward-object.ts';
import { imbalance, type InvocationMetrics } from './ledger.ts';
import { type Fate, NOT_BEGUN, type Verdict } from './verdict.ts';

/** The outcome of an object is the first fate here that some of its lines have; else all of it was delivered. */
const OUTCOMES: readonly Outcome[] = [
  { fate: 'dead', level: 'error', message: 'dead letter' },
  { fate: 'later', level: 'warn', message: 'not delivered' },
  { fate: 'obsolete', level: 'info', message: 'skipped', metric: 'ObjectsSkipped' },
];
const FORWARDED: Outcome = {
  fate: 'done',
  level: 'info',
  message: 'forwarded',
  metric: 'ObjectsForwarded',
};

interface Outcome {
  readonly fate: Fate['fate'];
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly metric?: keyof InvocationMetrics;
}

/** Logs the result of a work item in one line, and counts it. docs/operations.md has the fields. */
export const logResult = (
  { work, verdicts, ledger }: ObjectResult,
  milliseconds: number,
  lagMs: number | undefined,
  metrics: InvocationMetrics,
): void => {
  const { bucket, key, fromLine = 1, toLine } = work;
  const { newestMs: _, ...counts } = ledger;
  const { fate, level, message, metric } =
    OUTCOMES.find((outcome) => verdicts.some((verdict) => verdict.fate === outcome.fate)) ?? FORWARDED;
  const decisive = verdicts.filter((verdict) => verdict.fate === fate);
  const range = { fromLine, toLine };
  console[level]({ message, bucket, key, ...range, ...counts, milliseconds, lagMs, ...reasonOf(decisive) });
  if (metric !== undefined) metrics[metric] = (metrics[metric] ?? 0) + 1;
  if (imbalance(ledger) !== 0) console.error({ message: 'ledger does not balance', bucket, key, ...counts });
};

/** Why lines were not delivered, and which: ranges such as `6-10, 21-`. */
const reasonOf = (verdicts: readonly Verdict[]) => {
  const [verdict] = verdicts;
  if (verdict?.fate === 'obsolete') return { reason: verdict.reason };
  const causes = verdicts.flatMap((verdict) => ('cause' in verdict && verdict.cause) || []);
  if (verdict?.fate !== 'later' && verdict?.fate !== 'dead') return {};
  const { type, reason } = causes.find(({ unfinished }) => !unfinished) ?? causes[0] ?? NOT_BEGUN;
  const lines = verdicts.map(({ fromLine, toLine }) => `${fromLine}-${toLine ?? ''}`).join(', ');
  return { 'error.type': type, reason, lines };
};
