import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readPrices } from '../../../bin/estimate/prices-file.ts';
import { PRICES } from '../../../lib/prices.ts';

const folder = mkdtempSync(join(tmpdir(), 'prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
  const path = join(folder, 'prices.json');
  writeFileSync(path, text);
  return readPrices(path);
};

describe('--prices', () => {
  test('replaces the list prices that it names', () => {
    expect(read('{"perGbOut": 0.05, "perDashboard": 0}')).toEqual({
      ...PRICES,
      perGbOut: 0.05,
      perDashboard: 0,
    });
    expect(readPrices(undefined)).toEqual(PRICES);
  });

  test.each<[string, string]>([
    ['{"perGb": 1}', 'there is no price perGb; the names are perMillionScoutLogRecords, '],
    ['{"toString": 1}', 'there is no price toString'],
    ['{"perGbOut": "0.05"}', 'perGbOut is "0.05"; it must be a number of dollars, 0 or more'],
    ['{"perGbOut": -1}', 'perGbOut is -1; it must be'],
    [
      '{"perGbOut": null, "x": 1}',
      'perGbOut is null; it must be a number of dollars, 0 or more. there is no price x',
    ],
    ['[1]', 'is not a JSON object; it must be one such as {"perGbOut": 0.09}'],
    ['perGbOut=1', 'is not a JSON object'],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test('names a file that cannot be read', () => {
    expect(() => readPrices(join(folder, 'none.json'))).toThrow(
      /^--prices .*none\.json cannot be read: ENOENT/,
    );
  });
});
