import type { Severity } from '../otlp/logs.ts';
import type { FieldWriter } from './field-writers.ts';
import type { TimeForm } from './timestamp.ts';
import type { Line } from './line.ts';

/** One of AWS's logs: which fields its lines have, and what these mean. Fields are given by their index in `fields`. */
export interface LogSchema {
  /** Name of the instrumentation scope. */
  readonly scope: string;
  /** AWS's names, in the order of a line that names none; fields that AWS appends later are called `field_34` and so on. */
  readonly fields: readonly string[];
  /** Fields under other names, which objects that name their fields have: in lower case, `_` for anything else. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The fewest fields of a line that names none. */
  readonly least: number;
  /**
   * Whether the fields hold what those of this log do: what does not is forwarded as it is, never as shifted fields.
   * Fields that the object leaves out are absent.
   */
  readonly accepts: (line: Line) => boolean;
  /** The record's time, and the field to take where the object leaves that one out. */
  readonly time: number;
  readonly otherTime?: number;
  /** ISO 8601 with `Z`, unless given. */
  readonly timeForm?: TimeForm;
  readonly severity: (line: Line) => Severity;
  /** The resource that writes the log, as its ARN names it. */
  readonly resource?: number;
  /** The trace header. */
  readonly trace?: number;
  /** Addresses that may be a client's. */
  readonly addresses: readonly { readonly field: number; readonly hasPort: boolean }[];
  /** Method, URL and protocol. */
  readonly request?: number;
  /** Other fields that are URLs. */
  readonly urls: readonly number[];
  readonly status?: number;
  readonly userAgent?: number;
  /** The reason of a failure; its records are kept by sampling whatever their severity. */
  readonly errorReason?: number;
  /** Durations that add up to the request's, in seconds; -1 where there was none. */
  readonly durations?: readonly number[];
  /** What a field becomes in OpenTelemetry's semantic conventions: the name of a text attribute, or what else is written. */
  readonly conventions: Readonly<Record<string, string | (() => FieldWriter)>>;
  /** Beginning of the attributes of all other fields. */
  readonly attributes: `aws.${string}.`;
}

/** Makes something for a field when it is first met. */
export const perField = <Made>(
  names: readonly string[],
  make: (name: string, i: number) => Made,
): ((i: number) => Made) => {
  const made: Made[] = [];
  return (i) => (made[i] ??= make(names[i] ?? `field_${i + 1}`, i));
};
