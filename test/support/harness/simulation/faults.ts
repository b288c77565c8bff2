/** Faults of a simulated world. */
export const FAULTS = [
  'kill',
  'lost response',
  'redelivery',
  'duplicate event',
  'unavailable',
  'slow',
  'denied',
  'unreadable',
  'broken body',
  'put',
  'remove',
  'queue',
  'queue entry',
  'visibility',
] as const;

export type FaultName = (typeof FAULTS)[number];

/** Whether a fault strikes now. */
export type Faults = (name: FaultName) => boolean;

export const noFaults: Faults = () => false;

/** Faults that strike at random, each at its rate; the same seed strikes alike. */
export const randomFaults = (seed: number, rates: Partial<Record<FaultName, number>>): Faults => {
  let state = seed;
  return (name) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < (rates[name] ?? 0);
  };
};
