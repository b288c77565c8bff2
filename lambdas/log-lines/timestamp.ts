/** A point in time as OTLP wants it: nanoseconds since the epoch, in two halves of 32 bits. */
export interface Instant {
  low: number;
  high: number;
  /** The same in whole milliseconds. */
  ms: number;
}

const MINUTE_LENGTH = 'yyyy-mm-ddThh:mm'.length;
const WORD = 2 ** 32;
/** The last whole millisecond before 2^63 nanoseconds, which is what backends hold. */
const LAST_MS = 9_223_372_036_854;

/** How a log writes its times: ISO 8601 in UTC without `Z`, or whole seconds since the epoch. */
export type TimeForm = 'utc' | 'epoch seconds';

export type TimeReader = (bytes: Uint8Array, start: number, end: number) => boolean;

export const instantOf = (ms: number): Instant => {
  const nanos = BigInt(ms) * 1_000_000n;
  return { low: Number(nanos & 0xffffffffn), high: Number(nanos >> 32n), ms };
};

/** The returned function tells whether `bytes[start, end)` is a time of this form, and leaves it in `into`. */
export const timeReader = (into: Instant, form?: TimeForm): TimeReader =>
  form === 'epoch seconds' ? epochReader(into) : isoReader(into, form === 'utc');

/** Seconds of today have ten digits. */
const epochReader =
  (into: Instant): TimeReader =>
  (bytes, start, end) => {
    let seconds = 0;
    for (let at = start; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) return false;
      seconds = seconds * 10 + digit;
    }
    if (start === end || seconds * 1000 > LAST_MS) return false;
    // Many lines have the same one.
    if (seconds * 1000 !== into.ms) Object.assign(into, instantOf(seconds * 1000));
    return true;
  };

/**
 * Reads times such as `2026-01-31T23:59:59.123456Z` with any number of fraction digits, nine of which count.
 * @param withoutZone whether `Z` may be missing
 */
const isoReader = (into: Instant, withoutZone: boolean): TimeReader => {
  // Lines come in the order of time: the date is worked out once a minute.
  const minute = new Uint8Array(MINUTE_LENGTH);
  let epoch: Instant | undefined;
  return (bytes, start, until) => {
    const end = withoutZone && bytes[until - 1] !== ZULU ? until + 1 : until;
    let same = 0;
    while (same < MINUTE_LENGTH && bytes[start + same] === minute[same]) same++;
    if (same < MINUTE_LENGTH) {
      minute.set(bytes.subarray(start, start + MINUTE_LENGTH));
      epoch = minuteOf(Buffer.from(minute).toString('latin1'));
    }
    const at = start + MINUTE_LENGTH;
    const hasZone = withoutZone || bytes[end - 1] === ZULU;
    if (epoch === undefined || end < at + 4 || bytes[at] !== COLON || !hasZone) return false;
    const tens = (bytes[at + 1] as number) - ZERO;
    const ones = (bytes[at + 2] as number) - ZERO;
    if (tens < 0 || tens > 5 || ones < 0 || ones > 9) return false;
    let nanos = tens * 10 + ones;
    let unit = 1_000_000_000;
    nanos *= unit;
    if (end - 1 > at + 3) {
      if (bytes[at + 3] !== DOT || end - 1 === at + 4) return false;
      for (let i = at + 4; i < end - 1; i++) {
        const digit = (bytes[i] as number) - ZERO;
        if (digit < 0 || digit > 9) return false;
        unit /= 10;
        if (unit >= 1) nanos += digit * unit;
      }
    }
    const sum = epoch.low + nanos;
    into.low = sum % WORD;
    into.high = epoch.high + Math.floor(sum / WORD);
    into.ms = epoch.ms + Math.floor(nanos / 1_000_000);
    return true;
  };
};

const ZERO = 0x30;
const COLON = 0x3a;
const DOT = 0x2e;
const ZULU = 0x5a;

const minuteOf = (text: string): Instant | undefined => {
  const ms = Date.parse(`${text}:00Z`);
  // Also rules out what Date would take for another day, such as 30 February.
  const exact = ms >= 0 && ms < LAST_MS && new Date(ms).toISOString().startsWith(text);
  return exact ? instantOf(ms) : undefined;
};
