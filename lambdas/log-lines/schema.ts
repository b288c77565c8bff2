import type { Severity } from '../otlp/logs.ts';
import type { AlbSettings } from '../function-settings.ts';
import type { FieldWriter } from './field-writers.ts';
import type { Filter } from './filter.ts';
import type { Line } from './tokenize.ts';

/** One of the logs of a load balancer: what its lines hold and what that means. */
export interface LogSchema {
  /** Name of the instrumentation scope. */
  readonly scope: string;
  /** AWS's names of the fields, in order; fields that AWS appends later are called `field_34` and so on. */
  readonly fields: readonly string[];
  /** Whether the tokens are those of this log: what is not is forwarded as it is, never as shifted fields. */
  readonly accepts: (line: Line) => boolean;
  /** The field with the record's time. */
  readonly time: number;
  /** The field with the trace header, if there is one. */
  readonly trace?: number;
  readonly severity: (line: Line) => Severity;
  /** The field with the client's address. */
  readonly client: { readonly field: number; readonly hasPort: boolean };
  /** The field with method, URL and protocol, if there is one; and the later fields that are URLs. */
  readonly request?: number;
  readonly urls: readonly number[];
  /** What settings leave out, if anything. */
  readonly filter?: (settings: AlbSettings) => Filter | undefined;
  /** What fields become in OpenTelemetry's semantic conventions; others are texts `aws.elb.<field>`. */
  readonly conventions: () => Readonly<Record<string, FieldWriter>>;
}

/** Makes something for a field when it is first met. */
export const perField = <Made>(
  { fields }: LogSchema,
  make: (name: string, i: number) => Made,
): ((i: number) => Made) => {
  const made: Made[] = [];
  return (i) => (made[i] ??= make(fields[i] ?? `field_${i + 1}`, i));
};
