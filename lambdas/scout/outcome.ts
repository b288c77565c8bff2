import type { Failure } from './failure.ts';

/**
 * The result of one request to Scout. Nothing here is an exception: the caller branches on every case
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
 */
export type Outcome =
  /** Scout has it. `rejected` records of it were refused for good (OTLP's partial success): never send those again. */
  | { readonly type: 'accepted'; readonly rejected: number; readonly message: string }
  /** Worth another try soon: network error, time-out, 408, 429, 502, 503, 504; or the token endpoint had such a failure. */
  | ({ readonly type: 'retryable' } & Failure)
  /** Worth another try later: no token, 401 and 403 with a new token, redirects, responses that are not OTLP, other statuses. */
  | ({ readonly type: 'refused' } & Failure)
  /** The content is at fault: 413 (`too_large`), 400 and 422 (`invalid`). */
  | ({ readonly type: 'too_large' | 'invalid' } & Failure);
