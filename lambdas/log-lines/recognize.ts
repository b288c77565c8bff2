import type { AlbSettings } from '../function-settings.ts';
import { formsOf } from './forms.ts';
import type { LineForm } from './line-form.ts';
import { lineReader } from './line-parser.ts';
import type { LogKind, LogKinds } from './log-kind.ts';

/** A kind of log, and how an object writes it. */
export interface Recognized {
  readonly name: string;
  readonly kind: LogKind;
  readonly form: LineForm;
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
      const forms = formsOf(kind.schema, texts).map((form) => ({ name, kind, form }));
      return forms.find((one) => isReadable(one, lines, settings)) ?? [];
    })
    .reduce<Recognized | undefined>(
      (best, one) => (best === undefined || one.form.known > best.form.known ? one : best),
      undefined,
    );
};

/** Whether one of the lines can be read; also if there is none but those that name the fields. */
const isReadable = ({ kind, form }: Recognized, lines: readonly Buffer[], settings: AlbSettings): boolean => {
  const { read } = lineReader(kind.schema, form, settings);
  const records = lines.filter((line) => !form.isHeader(line, 0, line.length));
  return records.length === 0 || records.some((line) => read(line, 0, line.length, false));
};
