import { type Line, spanOf } from './line.ts';

/** First digit of a status of three bytes, else NaN. */
export const statusClass = ({ bytes, starts, ends, count }: Line, field: number): number => {
  const start = starts[field] as number;
  return field < count && (ends[field] as number) - start === 3 ? (bytes[start] as number) - ZERO : NaN;
};

/** Whether a request failed: its status is 4xx or 5xx, or no response was sent (`-`, `000`). */
export const isFailed = (line: Line, field: number): boolean => {
  const first = statusClass(line, field);
  return first === 4 || first === 5 || hasNoResponse(line, field);
};

const hasNoResponse = (line: Line, field: number): boolean => {
  const { bytes } = line;
  const { start, end } = spanOf(line, field);
  if (end - start === 1) return bytes[start] === DASH;
  return end - start === 3 && bytes.subarray(start, end).every((byte) => byte === ZERO);
};

const DASH = 0x2d;
const ZERO = 0x30;
