import type { Pipeline, ScoutSettings } from '../function-settings.ts';
import { type Body, compress, negotiateEncoding, toGzip } from './compression.ts';
import type { Outcome } from './outcome.ts';
import { post, type PostOutcome } from './post.ts';
import { MIN_REQUEST_MS, type RetryDependencies, withRetry } from './retry.ts';
import { createTokens, type TokenDependencies } from './token.ts';

export interface Scout {
  /** Compresses an OTLP request in protobuf, in an encoding that Scout accepts as far as is known. */
  readonly compress: (request: Uint8Array) => Promise<Body>;
  /** Sends a compressed request. Never throws. */
  readonly export: (path: '/v1/logs' | '/v1/metrics', body: Body, limits: ExportLimits) => Promise<Sent>;
}

export interface ExportLimits {
  /** Repeat what is worth it here, for a short while. */
  readonly retryInPlace: boolean;
  /** In `monotonicNow`'s milliseconds: no request reaches past it. */
  readonly deadline: number;
  /** No request begins with less time than this to the deadline; `MIN_REQUEST_MS` without it. */
  readonly leastMs?: number;
  /** A refused token is kept: the request may need a permission that other requests do not need. */
  readonly keepsToken?: boolean;
}

export interface Sent {
  readonly outcome: Outcome;
  /** POSTs, whatever their result. */
  readonly requests: number;
  /** Waits before another try; another POST after 401 or 403 is not one. */
  readonly retries: number;
  /** Compressed bytes of all POSTs. */
  readonly bytes: number;
}

/** A Scout by the settings. For as long as the result is kept, so are the token and what is known of the encoding. */
export const createScout = (
  pipeline: Pipeline,
  settings: ScoutSettings,
  dependencies: TokenDependencies & RetryDependencies,
): Scout => {
  const { tokenUrl, audience } = settings;
  const requestTimeoutMs = settings.requestTimeout * 1000;
  const tokens = createTokens({ tokenUrl, audience, requestTimeoutMs }, dependencies);
  const encoding = negotiateEncoding(settings.compression);
  return {
    compress: async (request) => compress(encoding.current(), request, pipeline),
    export: async (
      path,
      compressed,
      { retryInPlace, deadline, leastMs = MIN_REQUEST_MS, keepsToken = false },
    ) => {
      const url = settings.endpoint + path;
      let body = compressed;
      let refusal: string | undefined;
      let requests = 0;
      let bytes = 0;
      const onRequest = (): void => {
        requests += 1;
        bytes += body.bytes.length;
      };
      const send = async (token: string): Promise<PostOutcome> => {
        const { headers } = settings;
        if (encoding.current() === 'gzip') body = await toGzip(body);
        const timeoutMs = Math.min(requestTimeoutMs, Math.floor(deadline - dependencies.monotonicNow()));
        if (timeoutMs < leastMs)
          return { type: 'retryable', code: 'out_of_time', reason: 'Scout: no time left for a request' };
        const outcome = await post({ url, token, headers, body, timeoutMs, onRequest }, dependencies.now);
        if (outcome.type === 'accepted') encoding.accepted(body.encoding, refusal);
        else if (encoding.isDoubtful(body.encoding, outcome.status)) {
          refusal = outcome.reason;
          body = await toGzip(body);
          return send(token);
        }
        return outcome;
      };
      const authorized = async (mayRenew: boolean): Promise<Outcome> => {
        const token = await tokens.get(deadline);
        if (token.type !== 'token') return token;
        const outcome = await send(token.token);
        if (outcome.type !== 'unauthorized') return outcome;
        if (keepsToken) return { ...outcome, type: 'refused' };
        tokens.discard(token.token);
        return mayRenew ? authorized(false) : { ...outcome, type: 'refused' };
      };
      const { outcome, retries } = retryInPlace
        ? await withRetry(() => authorized(true), deadline, dependencies)
        : { outcome: await authorized(true), retries: 0 };
      return { outcome, requests, retries, bytes };
    },
  };
};
