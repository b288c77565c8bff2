import type { Sent } from '../sent.ts';

type Pipeline = 'metrics' | 'logs';

/** Everything that the page shows of one run. */
export interface PageResult {
  /** What was forwarded, in words. */
  readonly source: string;
  /** Hours that the data is of; undefined if they are not known. */
  readonly hours: number | undefined;
  readonly notForwarded: readonly { readonly source: string; readonly reason: string }[];
  readonly ledgers: readonly PageLedger[];
  readonly lines: readonly PageLine[];
  readonly requests: Series;
  readonly latency: Series;
  readonly namespaces: readonly Namespace[];
}

export interface PageLedger {
  readonly pipeline: Pipeline;
  readonly read: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly filtered: number;
  readonly continued: number;
  readonly requests: number;
  /** Compressed bytes sent. */
  readonly bytes: number;
  /** Dollars at list prices, if every hour were like the data's. */
  readonly month?: { readonly scout: number; readonly aws: number };
}

/** A line, and what became of it. */
export interface PageLine {
  readonly kind: string;
  /** File and line number. */
  readonly place: string;
  readonly text: string;
  readonly outcome: 'delivered' | 'unreadable' | 'rejected' | 'left out';
  /** Why it was rejected. */
  readonly reason?: string;
  readonly sent: readonly Sent[];
}

/** Values by minute, one row per name; null where there is none. */
export interface Series {
  /** Seconds since the epoch. */
  readonly minutes: readonly number[];
  readonly rows: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

export interface Namespace {
  readonly name: string;
  readonly metrics: number;
  readonly points: number;
  /** Dollars to Scout. */
  readonly scoutPerMonth?: number;
}

/** A switch of the page: a variable of the functions. */
export interface Switch {
  readonly name: string;
  readonly label: string;
  readonly pipelines: readonly Pipeline[];
  /** Values to choose from, the default first; absent: any text. */
  readonly choices?: readonly (readonly [value: string, label: string])[];
  readonly placeholder?: string;
}

/** A switch as it stands at first: as the command line has it. */
export interface SetSwitch extends Switch {
  readonly value: string;
}
