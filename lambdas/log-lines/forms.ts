import { isName, newColumns } from './columns.ts';
import { jsonForm } from './json-lines.ts';
import type { LineForm } from './line-form.ts';
import type { LogSchema } from './schema.ts';
import { SEPARATORS, type Separator, cellPlacer, splitCells } from './split-cells.ts';
import { load, newLine } from './line.ts';

/**
 * The forms that an object's lines may have, likeliest first, as its head shows: JSON objects, W3C extended (`#Fields`), lines below one
 * that names the fields, or lines with the schema's fields in their order. Cells are separated by spaces, tabs or
 * commas. The same head always gives the same forms.
 */
export const formsOf = (schema: LogSchema, lines: readonly string[]): readonly LineForm[] => {
  const [first = ''] = lines;
  const json = jsonForm(schema, lines);
  if (json !== undefined && first.trimStart().startsWith('{')) return [json];
  const fields = first.startsWith('#') && lines.find((line) => line.startsWith(FIELDS));
  if (fields) {
    const names = fields
      .slice(FIELDS.length)
      .trim()
      .split(/[\s,]+/);
    if (!isHeader(schema, names)) return [];
    const rows = lines.filter((line) => !line.startsWith('#'));
    const fits = (one: Separator): boolean => rows.some((row) => countCells(row, one) === names.length);
    const separator = SEPARATORS.find(fits) ?? '\t';
    return [namedForm(schema, names, separator, (text) => text === fields || isDirective(text))];
  }
  const separator = SEPARATORS.find((one) => isHeader(schema, first.split(one)));
  if (separator !== undefined)
    return [namedForm(schema, first.split(separator), separator, (text) => text === first)];
  const unnamed = ([' ', '\t', ','] as const).map((one) => unnamedForm(schema, one));
  return json === undefined ? unnamed : [...unnamed, json];
};

const FIELDS = '#Fields:';

/** https://www.w3.org/TR/WD-logfile.html. One that names other fields is sent as a warning, as are other lines with a `#`. */
const isDirective = (text: string): boolean =>
  /^#(Version|Software|Date|Start-Date|End-Date|Remark):/.test(text);

/** Lines with the schema's fields in their order. */
const unnamedForm = ({ fields, least }: LogSchema, separator: Separator): LineForm => ({
  names: fields,
  known: 0,
  split: (line, isSuspect) => splitCells(line, separator, isSuspect) && line.count >= least,
  isHeader: () => false,
});

/** Lines with these fields, no more and no fewer: nothing would say which of them is missing. */
const namedForm = (
  schema: LogSchema,
  header: readonly string[],
  separator: Separator,
  isHeaderText: (text: string) => boolean,
): LineForm => {
  const { names, indexOf, isKnown } = newColumns(schema);
  const place = cellPlacer(header.map(indexOf));
  const first = header[0]?.charCodeAt(0);
  return {
    names,
    known: header.filter(isKnown).length,
    split: (line, isSuspect) => splitCells(line, separator, isSuspect) && place(line),
    isHeader: (bytes, start, end) =>
      (bytes[start] === first || bytes[start] === HASH) &&
      isHeaderText(Buffer.from(bytes.subarray(start, end)).toString()),
  };
};

/** Whether these are names of fields, at least half of them those of the schema. */
const isHeader = (schema: LogSchema, names: readonly string[]): boolean => {
  const { isKnown } = newColumns(schema);
  return names.length > 1 && names.every(isName) && 2 * names.filter(isKnown).length >= names.length;
};

const countCells = (text: string, separator: Separator): number | undefined => {
  const line = newLine();
  load(line, Buffer.from(text));
  return splitCells(line, separator, () => false) ? line.count : undefined;
};

const HASH = 0x23;
