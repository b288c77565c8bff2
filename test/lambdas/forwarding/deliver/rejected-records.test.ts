import { expect, test } from 'vitest';
import { rejectedKey } from '../../../../lambdas/forwarding/deliver/rejected-records.ts';

const LINES = { fromLine: 3, toLine: 40 };
const keyOf = (key: string, etag: string | undefined = '"0123456789abcdef"') =>
  rejectedKey('rejected/', { bucket: 'logs', key, etag }, LINES);

test('the file of rejected records is named by key, entity tag and lines', () => {
  expect(keyOf('alb/a.log')).toBe('rejected/alb/a.log/01234567-3-40.ndjson');
  expect(keyOf('alb/a.log', 'fedcba9876543210')).toBe('rejected/alb/a.log/fedcba98-3-40.ndjson');
  const name = rejectedKey('rejected/', { bucket: 'logs', key: 'alb/a.log' }, LINES);
  expect(name).toBe('rejected/alb/a.log/no-etag-3-40.ndjson');
});

test('a name of 1,024 bytes is not cut', () => {
  const key = 'k'.repeat(1024 - 'rejected//01234567-3-40.ndjson'.length);
  expect(keyOf(key)).toBe(`rejected/${key}/01234567-3-40.ndjson`);
});

test.each(['k', 'é', '界', '😀'])(
  'a key of many %s gives a file name of at most 1,024 bytes',
  (character) => {
    const longest = character.repeat(Math.floor(1024 / Buffer.byteLength(character)));
    const name = keyOf(longest);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(name)).toBeGreaterThan(1020);
    expect(name).not.toContain('\uFFFD');
    expect(name).toMatch(/~[\da-f]{16}\/01234567-3-40\.ndjson$/);
    expect(keyOf(longest)).toBe(name);
  },
);

test('two long keys that differ only at their end have two files', () => {
  expect(keyOf(`${'k'.repeat(1023)}a`)).not.toBe(keyOf(`${'k'.repeat(1023)}b`));
});
