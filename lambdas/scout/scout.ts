import type { ScoutSettings } from '../function-settings.ts';
import type { Outcome } from './outcome.ts';
import { post, type PostOutcome } from './post.ts';
import { LEAST_TIME_MS, retrying, type RetryDependencies } from './retry.ts';
import { createTokens, type TokenDependencies } from './token.ts';

export interface Scout {
  /** Brings one OTLP request (protobuf, gzipped) to Scout. Never throws. */
  readonly export: (
    path: '/v1/logs' | '/v1/metrics',
    gzipBody: Uint8Array<ArrayBuffer>,
    call: ExportCall,
  ) => Promise<Sent>;
}

export interface ExportCall {
  /** Try again here, for a short while, what is worth it. */
  readonly retryInPlace: boolean;
  /** Milliseconds since the epoch, which no request reaches past. */
  readonly deadline: number;
}

export interface Sent {
  readonly outcome: Outcome;
  /** POSTs, whatever became of them. */
  readonly requests: number;
  /** Waits that were followed by another POST; one more POST after a 401 or 403 is none. */
  readonly retries: number;
  /** Compressed bytes of all POSTs. */
  readonly bytes: number;
}

export type ScoutDependencies = TokenDependencies & RetryDependencies;

/** A Scout as the settings name it. The token is kept for as long as the result is. */
export const createScout = (settings: ScoutSettings, dependencies: ScoutDependencies): Scout => {
  const tokens = createTokens(settings, dependencies);
  return {
    export: async (path, gzipBody, { retryInPlace, deadline }) => {
      let requests = 0;
      const send = async (token: string): Promise<PostOutcome> => {
        const timeoutMs = Math.min(settings.requestTimeoutMs, deadline - dependencies.now());
        if (timeoutMs < LEAST_TIME_MS)
          return { type: 'retryable', reason: 'Scout: no time left for a request' };
        requests += 1;
        const { endpoint, headers } = settings;
        return post({ url: endpoint + path, token, headers, body: gzipBody, timeoutMs }, dependencies.now);
      };
      const authorized = async (mayRenew: boolean): Promise<Outcome> => {
        const token = await tokens.get(deadline);
        if (token.type === 'refused') return token;
        const outcome = await send(token.token);
        if (outcome.type !== 'unauthorized') return outcome;
        tokens.discard(token.token);
        return mayRenew ? authorized(false) : { type: 'refused', reason: outcome.reason };
      };
      const { outcome, retries } = retryInPlace
        ? await retrying(() => authorized(true), deadline, dependencies)
        : { outcome: await authorized(true), retries: 0 };
      return { outcome, requests, retries, bytes: requests * gzipBody.length };
    },
  };
};
