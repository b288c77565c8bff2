import { fieldText, type Line } from './line.ts';

/** First digit of a status of three bytes, else NaN. */
export const statusClass = ({ bytes, starts, ends, count }: Line, field: number): number => {
  const start = starts[field] as number;
  return field < count && (ends[field] as number) - start === 3 ? (bytes[start] as number) - ZERO : NaN;
};

/** Whether a request failed: its status is 4xx or 5xx, or no response was sent (`-`, `000`). */
export const isFailed = (line: Line, field: number): boolean => {
  const first = statusClass(line, field);
  // Of most statuses no text is made.
  return first > 0 ? first === 4 || first === 5 : ['-', '000'].includes(fieldText(line, field));
};

const ZERO = 0x30;
