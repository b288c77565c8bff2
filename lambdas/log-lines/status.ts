import type { Severity } from '../otlp/logs.ts';
import { fieldText, type Line, spanOf } from './line.ts';

/** The severity of a request: ERROR of a status 5xx, WARN of 4xx or where no response was sent (`-`, `000`). */
export const statusSeverity = (line: Line, field: number): Severity => {
  const { start, end } = spanOf(line, field);
  const first = end - start === 3 ? line.bytes[start] : undefined;
  if (first === FIVE) return 'ERROR';
  if (first === FOUR) return 'WARN';
  if (first === TWO) return 'INFO';
  return ['-', '000'].includes(fieldText(line, field)) ? 'WARN' : 'INFO';
};

const TWO = 0x32;
const FOUR = 0x34;
const FIVE = 0x35;
