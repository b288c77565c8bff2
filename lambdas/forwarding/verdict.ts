import type { Encoded } from '../format.ts';
import type { LineRange } from './event/work-item.ts';
import type { FailureType } from './failure-type.ts';

/** Why lines were not delivered. */
export interface Cause {
  readonly type: FailureType;
  readonly reason: string;
  /** How long Scout asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Nothing failed: the work continues in another invocation. */
  readonly unfinished?: true | undefined;
}

export type Fate =
  /** Delivered, dropped by a setting, or rejected by the parser and stored. Scout may have rejected some of the records. */
  | { readonly fate: 'done'; readonly refused?: number | undefined; readonly message?: string }
  /** A single line that Scout does not accept: stored. */
  | { readonly fate: 'rejected'; readonly reason: string }
  /** Nothing to do: the object was replaced, or forwarded and deleted before. */
  | { readonly fate: 'obsolete'; readonly reason: string }
  /** To be sent again; without a cause, it was not begun. */
  | { readonly fate: 'later'; readonly cause?: Cause | undefined }
  /** Cannot be sent before a person has fixed the cause. */
  | { readonly fate: 'dead'; readonly cause: Cause };

/** The records of some lines, as decoded. */
export interface Counts {
  readonly records: number;
  readonly filtered: number;
  readonly rejected: number;
}

/** The fate of some lines, and their records as far as the lines were decoded. */
export type Verdict = LineRange & Fate & { readonly counts?: Counts };

export const countsOf = ({ records, filtered, rejected }: Encoded): Counts => ({
  records,
  filtered,
  rejected: rejected.length,
});

/** The cause of lines that were not begun. */
export const NOT_BEGUN: Cause = { type: 'out_of_time', reason: 'time ran out before it was begun' };

/** A defect of the forwarder as the cause. */
export const internalError = (error: unknown): Cause => ({
  type: 'internal_error',
  reason: String(error instanceof Error ? (error.stack ?? error) : error),
});
