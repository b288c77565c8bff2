import { ReadError, type ReadFailure } from '../../aws/objects.ts';
import type { FailureType } from '../failure-type.ts';
import { CorruptGzip } from './decompress.ts';

/** How the reading of an object ended. */
export type Ending =
  | { readonly type: 'complete' | 'stopped' | 'nothing to do' }
  | { readonly type: 'failed' | 'dead'; readonly errorType: FailureType; readonly reason: string };

/** Enough was begun in this invocation. */
export class Stopped extends Error {}

/** The object's first bytes show that it is something else. */
export class WrongFormat extends Error {}

/** What a fault of our own is called, and what it says of itself. */
export const INTERNAL_ERROR = 'internal_error';
export const internalReason = (error: unknown): string =>
  String(error instanceof Error ? (error.stack ?? error) : error);

/** What a failure while reading means: to be tried again (`failed`), beyond our help (`dead`), or nothing to do. */
export const endingOf = (error: unknown, deleteProcessedFiles: boolean): Ending => {
  if (error instanceof Stopped) return { type: 'stopped' };
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof CorruptGzip) return { type: 'dead', errorType: 'corrupt_gzip', reason };
  if (error instanceof WrongFormat) return { type: 'dead', errorType: 'wrong_format', reason };
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
