/** A place in bytes. What reads them moves it on. */
export interface Cursor {
  at: number;
}

/**
 * Reads a JSON number at the cursor, as Java writes it. It is the very double that `Number` reads, without making a text: a
 * third of the time. The caller looks at what follows.
 * @returns NaN if there is none, or one that is left to `Number`: of many digits, a large power of ten or another form
 */
export const readDecimal = (bytes: Uint8Array, cursor: Cursor): number => {
  const isNegative = bytes[cursor.at] === MINUS;
  if (isNegative) cursor.at++;

  const first = cursor.at;
  let high = readDigits(bytes, cursor, 0, HIGH_DIGITS);
  const wholeDigits = cursor.at - first;
  if (wholeDigits === 0 || (wholeDigits > 1 && bytes[first] === ZERO)) return NaN;

  let low = 0;
  let lowDigits = 0;
  let scale = 0;
  if (bytes[cursor.at] === POINT) {
    const fraction = ++cursor.at;
    high = readDigits(bytes, cursor, high, HIGH_DIGITS - wholeDigits);
    const lowStart = cursor.at;
    low = readDigits(bytes, cursor, 0, LOW_DIGITS);
    lowDigits = cursor.at - lowStart;
    scale = cursor.at - fraction;
    if (scale === 0) return NaN;
  }
  if (bytes[cursor.at] === UPPER_E) {
    const isSmall = bytes[++cursor.at] === MINUS;
    if (isSmall) cursor.at++;
    const exponentStart = cursor.at;
    const exponent = readDigits(bytes, cursor, 0, 3);
    if (cursor.at === exponentStart) return NaN;
    scale += isSmall ? exponent : -exponent;
  }
  if (isDigit(bytes[cursor.at])) return NaN;
  const size = scaled(high, low, lowDigits, scale);
  return isNegative ? -size : size;
};

/** `number` with the digits at the cursor behind its own, `most` at most. */
const readDigits = (bytes: Uint8Array, cursor: Cursor, number: number, most: number): number => {
  const start = cursor.at;
  const end = start + most;
  let at = start;
  let read = number;
  for (let byte = bytes[at]; at < end && isDigit(byte); byte = bytes[++at]) read = read * 10 + (byte - ZERO);
  cursor.at = at;
  return read;
};

const isDigit = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= ZERO && byte <= NINE;

/** So many digits are below 2^53. */
const HIGH_DIGITS = 15;
/** With so many more, what the integer lacks to the nearest double is exact. */
const LOW_DIGITS = 7;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_E = 0x45;

/** The powers of ten that a double holds exactly. */
const POWERS: readonly number[] = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * `high` and then `low`, which has `lowDigits`, as one integer, over 10^`scale`. Where integer and power are exact doubles,
 * their quotient or product is rounded once, hence right (Clinger, How to read floating point numbers accurately, 1990).
 */
const scaled = (high: number, low: number, lowDigits: number, scale: number): number => {
  const shift = POWERS[lowDigits] ?? NaN;
  const power = POWERS[Math.abs(scale)] ?? NaN;
  const integer = high * shift + low;
  if (!(integer > Number.MAX_SAFE_INTEGER)) return scale < 0 ? integer * power : integer / power;
  return scale < 0 ? NaN : quotient(high, shift, low, power);
};

/**
 * `(high * shift + low) / power`, rounded right: an estimate, and how much it lacks. The remainder is exact but for the
 * rounding of its last sum and of its division, so `lack` is known to two units of its last place: `margin`.
 * @returns NaN if the result is so near the middle between two doubles that the margin decides
 */
const quotient = (high: number, shift: number, low: number, power: number): number => {
  const upper = high * shift;
  const lower = productError(high, shift, upper) + low;
  const estimate = upper / power;
  const product = estimate * power;
  const lack = (upper - product - productError(estimate, power, product) + lower) / power;
  const margin = Math.abs(lack) * 2 ** -51;
  const rounded = estimate + (lack - margin);
  return rounded === estimate + (lack + margin) ? rounded : NaN;
};

/** `a * b - product`, exactly, if `product` is the double nearest to it (Dekker, A floating-point technique, 1971). */
const productError = (a: number, b: number, product: number): number => {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
};

/** The upper 26 bits of a double. */
const upperHalf = (number: number): number => {
  const shifted = number * (2 ** 27 + 1);
  return shifted - (shifted - number);
};
