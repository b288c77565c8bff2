import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { TRUNCATED_LINE_BYTES } from '../../../../lambdas/forwarding/read/line-blocks.ts';
import type { Forwarded } from '../../../support/harness/forward-stream.ts';

/** How large a bomb is, decompressed; more for those who have the time. */
const BOMB_GIB = process.env['BOMB_GIB'] ?? '1';
/** A bomb takes about 80 MB; a busy machine collects garbage late, so the bound is the one for every object. */
const FLAT_BYTES = 256 * 1000 * 1000;
const PROGRAM = fileURLToPath(new URL('../../../support/harness/forward-stream.ts', import.meta.url));

/** Forwards an object of one byte over and over in a process of its own. */
const forward = async (
  pipeline: string,
  byte: string,
  gibibytes: string,
  encoding: string,
): Promise<Forwarded> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    PROGRAM,
    pipeline,
    String(byte.charCodeAt(0)),
    gibibytes,
    encoding,
  ]);
  const forwarded = JSON.parse(stdout) as Forwarded;
  expect(forwarded.failures).toBe(0);
  expect(forwarded.memory).toBeLessThan(FLAT_BYTES);
  return forwarded;
};

describe('memory stays flat', { timeout: 180_000 }, () => {
  test('for a decompression bomb of zeros, which is not a log and goes to the dead-letter queue', async () => {
    const { requests, deadLetters, kept, seconds } = await forward('logs', '\0', BOMB_GIB, 'gzip');
    expect(requests).toEqual([]);
    expect(kept).toEqual([]);
    expect(deadLetters).toMatchObject([
      {
        attributes: { 'error.type': 'wrong_format' },
        body: '{"bucket":"b","key":"k.log.gz","etag":"e","fromLine":1}',
      },
    ]);
    expect(seconds).toBeLessThan(120);
  });

  test('for a bomb that is one line, which is not a log and goes to the dead-letter queue', async () => {
    const { requests, deadLetters } = await forward('logs', 'x', BOMB_GIB, 'gzip');
    expect(requests).toEqual([]);
    expect(deadLetters).toMatchObject([{ attributes: { 'error.type': 'wrong_format' } }]);
  });

  test('for a line of 1 GiB that is no metric, of which the first 64 KiB are kept', async () => {
    const { requests, kept, account } = await forward('metrics', 'x', '1', 'plain');
    expect(requests).toEqual([]);
    expect(account).toMatchObject({ read: 1, rejected: 1 });
    expect(kept).toEqual([
      expect.toSatisfy(
        (bytes: number) => bytes > TRUNCATED_LINE_BYTES && bytes < TRUNCATED_LINE_BYTES + 1000,
      ),
    ]);
  });
});
