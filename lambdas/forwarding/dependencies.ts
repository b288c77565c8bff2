import type { Objects } from '../aws/objects.ts';
import type { Queue } from '../aws/queue.ts';
import type { Scout } from '../scout/scout.ts';
import type { ResourceTags } from './resource-tags.ts';
import type { FunctionSettings } from '../function-settings.ts';

/** External dependencies; tests replace them. */
export interface Dependencies {
  readonly settings: FunctionSettings;
  readonly objects: Objects;
  readonly queue: Queue;
  readonly scout: Scout;
  /** Absent where no tags are sent. */
  readonly tags?: ResourceTags | undefined;
  /** Milliseconds since the epoch: for dates. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set: for durations and deadlines. */
  readonly monotonicNow: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Writes a line to standard output as it is. */
  readonly print: (line: string) => void;
}
