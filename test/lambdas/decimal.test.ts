import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { javaDouble } from '../../bin/local/samples/metric-lines.ts';
import { readDecimal } from '../../lambdas/decimal.ts';

/** The number at the start of `text`, and how many characters it takes. */
const read = (text: string) => {
  const cursor = { at: 0 };
  const number = readDecimal(Buffer.from(text), cursor);
  return { number, length: cursor.at };
};

const isReadOrLeft = (text: string): boolean => {
  const { number } = read(text);
  return Number.isNaN(number) || number === Number(text);
};

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((all) => all.join(''));
const whole = digits(1, 15).map((all) => all.replace(/^0+(?=.)/, ''));

test.each([
  '0',
  '-0.0',
  '7',
  '3.0',
  '100',
  '123456789012345',
  '0.1',
  '10.620300964027805',
  '1402.6345109651527',
  '8.77130197E8',
  '1.66666666666667E-4',
  '1E22',
  '1E-22',
  '0.000000000000000000001',
  '999999999999999.9999999',
])('%s is the number that JSON.parse reads', (text) => {
  expect(read(text)).toEqual({ number: JSON.parse(text), length: text.length });
});

test.each([
  ['nothing', ''],
  ['a minus alone', '-'],
  ['a zero too many', '01'],
  ['no digit before the point', '.5'],
  ['none behind it', '1.'],
  ['none in the exponent', '1E'],
  ['a plus', '+1'],
  ['a word', 'NaN'],
  ['16 digits before the point', '1234567890123456'],
  ['23 digits', '0.1234567890123456789012'],
  ['a power of ten beyond what a double holds exactly', '1E23'],
  ['the same, below one', '1E-23'],
  ['an exponent without end', '1E0000'],
])('%s is left to Number', (_, text) => {
  expect(read(text).number).toBeNaN();
});

test('what follows is left', () => {
  expect(read('-1.5E-2,"min":2')).toEqual({ number: -0.015, length: 7 });
  expect(read('12}')).toEqual({ number: 12, length: 2 });
});

test('any double of usual size, as Java writes it, is read to the last bit', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 1e15, noNaN: true }), fc.boolean(), (size, isNegative) => {
      const text = javaDouble(isNegative ? -size : size);
      expect(read(text)).toEqual({ number: Number(text), length: text.length });
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  '0.0009108969000870282',
  '0.0010032890230933948',
  '0.00009435283737832689',
  '0.000009037102865587563',
])('%s, next to the middle between two doubles, is read to the last bit or left to Number', (text) => {
  expect(isReadOrLeft(text)).toBe(true);
});

test('any other number is read to the last bit, or left to Number', () => {
  fc.assert(
    fc.property(whole, digits(1, 10), digits(0, 10), fc.integer({ min: -25, max: 25 }), (...parts) => {
      const [integer, fraction, more, exponent] = parts;
      const text = `${integer}.${fraction}${more}E${exponent}`;
      expect(isReadOrLeft(text)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test('the middle between two doubles is read as the even one, or left to Number', () => {
  const doubleAtLeast2To52 = fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n });
  fc.assert(
    fc.property(
      doubleAtLeast2To52,
      fc.integer({ min: 4, max: 9 }),
      fc.constantFrom(-1n, 0n, 1n),
      (m, bits, off) => {
        const fraction = ((2n * m + 1n) * 5n ** BigInt(bits) + off).toString();
        const text = `${fraction.slice(0, -bits)}.${fraction.slice(-bits)}`;
        expect(isReadOrLeft(text)).toBe(true);
      },
    ),
    { numRuns: 20_000 },
  );
});
