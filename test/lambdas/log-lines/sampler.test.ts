import { describe, expect, test } from 'vitest';
import { sampler } from '../../../lambdas/log-lines/sampler.ts';
import { attributesOfRecord } from '../../support/factories/encoded-record.ts';

const ALWAYS = 'f'.repeat(32);

const attributesAt = (rate: number) => {
  const { words, length } = sampler(rate)(ALWAYS, '') ?? expect.fail('the record is left out');
  return attributesOfRecord(new Uint8Array(words.buffer, 0, length));
};

const rateOf = (threshold: number): number => 1 - threshold / 2 ** 48;

describe('sampler', () => {
  test.each([
    [1, '0'],
    [0.5, '8'],
    [0.75, '4'],
    [1 - 0x101 / 0x1000, '101'],
    [1 - 1 / 256, '01'],
    [0.1, 'e66666666666'],
  ])('a rate of %d has the threshold %s', (rate, threshold) => {
    expect(attributesAt(rate)).toEqual({ 'sampling.threshold': threshold, 'sampling.rate': rate });
  });

  test.each([
    ['f'.repeat(18) + '80000000000000', true],
    ['0'.repeat(18) + '80000000000000', true],
    ['f'.repeat(18) + '7fffffffffffff', false],
    ['0'.repeat(18) + 'ffffffffffffff', true],
  ])('decides by the last 56 bits of the trace id %s: %s', (traceId, isKept) => {
    expect(sampler(0.5)(traceId, '') !== undefined).toBe(isKept);
  });

  test('leaves every record out at a rate of 0', () => {
    expect(sampler(0)(ALWAYS, '')).toBeUndefined();
  });

  test('decides by a hash of the uid where there is no trace id', () => {
    // SHA-256 of `abc` begins with ba7816bf8f01.
    expect(sampler(rateOf(0xba7816bf8f01))(undefined, 'abc')).toBeDefined();
    expect(sampler(rateOf(0xba7816bf8f02))(undefined, 'abc')).toBeUndefined();
  });
});
