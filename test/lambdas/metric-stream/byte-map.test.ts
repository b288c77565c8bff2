import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { newArena } from '../../../lambdas/metric-stream/arena.ts';
import { byteMap } from '../../../lambdas/metric-stream/byte-map.ts';

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const bytes = (text: string): DataView => view(Buffer.from(text));

test('a value is found by equal bytes, wherever they are', () => {
  const map = byteMap<number>(newArena());
  map.set(bytes('..0123456789abc..'), 2, 15, 1);
  expect(map.get(bytes('0123456789abc'), 0, 13)).toBe(1);
  expect(map.get(bytes('.....0123456789abc'), 5, 18)).toBe(1);
});

test('bytes that differ anywhere, or are more or fewer, are another key', () => {
  const key = Uint8Array.from({ length: 23 }, (_, i) => i);
  const map = byteMap<number>(newArena());
  map.set(view(key), 0, 23, 1);
  for (let at = 0; at < 23; at++) {
    const other = Uint8Array.from(key);
    other[at] = 99;
    expect(map.get(view(other), 0, 23)).toBeUndefined();
  }
  expect(map.get(view(key), 0, 22)).toBeUndefined();
  expect(map.get(view(key), 1, 23)).toBeUndefined();
});

test('a key stays as it was when its bytes are written over', () => {
  const key = Buffer.from('0123456789');
  const map = byteMap<number>(newArena());
  map.set(view(key), 0, 10, 1);
  key.fill(0);
  expect(map.get(bytes('0123456789'), 0, 10)).toBe(1);
});

test('any value found is the one that was set for the same bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 30 }), (keys) => {
      const map = byteMap<string>(newArena());
      for (const key of keys) map.set(view(key), 0, key.length, key.join());
      for (const key of keys) {
        const expected = key.length < 8 ? undefined : key.join();
        expect(map.get(view(key), 0, key.length)).toBe(expected);
      }
    }),
  );
});

// Found by search.
test.each([
  ['of its length', 'instance-18788', 'instance-88781'],
  ['of its length and end', 'instance-134468-shop', 'instance-153353-shop'],
  ['that begins with it', 'instancephdxad1n', 'instance'],
])('a second key of a hash, %s, is not found, and does not hide the first', (_, first, second) => {
  const map = byteMap<number>(newArena());
  map.set(bytes(first), 0, first.length, 1);
  map.set(bytes(second), 0, second.length, 2);
  expect(map.get(bytes(first), 0, first.length)).toBe(1);
  expect(map.get(bytes(second), 0, second.length)).toBeUndefined();
});

test('a short key is not kept, wherever it is', () => {
  const map = byteMap<number>(newArena());
  map.set(bytes('...abc'), 3, 6, 1);
  expect(map.get(bytes('...abc'), 3, 6)).toBeUndefined();
});
