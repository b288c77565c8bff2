import { batches } from './read/batches.ts';
import { type Block, blocks } from './read/line-blocks.ts';
import { BOOKKEEPING_MS, deliver } from './deliver/deliver-batch.ts';
import type { Call, Dependencies } from './dependencies.ts';
import { type Ending, endingOf, Stopped } from './read/read-result.ts';
import type { Encoder, Format } from '../format.ts';
import { openedBlocks } from './read/open-object.ts';
import { decompress } from './read/decompress.ts';
import { encoderOf, type Job, type Missing } from './deliver/in-flight.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { CAUTIOUS_RECEIVE } from './settle/backoff.ts';
import { coversObject, type LineRange, type WorkItem } from './event/work-item.ts';

/** Requests under way at once, chosen by dollars per GB of log: docs/cost.md has the table. */
export const IN_FLIGHT = 4;

/** One is filled while the other's request is compressed. */
const ENCODERS = 2;

/** Requests that finding bad lines may take beyond the first, an object and invocation. */
export const ISOLATION_REQUESTS = 64;

/** With less time than this no batch is begun. */
export const SHORT_OF_TIME_MS = 15_000;

/** What became of a piece of work; lines that are not named were dealt with for good. */
export interface ObjectResult {
  readonly work: WorkItem;
  readonly ledger: Ledger;
  /** Tried, and to be tried again. */
  readonly missing: readonly Missing[];
  /** Not begun. */
  readonly rest?: LineRange | undefined;
  /** Never to be tried again without somebody's help. */
  readonly dead?: Missing | undefined;
  /** Some lines were dealt with for good. */
  readonly progress: boolean;
  /** The object is not there any more, and need not be. */
  readonly nothingToDo: boolean;
  /** Every record of the whole object was delivered or kept, so that the object can go. */
  readonly whole: boolean;
}

/** Forwards a piece of work as far as time and Scout allow. Never throws. */
export const forward = async (
  work: WorkItem,
  format: Format,
  dependencies: Dependencies,
  call: Call,
): Promise<ObjectResult> => {
  const job: Job = {
    work,
    format,
    observedMs: dependencies.now(),
    dependencies,
    call,
    ledger: openLedger(),
    missing: [],
    budget: { extra: ISOLATION_REQUESTS },
    progress: false,
    unnamed: 0,
    accepts: undefined,
    encoder: undefined,
  };
  const underWay = new Set<Promise<void>>();
  const { nextLine, ending } = await readInto(job, underWay);
  await Promise.all(underWay);

  const { ledger, missing, work: read } = job;
  const lines = { fromLine: nextLine, toLine: work.toLine };
  const failed =
    'errorType' in ending ? { ...lines, type: ending.errorType, reason: ending.reason } : undefined;
  return {
    work: read,
    ledger,
    missing: ending.type === 'failed' && failed ? [...missing, failed] : missing,
    rest: ending.type === 'stopped' ? lines : undefined,
    dead: ending.type === 'dead' ? failed : undefined,
    progress:
      job.progress ||
      (missing.length === 0 && (ending.type === 'complete' || ending.type === 'nothing to do')),
    nothingToDo: ending.type === 'nothing to do',
    whole:
      ending.type === 'complete' &&
      missing.length === 0 &&
      coversObject(work) &&
      ledger.filtered + job.unnamed === 0,
  };
};

/** Reads the object batch by batch, a few of them under way; answers the first line that was not begun. */
const readInto = async (
  job: Job,
  underWay: Set<Promise<void>>,
): Promise<{ nextLine: number; ending: Ending }> => {
  const { work, dependencies, call } = job;
  const { batch: limits, deleteProcessedFiles } = dependencies.settings;
  const range = { fromLine: work.fromLine ?? 1, toLine: work.toLine };
  const reading = new AbortController();
  const timer = setTimeout(() => reading.abort(), Math.max(0, call.remainingMs() - 2 * BOOKKEEPING_MS));
  const opened = (etag: string | undefined): void => {
    job.work = { ...work, etag: work.etag ?? etag };
  };
  const lines = openedBlocks(
    whileThereIsTime(blocks(decompress(dependencies.objects.read(work, reading.signal, opened))), call),
    (head) => job.format.open(job.work, head, { observedMs: job.observedMs }),
    ({ encoder }) => (job.encoder = encoder),
  );
  let nextLine = range.fromLine;
  const goOn = (): void => {
    const oneIsEnough = call.receives >= CAUTIOUS_RECEIVE && nextLine > range.fromLine;
    if (oneIsEnough || job.missing.length > 0 || isShortOfTime(call.remainingMs)) throw new Stopped();
  };
  try {
    const encoders = encoderPool(() => encoderOf(job, limits));
    const nextEncoder = async (): Promise<Encoder> => {
      // Asked here too: lines that will not be sent are not even looked at, lest they crash the function again.
      goOn();
      return encoders.next();
    };
    for await (const batch of batches(lines, range, limits, nextEncoder)) {
      if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
      goOn();
      const delivery = deliver(job, batch, encoders.release).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
      nextLine = batch.toLine + 1;
    }
    return { nextLine, ending: { type: 'complete' } };
  } catch (error) {
    return { nextLine, ending: endingOf(error, deleteProcessedFiles) };
  } finally {
    clearTimeout(timer);
  }
};

/** Whether it is too late to begin something. */
export const isShortOfTime = (remainingMs: Call['remainingMs']): boolean => remainingMs() < SHORT_OF_TIME_MS;

/** Stops reading when time is short, also in lines that are only skipped. */
async function* whileThereIsTime(source: AsyncIterable<Block>, call: Call): AsyncGenerator<Block> {
  for await (const block of source) {
    if (isShortOfTime(call.remainingMs)) throw new Stopped();
    yield block;
  }
}

const encoderPool = (create: () => Encoder) => {
  let uncreated = ENCODERS;
  const free: Encoder[] = [];
  let waiting: ((encoder: Encoder) => void) | undefined;
  return {
    next: async (): Promise<Encoder> => {
      const encoder = free.pop() ?? (uncreated-- > 0 ? create() : undefined);
      return encoder ?? new Promise((resolve) => (waiting = resolve));
    },
    release: (encoder: Encoder): void => {
      if (waiting === undefined) free.push(encoder);
      else waiting(encoder);
      waiting = undefined;
    },
  };
};
