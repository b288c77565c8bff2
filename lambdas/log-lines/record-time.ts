import type { LogSchema } from './schema.ts';
import { type Instant, timeReader } from './timestamp.ts';
import { isAbsent, type Line } from './line.ts';

/**
 * Reads a record's time into `into`. False: it is not a time, and so the text not a line of the log. Undefined: the
 * object leaves the field out.
 */
export const recordTime = (
  { time, otherTime, timeForm }: LogSchema,
  into: Instant,
): ((line: Line) => boolean | undefined) => {
  const read = timeReader(into, timeForm);
  return (line) => {
    const field = isAbsent(line, time) ? otherTime : time;
    if (field === undefined || isAbsent(line, field)) return undefined;
    return read(line.bytes, line.starts[field] as number, line.ends[field] as number);
  };
};
