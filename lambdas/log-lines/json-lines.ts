import { newColumns } from './columns.ts';
import { memberScanner } from './json-members.ts';
import type { LineForm } from './line-form.ts';
import type { LogSchema } from './schema.ts';
import { addText, ESCAPED, isAbsent, type MutableLine } from './line.ts';

/**
 * JSON objects, one per line, as CloudWatch Logs delivers them; undefined if less than half of the first object's members
 * are fields of the schema. A line must have the record's time if the first object has it, else one field at least.
 */
export const jsonForm = (schema: LogSchema, lines: readonly string[]): LineForm | undefined => {
  const { names, indexOf, isKnown } = newColumns(schema);
  const keys = lines.map(keysOf).find((one) => one.length > 0);
  if (keys === undefined) return undefined;
  const known = keys.filter(isKnown);
  if (2 * known.length < keys.length) return undefined;
  const times = [schema.time, schema.otherTime ?? schema.time];
  const hasTime = known.some((key) => times.includes(indexOf(key) as number));
  const scan = memberScanner(names, indexOf);
  return {
    names,
    known: known.length,
    split: (line, isSuspect) => {
      if (!scan(line, isSuspect)) return false;
      return hasTime
        ? times.some((time) => !isAbsent(line, time))
        : schema.fields.some((_, i) => !isAbsent(line, i));
    },
    isHeader: () => false,
    decode,
  };
};

const keysOf = (text: string): string[] => {
  if (!text.trimStart().startsWith('{')) return [];
  try {
    // No known name needs an escape, and some, such as \x22, are not JSON's.
    return Object.keys(JSON.parse(text.replaceAll(/\\./g, '_')) as object);
  } catch {
    return [];
  }
};

/** Decodes the escapes of fields. One that is not JSON's stays as it is, and so does all of its field. */
const decode = (line: MutableLine): void => {
  if ((line.traits & ESCAPED) === 0) return;
  let end = line.length;
  for (let i = 0; i < line.count; i++) {
    const text = line.bytes.toString('utf8', line.starts[i], line.ends[i]);
    if (!text.includes('\\')) continue;
    try {
      const added = addText(line, end, String(JSON.parse(`"${text}"`)));
      ({ start: line.starts[i], end: line.ends[i] } = added);
      ({ end } = added);
    } catch {
      // The field stays as it is.
    }
  }
};
