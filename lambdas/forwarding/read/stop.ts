import { ReadError, type ReadFailure } from '../../aws/objects.ts';
import type { FailureType } from '../failure-type.ts';
import { type Fate, internalError } from '../verdict.ts';
import { CorruptGzip } from './decompress.ts';

/** Thrown to end the reading of an object, with the fate of the lines that no batch has taken. */
export class Stop extends Error {
  readonly fate: Fate;
  constructor(fate: Fate) {
    super(fate.fate);
    this.fate = fate;
  }
}

/** The fate of the lines that were not read because of an error. */
export const fateAfter = (error: unknown, deleteProcessedFiles: boolean): Fate => {
  if (error instanceof Stop) return error.fate;
  if (error instanceof CorruptGzip)
    return { fate: 'dead', cause: { type: 'corrupt_gzip', reason: error.message } };
  if (!(error instanceof ReadError)) return { fate: 'later', cause: internalError(error) };
  const { failure, message: reason } = error;
  // A new object has its own event; one that is gone was forwarded and deleted before.
  if (failure === 'overwritten' || (failure === 'gone' && deleteProcessedFiles))
    return { fate: 'obsolete', reason };
  const [fate, type] = READ_FAILURES[failure];
  return { fate, cause: { type, reason } };
};

const READ_FAILURES: Readonly<
  Record<Exclude<ReadFailure, 'overwritten'>, readonly ['later' | 'dead', FailureType]>
> = {
  gone: ['dead', 'object_gone'],
  denied: ['dead', 'access_denied'],
  unreadable: ['later', 'object_unreadable'],
};
