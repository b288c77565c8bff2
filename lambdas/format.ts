/** The identity of an object. */
export interface SourceObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  /** As S3 gives it, with or without quotes. */
  readonly etag?: string | undefined;
}

/** The most that one POST may hold. */
export interface BatchLimits {
  readonly records: number;
  /** Uncompressed bytes; a single line that needs more is sent alone. */
  readonly bytes: number;
}

/** Recognizes the objects of a pipeline, and makes OTLP requests of their lines. Pure: no SDK, fetch, env or clock. */
export interface Format {
  readonly path: '/v1/logs' | '/v1/metrics';
  /**
   * Decides by the object's first bytes how its lines are read. A work item that begins in the middle of an object is
   * opened with the same head as the whole object.
   * @param head whole lines from the object's beginning, at least one (64 KiB of it, where it is overlong)
   */
  readonly open: (object: SourceObject, head: Uint8Array, at: Opening) => Opened;
  /** The text of a line without its secrets, as it may be stored or logged; absent if lines hold none. */
  readonly redact?: (line: string) => string;
}

/** The circumstances in which an object is opened. */
export interface Opening {
  /** When the function read the object, in milliseconds since the epoch. */
  readonly observedMs: number;
  /** @default no tags are sent */
  readonly tags?: TagsOf | undefined;
}

/** The tags of a resource of AWS that are sent, by ARN; undefined where they were not read yet. Another reading is another function. */
export type TagsOf = (arn: string) => Tags | undefined;
export type Tags = Readonly<Record<string, string>>;

/** Encoders for the object's lines; or why it is not of this format. A refused object is dead-lettered, nothing is sent. */
export type Opened = { readonly encoder: (limits: BatchLimits) => Encoder } | { readonly refuse: Refusal };

export interface Refusal {
  /** The dead letter's `error.type`. */
  readonly type: 'wrong_format' | 'unsupported_format';
  readonly reason: string;
}

/** The format of an object of the pipeline, by its name; or why it is skipped. */
export type FormatOf = (key: string, size: number | undefined) => Format | { readonly skip: string };

/** Collects the lines of one request. */
export interface Encoder {
  /**
   * Adds what the line `bytes[start, end)` holds (no LF; trailing spaces and CR are already off; never empty).
   * False, with nothing changed, if it does not fit beside what is there; the first line always fits.
   * `cut`: the line was overlong, and these are its first 64 KiB.
   */
  readonly add: (bytes: Uint8Array, start: number, end: number, lineNumber: number, cut: boolean) => boolean;
  /** The records added since the last `take`. The request is a view: good until the next `add`. */
  readonly take: () => Encoded;
}

/** A request, and the account of what its lines became. */
export interface Encoded {
  /** The uncompressed OTLP request; of no use when `records` is 0. */
  readonly request: Uint8Array<ArrayBuffer>;
  /** Log records or data points in the request. */
  readonly records: number;
  /** Of these, the ones whose resource's tags were not read yet. */
  readonly untagged?: number;
  /** Records that configuration leaves out. */
  readonly filtered: number;
  readonly rejected: readonly Rejected[];
  /** Time of the newest record of the request, in milliseconds since the epoch. */
  readonly newestMs: number | undefined;
}

/** A record that cannot be sent, to be kept with its reason. */
export interface Rejected {
  readonly lineNumber: number;
  readonly reason: string;
  /** The line as text, at most its first 64 KiB. */
  readonly line: string;
}
