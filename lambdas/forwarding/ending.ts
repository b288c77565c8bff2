import { ReadError, type ReadFailure } from '../aws/objects.ts';
import { CorruptGzip } from './gunzip.ts';

/** How the reading of an object ended. */
export type Ending =
  | { readonly type: 'complete' | 'stopped' | 'nothing to do' }
  | { readonly type: 'failed' | 'dead'; readonly errorType: string; readonly reason: string };

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
  const ending: Ending = { ...READ_ENDINGS[error.failure], reason };
  // Somebody before us has forwarded and deleted it.
  const isDone = error.failure === 'overwritten' || (error.failure === 'gone' && deleteProcessedFiles);
  if (isDone) console.info({ message: 'nothing to do', reason });
  return isDone ? { type: 'nothing to do' } : ending;
};

const READ_ENDINGS: Readonly<Record<ReadFailure, { type: 'failed' | 'dead'; errorType: string }>> = {
  gone: { type: 'dead', errorType: 'object_gone' },
  denied: { type: 'dead', errorType: 'access_denied' },
  overwritten: { type: 'dead', errorType: 'object_overwritten' },
  unreadable: { type: 'failed', errorType: 'object_unreadable' },
};
