import { parseWorkItem, type WorkItem } from '../../lambdas/forwarding/event/work-item.ts';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import { METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import { parseJsonObject } from '../../lambdas/parse-json.ts';

/** A line of a file under `rejected/`: a rejected line, or what Scout said it rejected of a range of lines. */
export interface Entry {
  readonly reason: string;
  /** Text of the line; undefined for a range. */
  readonly line: string | undefined;
  /** Records: 1, or what Scout said of the range. */
  readonly count: number;
  /** What forwards it again. */
  readonly work: WorkItem;
}

/** A file that holds something else. */
export class NoEntryError extends Error {}

/** @throws NoEntryError naming the first line that is not an entry */
export const parseEntries = (text: string, key: string): readonly Entry[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const { reason, line: rejected, count, work } = parseJsonObject(line);
      const item = parseWorkItem({ ...(work as object | null | undefined) });
      if (item === undefined)
        throw new NoEntryError(`${key}, line ${index + 1}, has no work item; it is left as it is`);
      return {
        reason: String(reason),
        line: typeof rejected === 'string' ? rejected : undefined,
        count: typeof count === 'number' ? count : 1,
        work: item,
      };
    });

/** The pipeline whose function can read the object of a file. An existing bucket of logs may have any prefix. */
export const pipelineOf = (
  { entries: [entry] }: { readonly entries: readonly Entry[] },
  ownBucket: string,
): Pipeline =>
  entry?.work.bucket === ownBucket && entry.work.key.startsWith(METRICS_PREFIX) ? 'metrics' : 'logs';

/** The work items of the entries: neighbouring lines of an object are one item, since each item reads the object. */
export const workItems = (entries: readonly Entry[]): readonly WorkItem[] => {
  const items: WorkItem[] = [];
  const ordered = entries
    .map(({ work }) => work)
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : (a.fromLine ?? 1) - (b.fromLine ?? 1)));
  for (const work of ordered) {
    const last = items.at(-1);
    if (
      last !== undefined &&
      isSameObject(last, work) &&
      (last.toLine ?? Infinity) + 1 >= (work.fromLine ?? 1)
    ) {
      const toLine = Math.max(last.toLine ?? Infinity, work.toLine ?? Infinity);
      items[items.length - 1] = { ...last, toLine: toLine === Infinity ? undefined : toLine };
    } else items.push(work);
  }
  return items;
};

const isSameObject = (one: WorkItem, other: WorkItem): boolean =>
  (['bucket', 'key', 'versionId', 'etag'] as const).every((name) => one[name] === other[name]);
