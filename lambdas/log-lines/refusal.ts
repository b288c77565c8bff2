import type { AlbSettings } from '../function-settings.ts';
import type { Refusal } from '../format.ts';
import { lineReader } from './line-parser.ts';
import type { LogKinds } from './log-kind.ts';
import type { LineSettings } from './line-settings.ts';
import { hasReadableLine } from './readable-line.ts';

/** So many characters of a first line are shown, of so many bytes that are read. */
const SHOWN = 80;
const LOOKED_AT = 1024;

/** Why the object is not text, if it is not. */
export const unsupported = (head: Uint8Array): Refusal | undefined => {
  if (PARQUET.every((byte, at) => head[at] === byte)) {
    const reason = 'Parquet is not supported: let AWS deliver this log as plain text';
    return { type: 'unsupported_format', reason };
  }
  const control = head
    .subarray(0, 64)
    .find((byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13);
  if (control === undefined) return undefined;
  const reason = `not a text log: control byte 0x${control.toString(16).padStart(2, '0')} among its first 64`;
  return { type: 'wrong_format', reason };
};

/** None of the first lines is of a kind in `candidates`: the reason names what they are. */
export const unreadable = (
  head: Uint8Array,
  candidates: LogKinds,
  known: LogKinds,
  { alb, logKinds }: LineSettings,
): Refusal => {
  const wanted = `none of its first lines is a line of ${Object.keys(candidates).join(' or ')}`;
  const found = Object.entries(known).find(([, { schema }]) => hasReadableLine(schema, head))?.[0];
  if (found === undefined) {
    return { type: 'wrong_format', reason: `${wanted}; it begins with ${beginning(head, candidates, alb)}` };
  }
  const isOn = logKinds.some((name) => name === found);
  const advice = isOn ? '' : `, a kind that LOG_KINDS=${[...logKinds, found].join(',')} turns on`;
  return { type: 'wrong_format', reason: `${wanted}; they are lines of ${found}${advice}` };
};

/** The beginning of the first line in quotes, redacted and masked like any text that is not a line. */
const beginning = (head: Uint8Array, candidates: LogKinds, settings: AlbSettings): string => {
  const [first] = Object.values(candidates);
  if (first === undefined) return 'a line';
  const start = head.findIndex((byte) => byte > SPACE);
  const lf = head.indexOf(LF, start);
  const { line, read } = lineReader(first.schema, settings);
  read(head, start, Math.min(lf < 0 ? head.length : lf, start + LOOKED_AT), true);
  return JSON.stringify(line.bytes.toString('utf8', 0, line.length).trim().slice(0, SHOWN));
};

const LF = 0x0a;
const SPACE = 0x20;
const PARQUET = Buffer.from('PAR1');
