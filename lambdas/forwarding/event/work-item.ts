import type { SourceObject } from '../../format.ts';

/** An object, or a range of its lines: the unit of work and of retry, and the body of a queue's message. */
export interface WorkItem extends SourceObject {
  /** First line, from 1; without it the object's first. */
  readonly fromLine?: number | undefined;
  /** Last line, inclusive; without it the object's last. */
  readonly toLine?: number | undefined;
  /** How many rounds in a row ended in a failure. */
  readonly attempt?: number | undefined;
  /** From the past, by request: its age is excluded from DeliveryLag. */
  readonly backfill?: true | undefined;
}

/** Lines of an object; without `toLine`, to its end. */
export interface LineRange {
  readonly fromLine: number;
  readonly toLine?: number | undefined;
}

/** Lines of an object whose last is known. */
export type Lines = Required<LineRange>;

/** The body of a message that holds the work item. */
export const serializeWorkItem = (work: WorkItem): string => JSON.stringify(work);

/** What sends messages, as far as work needs it: the published types name no type of the SDK. */
interface Sender {
  readonly send: (queueUrl: string, messages: readonly { readonly body: string }[]) => Promise<void>;
}

/** Puts work on a queue. @throws UnsentMessages */
export const queueWorks = async (
  queue: Sender,
  queueUrl: string,
  works: readonly WorkItem[],
): Promise<void> => {
  const messages = works.map((work) => ({ body: serializeWorkItem(work) }));
  await queue.send(queueUrl, messages);
};

/** The work that parsed JSON names, if it is a work item. */
export const parseWorkItem = (value: Readonly<Record<string, unknown>>): WorkItem | undefined => {
  const { bucket, key, versionId, etag, fromLine, toLine, attempt, backfill } = value;
  if (!isText(bucket) || !isText(key)) return undefined;
  if (![versionId, etag].every((text) => text === undefined || isText(text))) return undefined;
  if (![fromLine, toLine].every((line) => line === undefined || isCount(line, 1))) return undefined;
  if (attempt !== undefined && !isCount(attempt, 0)) return undefined;
  const isBackfill = backfill === true || undefined;
  const work = { bucket, key, versionId, etag, fromLine, toLine, attempt, backfill: isBackfill } as WorkItem;
  return (work.toLine ?? Infinity) < (work.fromLine ?? 1) ? undefined : work;
};

/** Whether the range covers the object from its first line to its last. */
export const coversObject = ({ fromLine = 1, toLine }: WorkItem): boolean =>
  fromLine === 1 && toLine === undefined;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCount = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least;
