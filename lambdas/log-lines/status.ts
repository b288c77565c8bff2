import type { Line } from './tokenize.ts';

/** First digit of a status of three digits, else 0. */
export const statusClass = ({ bytes, starts, ends }: Line, field: number): number => {
  const start = starts[field] as number;
  return (ends[field] as number) - start === 3 ? (bytes[start] as number) - 0x30 : 0;
};

/**
 * Whether a request failed: its status is 4xx or 5xx, or no response was sent (`-`, `000`). Anything else that is not
 * 1xx to 3xx also counts as failed, because nothing says that the request succeeded.
 */
export const isFailed = (line: Line, field: number): boolean => {
  const first = statusClass(line, field);
  return first < 1 || first > 3;
};
