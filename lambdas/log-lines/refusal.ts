import type { Refusal } from '../format.ts';
import type { LineSettings } from '../function-settings.ts';
import { load, newLine } from './line.ts';
import type { LogKinds } from './log-kind.ts';
import { maskOf } from './mask.ts';
import { recognize } from './recognize.ts';
import { redactor } from './redact.ts';

/** So many characters of a first line are shown, of so many bytes that are read. */
const SHOWN = 80;
const LOOKED_AT = 1024;

/** Why the object is not text, if it is not. */
export const unsupported = (head: Uint8Array): Refusal | undefined => {
  if (PARQUET.every((byte, at) => head[at] === byte)) {
    const reason = 'Parquet is not supported: let AWS deliver this log as JSON, W3C or plain text';
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
  lines: readonly Buffer[],
  candidates: LogKinds,
  known: LogKinds,
  { alb, logKinds }: LineSettings,
): Refusal => {
  const wanted = `none of its first lines is a line of ${Object.keys(candidates).join(' or ')}`;
  const found = recognize(known, lines, alb)?.name;
  if (found === undefined) {
    return { type: 'wrong_format', reason: `${wanted}; it begins with ${beginning(lines, alb)}` };
  }
  const isOn = logKinds.some((name) => name === found);
  const advice = isOn ? '' : `, a kind that LOG_KINDS=${[...logKinds, found].join(',')} turns on`;
  return { type: 'wrong_format', reason: `${wanted}; they are lines of ${found}${advice}` };
};

/** The beginning of the first line in quotes, redacted and masked like any text that is not a line. */
const beginning = ([first = Buffer.alloc(0)]: readonly Buffer[], settings: LineSettings['alb']): string => {
  const text = Buffer.from(first.toString('utf8', 0, LOOKED_AT));
  const redacted = redactor(settings.redactQueryKeys).redact(text, true);
  const line = newLine();
  load(line, redacted);
  const masked = maskOf({ addresses: [], urls: [] }, settings)?.(line, false) ?? redacted;
  return JSON.stringify(masked.toString().trim().slice(0, SHOWN));
};

const PARQUET = Buffer.from('PAR1');
