import type { Outcome } from '../../scout/outcome.ts';

/** Lines, counted from 1, both ends inclusive. */
export interface Lines {
  readonly fromLine: number;
  readonly toLine: number;
}

/** What became of some lines. */
export interface Part extends Lines {
  readonly result:
    | Extract<Outcome, { type: 'accepted' }>
    /** A single line that Scout does not take. */
    | { readonly type: 'rejected'; readonly reason: string }
    | {
        readonly type: 'undelivered';
        readonly reason: string;
        readonly retryAfterMs?: number | undefined;
        /** Nothing failed: the requests for finding bad lines are used up, for now. */
        readonly unfinished?: true;
      };
}

export interface IsolateOperations {
  /** Sends these lines; `accepted` without a request where they hold no record. */
  readonly send: (fromLine: number, toLine: number) => Promise<Outcome>;
  /** Does Scout accept anything at all of this work, be it an empty request? */
  readonly accepts: () => Promise<boolean>;
  /** Requests that finding invalid lines may still take; shared by all batches of a work, and counted down. */
  readonly budget: { extra: number };
}

/**
 * After an answer to `lines`: halves what is too large or invalid until the lines at fault stand alone, so that all
 * others are delivered, once. The parts are in line order and cover `lines` exactly.
 *
 * A line is rejected only when it was refused alone by a Scout that accepts something. After any other failure
 * nothing more is sent.
 */
export const isolate = async (
  lines: Lines,
  first: Outcome,
  { send, accepts, budget }: IsolateOperations,
): Promise<readonly Part[]> => {
  const parts: Part[] = [];
  let failure: Undelivered | undefined;

  const add = (lines: Lines, result: Part['result']): void => {
    const last = parts.at(-1);
    if (last?.result.type === 'undelivered' && result.type === 'undelivered') {
      parts[parts.length - 1] = { fromLine: last.fromLine, toLine: lines.toLine, result };
    } else parts.push({ ...lines, result });
  };

  const giveUp = (lines: Lines, { reason, retryAfterMs }: Omit<Undelivered, 'type'>): void => {
    failure = { type: 'undelivered', reason, retryAfterMs };
    add(lines, failure);
  };

  const settle = async (lines: Lines, outcome: Outcome): Promise<void> => {
    if (outcome.type === 'accepted') return add(lines, outcome);
    if (outcome.type === 'retryable' || outcome.type === 'refused') return giveUp(lines, outcome);
    const isSingle = lines.fromLine === lines.toLine;
    // Asked before an invalid batch is halved, lest a Scout that refuses everything get a dozen requests first.
    if ((isSingle || outcome.type === 'invalid') && !(await accepts())) return giveUp(lines, outcome);
    if (isSingle) return add(lines, { type: 'rejected', reason: outcome.reason });
    await halve(lines, outcome);
  };

  const halve = async (lines: Lines, fault: Fault): Promise<void> => {
    const middle = Math.floor((lines.fromLine + lines.toLine) / 2);
    await examine({ fromLine: lines.fromLine, toLine: middle }, fault, false);
    // If all of the first half was accepted, the second is at fault.
    const last = parts.at(-1);
    const isAtFault =
      fault.type === 'invalid' && last?.result.type === 'accepted' && last.fromLine === lines.fromLine;
    await examine({ fromLine: middle + 1, toLine: lines.toLine }, fault, isAtFault);
  };

  /** `isAtFault`: known to be invalid, so halved unsent; but a single line is only ever judged by its own answer. */
  const examine = async (lines: Lines, fault: Fault, isAtFault: boolean): Promise<void> => {
    if (failure !== undefined) return add(lines, failure);
    if (isAtFault && lines.fromLine < lines.toLine) return halve(lines, fault);
    if (fault.type === 'invalid') {
      if (budget.extra <= 0)
        return add(lines, {
          type: 'undelivered',
          reason: `${fault.reason} (not isolated yet)`,
          unfinished: true,
        });
      budget.extra -= 1;
    }
    await settle(lines, await send(lines.fromLine, lines.toLine));
  };

  await settle(lines, first);
  return parts;
};

type Fault = Extract<Outcome, { type: 'too_large' | 'invalid' }>;
type Undelivered = Extract<Part['result'], { type: 'undelivered' }>;
