import type { Call, Dependencies } from '../dependencies.ts';
import type { BatchLimits, Encoded, Encoder, Format } from '../../format.ts';
import type { Ledger } from '../ledger.ts';
import type { FailureType } from '../failure-type.ts';
import type { LineRange, WorkItem } from '../event/work-item.ts';

/** Lines that must be sent again, and why. */
export interface Missing extends LineRange {
  readonly type: FailureType;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  /** Nothing failed: it only goes on in another invocation. */
  readonly unfinished?: true | undefined;
}

/** A piece of work in progress in this invocation. */
export interface Job {
  /** With the entity tag that was read, from when it is known: what goes back means just this object. */
  work: WorkItem;
  readonly format: Format;
  readonly observedMs: number;
  readonly dependencies: Dependencies;
  readonly call: Call;
  readonly ledger: Ledger;
  readonly missing: Missing[];
  /** Requests left for finding bad lines. */
  readonly budget: { extra: number };
  /** Some lines are done with for good. */
  progress: boolean;
  /** Records that Scout refused without saying which: only the object holds them. */
  unnamed: number;
  /** Whether Scout accepts anything at all: unknown before something was accepted or an empty request was tried. */
  accepts: Promise<boolean> | undefined;
  /** Makes the object's encoders; undefined before its first line was read. */
  encoder: ((limits: BatchLimits) => Encoder) | undefined;
}

/** @throws Error if the object was not opened yet */
export const encoderOf = ({ encoder }: Job, limits: BatchLimits): Encoder => {
  if (encoder === undefined) throw new Error('an encoder was asked for before the object was opened');
  return encoder(limits);
};

/** What lines hold, in records. */
export type Counts = Pick<Encoded, 'records' | 'filtered' | 'rejected'>;

/** Enters lines as accepted, all but the `refused` records that Scout rejected for good. */
export const settle = (job: Job, { records, rejected, filtered }: Counts, refused: number): void => {
  job.ledger.delivered += records - refused;
  job.ledger.rejected += rejected.length + refused;
  job.ledger.filtered += filtered;
  job.progress = true;
};

/** Enters lines as missing: they go back to the queue. */
export const giveUp = (job: Job, missing: Missing, { records, rejected, filtered }: Counts): void => {
  job.ledger.continued += records + rejected.length + filtered;
  job.missing.push(missing);
};
