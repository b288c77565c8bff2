import type { Encoded, Format } from '../../format.ts';
import type { Body } from '../../scout/compression.ts';
import type { Outcome } from '../../scout/outcome.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Ledger } from '../ledger.ts';
import { BOOKKEEPING_MS, type InvocationLimits, ISOLATION_REQUESTS } from '../limits.ts';

/** The requests of one work item. */
export interface ScoutRequests {
  /** Compresses a request; undefined if it holds no record. */
  readonly compress: (encoded: Encoded) => Promise<Body | undefined>;
  /** Sends a compressed request; what holds no record is accepted without one. */
  readonly send: (body: Body | undefined) => Promise<Outcome>;
  /** Whether Scout accepts anything at all: something of the work item, or else an empty request. */
  readonly probe: () => Promise<boolean>;
  /** Requests left for finding invalid lines; counted down. */
  readonly budget: { requestsLeft: number };
}

/** @param cost is added up */
export const scoutRequests = (
  path: Format['path'],
  { scout, monotonicNow }: Dependencies,
  { remainingMs, receives }: InvocationLimits,
  cost: Pick<Ledger, 'requests' | 'retries' | 'bytes'>,
): ScoutRequests => {
  let accepts: Promise<boolean> | undefined;
  const send = async (body: Body | undefined): Promise<Outcome> => {
    if (body === undefined) return { type: 'accepted', rejected: 0, message: '' };
    const deadline = monotonicNow() + remainingMs() - BOOKKEEPING_MS;
    const sent = await scout.export(path, body, { retryInPlace: receives === 1, deadline });
    for (const name of ['requests', 'retries', 'bytes'] as const) cost[name] += sent[name];
    if (sent.outcome.type === 'accepted') accepts = Promise.resolve(true);
    return sent.outcome;
  };
  const sendEmpty = async (): Promise<boolean> =>
    (await send(await scout.compress(new Uint8Array(0)))).type === 'accepted';
  return {
    compress: async ({ records, request }) => (records > 0 ? scout.compress(request) : undefined),
    send,
    probe: async () => (accepts ??= sendEmpty()),
    budget: { requestsLeft: ISOLATION_REQUESTS },
  };
};
