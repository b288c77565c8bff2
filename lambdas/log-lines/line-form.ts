import type { MutableLine } from './line.ts';
import type { IsSuspect } from './tokenize.ts';

/** How the lines of an object are written. */
export interface LineForm {
  /** Names of the fields by their index in a line. */
  readonly names: readonly string[];
  /** How many fields the object names that the schema has; 0 where it names none. */
  readonly known: number;
  /** Finds the fields; false if the text is not a line of this form. */
  readonly split: (line: MutableLine, isSuspect: IsSuspect) => boolean;
  /** Whether a text names the fields, and is no record. */
  readonly isHeader: (bytes: Uint8Array, start: number, end: number) => boolean;
  /** Decodes the escapes of the fields; given if the lines are JSON, and so their own JSON body. */
  readonly decode?: (line: MutableLine) => void;
}
