import type { AlbSettings } from '../function-settings.ts';
import { formsOf } from './forms.ts';
import type { LineForm } from './line-form.ts';
import { lineReader } from './line-reader.ts';
import type { LogKind, LogKinds } from './log-kind.ts';
import type { LogSchema } from './schema.ts';
import { fieldText } from './line.ts';

/** A kind of log, and how an object writes it. */
export interface Recognized {
  readonly name: string;
  readonly kind: LogKind;
  readonly form: LineForm;
  /** The resource that a line names; empty if none does. */
  readonly resource: string;
}

/**
 * The kind of which one of an object's first lines is a line; undefined if there is none. Of several the one that has
 * most of the fields that the object names, else the first. Without lines, it is the first kind.
 */
export const recognize = (
  kinds: LogKinds,
  lines: readonly Buffer[],
  settings: AlbSettings,
): Recognized | undefined => {
  const texts = lines.map((line) => line.toString());
  return Object.entries(kinds)
    .flatMap(([name, kind]) => {
      for (const form of formsOf(kind.schema, texts)) {
        const resource = resourceIn(kind.schema, form, lines, settings);
        if (resource !== undefined) return [{ name, kind, form, resource }];
      }
      return [];
    })
    .toSorted((one, other) => other.form.known - one.form.known)[0];
};

/**
 * The resource that the first readable line names; undefined if none can be read. Lines that only name the fields are
 * as good as readable ones.
 */
const resourceIn = (
  schema: LogSchema,
  form: LineForm,
  lines: readonly Buffer[],
  settings: AlbSettings,
): string | undefined => {
  const { line, read } = lineReader(schema, form, settings);
  const records = lines.filter((text) => !form.isHeader(text, 0, text.length));
  if (records.length === 0) return '';
  const isReadable = records.some((text) => read(text, 0, text.length, false));
  return isReadable ? fieldText(line, schema.resource) : undefined;
};
