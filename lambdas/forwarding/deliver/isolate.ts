import type { Outcome } from '../../scout/outcome.ts';
import { MAX_PARTS } from '../limits.ts';
import type { Lines } from '../event/work-item.ts';
import type { Cause, Fate } from '../verdict.ts';

export interface IsolateOperations {
  /** Sends these lines; `accepted` without a request where they hold no record. */
  readonly send: (lines: Lines) => Promise<Outcome>;
  /** Does Scout accept anything at all of this work, even an empty request? */
  readonly probe: () => Promise<boolean>;
  /** Requests that finding invalid lines may still take; shared by all batches of a work item, and counted down. */
  readonly budget: { requestsLeft: number };
}

/** Lines to examine: halves of lines with a fault. */
interface Suspect extends Lines {
  readonly fault?: Fault;
  /** First line of the other half, if that was examined before. */
  readonly siblingFrom?: number;
}
type Fault = Extract<Outcome, { type: 'too_large' | 'invalid' }>;

/**
 * After a response to `lines`: halves lines that are too large or invalid until the lines at fault stand alone, so that
 * all others are delivered, once. The verdicts are in line order and cover `lines` exactly.
 *
 * A line is rejected only when it was refused alone by a Scout that accepts something. After any other failure
 * nothing more is sent.
 */
export const isolate = async (
  lines: Lines,
  first: Outcome,
  { send, probe, budget }: IsolateOperations,
): Promise<readonly (Lines & Fate)[]> => {
  const verdicts: (Lines & Fate)[] = [];
  let failed: Fate | undefined;

  const add = ({ fromLine, toLine }: Lines, fate: Fate): void => {
    const last = verdicts.at(-1);
    const isSame = last?.fate === 'later' && fate.fate === 'later';
    if (isSame) verdicts[verdicts.length - 1] = { fromLine: last.fromLine, toLine, ...fate };
    else verdicts.push({ fromLine, toLine, ...fate });
  };

  /** The outcome of the lines: sent, or known without sending. */
  const examine = async ({ fromLine, toLine, fault, siblingFrom }: Suspect): Promise<Outcome | Fate> => {
    if (fault !== undefined && verdicts.length >= MAX_PARTS) return notYet(fault);
    if (fault?.type === 'invalid') {
      // If all of the first half was accepted, the second is at fault. A single line is only judged by its own response.
      const last = verdicts.at(-1);
      if (fromLine < toLine && last?.fate === 'done' && last.fromLine === siblingFrom) return fault;
      if (budget.requestsLeft <= 0) return notYet(fault);
      budget.requestsLeft -= 1;
    }
    return fault === undefined ? first : send({ fromLine, toLine });
  };

  /** Their fate, or the fault for which they are halved. */
  const judge = async ({ fromLine, toLine }: Lines, outcome: Outcome): Promise<Fate | Fault> => {
    if (outcome.type === 'accepted')
      return { fate: 'done', refused: outcome.rejected, message: outcome.message };
    const isSingle = fromLine === toLine;
    const isFault = outcome.type === 'too_large' || outcome.type === 'invalid';
    // Probed before an invalid batch is halved: a Scout that refuses everything would get a dozen requests first.
    const needsProbe = isSingle || outcome.type === 'invalid';
    if (isFault && (!needsProbe || (await probe())))
      return isSingle ? { fate: 'rejected', reason: outcome.reason } : outcome;
    return (failed = later(outcome));
  };

  const stack: Suspect[] = [lines];
  for (let suspect = stack.pop(); suspect !== undefined; suspect = stack.pop()) {
    const outcome = failed ?? (await examine(suspect));
    const result = 'fate' in outcome ? outcome : await judge(suspect, outcome);
    if ('fate' in result) {
      add(suspect, result);
    } else {
      const { fromLine, toLine } = suspect;
      const middle = Math.floor((fromLine + toLine) / 2);
      stack.push({ fromLine: middle + 1, toLine, fault: result, siblingFrom: fromLine });
      stack.push({ fromLine, toLine: middle, fault: result });
    }
  }
  return verdicts;
};

const later = ({ reason, retryAfterMs }: Omit<Cause, 'type'>): Fate => ({
  fate: 'later',
  cause: { type: 'undelivered', reason, retryAfterMs },
});

const notYet = ({ reason }: Fault): Fate => ({
  fate: 'later',
  cause: { type: 'undelivered', reason: `${reason} (not isolated yet)`, unfinished: true },
});
