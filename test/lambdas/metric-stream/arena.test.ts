import { expect, test } from 'vitest';
import { newArena } from '../../../lambdas/metric-stream/arena.ts';

const CHUNK_BYTES = 64 * 1024;

test('copies are side by side in one memory until it is full', () => {
  const { keep } = newArena();
  const first = keep(Buffer.from('first'));
  const last = keep(new Uint8Array(CHUNK_BYTES - first.length).fill(7));
  const further = keep(Buffer.from('x'));
  expect(Buffer.from(first).toString()).toBe('first');
  expect(last.buffer).toBe(first.buffer);
  expect(further.buffer).not.toBe(first.buffer);
});
