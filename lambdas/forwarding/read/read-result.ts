import { ReadError, type ReadFailure } from '../../aws/objects.ts';
import type { Refusal } from '../../format.ts';
import type { FailureType } from '../failure-type.ts';
import { CorruptGzip } from './decompress.ts';

/** How the reading of an object ended. */
export type Ending =
  | { readonly type: 'complete' | 'stopped' | 'nothing to do' }
  | { readonly type: 'failed' | 'dead'; readonly errorType: FailureType; readonly reason: string };

/** Enough was begun in this invocation. */
export class Stopped extends Error {}

/** The object's head shows that it is something else. */
export class RefusedObject extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** What a fault of our own is called, and what it says of itself. */
export const INTERNAL_ERROR = 'internal_error';
export const internalReason = (error: unknown): string =>
  String(error instanceof Error ? (error.stack ?? error) : error);

/** What a failure while reading means: to be tried again (`failed`), beyond our help (`dead`), or nothing to do. */
export const endingOf = (error: unknown, deleteProcessedFiles: boolean): Ending => {
  if (error instanceof Stopped) return { type: 'stopped' };
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof CorruptGzip) return { type: 'dead', errorType: 'corrupt_gzip', reason };
  if (error instanceof RefusedObject) return { type: 'dead', errorType: error.refusal.type, reason };
  if (!(error instanceof ReadError)) {
    return { type: 'failed', errorType: INTERNAL_ERROR, reason: internalReason(error) };
  }
  // A new object has its own event; one that is gone was forwarded and deleted before.
  if (error.failure === 'overwritten' || (error.failure === 'gone' && deleteProcessedFiles)) {
    console.info({ message: 'nothing to do', reason });
    return { type: 'nothing to do' };
  }
  return { ...READ_ENDINGS[error.failure], reason };
};

const READ_ENDINGS: Readonly<
  Record<Exclude<ReadFailure, 'overwritten'>, { type: 'failed' | 'dead'; errorType: FailureType }>
> = {
  gone: { type: 'dead', errorType: 'object_gone' },
  denied: { type: 'dead', errorType: 'access_denied' },
  unreadable: { type: 'failed', errorType: 'object_unreadable' },
};
