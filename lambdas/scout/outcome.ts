/**
 * What became of one request to Scout. Nothing here is an exception: the caller branches on every case
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
 */
export type Outcome =
  /** Scout has it. `rejected` records of it were refused for good (OTLP's partial success): never send those again. */
  | { readonly type: 'accepted'; readonly rejected: number; readonly message: string }
  /** Worth another try soon: network error, time-out, 408, 429, 502, 503, 504. */
  | { readonly type: 'retryable'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  /** Worth another try later: no token, 401 and 403 with a fresh token, redirects, answers that are not OTLP, other statuses. */
  | { readonly type: 'refused'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  /** The content is at fault: 413 (`too_large`), 400 and 422 (`invalid`). */
  | { readonly type: 'too_large' | 'invalid'; readonly reason: string };
