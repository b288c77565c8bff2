import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { albFormat } from '../../../support/factories/log-formats.ts';
import { skipReason } from '../../../../lambdas/log-lines/log-formats.ts';
import { metricStreamFormat } from '../../../../lambdas/metric-stream/format.ts';
import { ALB_KEY, albText, range, storedLines } from '../../../support/factories/alb-object.ts';
import { BUCKET, createForwarder } from '../../../support/harness/forwarder.ts';
import { type Fault, type StoreRequest } from '../../../../bin/local/emulators/object-store.ts';
import { scout, store, useScoutAndStore } from '../../../support/harness/scout-and-store.ts';
import { attributesOf } from '../../../../bin/local/emulators/scout/otlp.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
let gets: StoreRequest[];
beforeEach(() => {
  forwarder = create();
  gets = [];
});
afterEach(() => forwarder.close());

const create = (
  settings: Record<string, string> = {},
  more: Partial<Parameters<typeof createForwarder>[0]> = {},
) =>
  createForwarder({ store, environment: { ...scout.environment, BATCH_SIZE: '100', ...settings }, ...more });
/** The GETs fail so, one after the other. */
const failGets = (...faults: readonly (Fault | undefined)[]): void => {
  store.misbehave = (request) => {
    if (request.method !== 'GET') return undefined;
    gets.push(request);
    return faults[gets.length - 1];
  };
};
/** Sorted: several requests are in flight at once. */
const stored = (): number[] => storedLines(scout).toSorted((a, b) => a - b);
const LINES = 400;
const TEXT = albText(LINES);

describe("S3's body", () => {
  test.each(['reset', 'close'] as const)(
    'that breaks off (%s) is read on, and each line arrives once',
    async (how) => {
      const object = forwarder.put(ALB_KEY, TEXT);
      failGets({ cut: { bytes: 100_000, how } });
      expect(await forwarder.receive(object)).toBe(true);
      expect(stored()).toEqual(range(1, LINES));
      expect(gets).toHaveLength(2);
      expect(gets[1]?.headers).toMatchObject({
        range: expect.stringMatching(/^bytes=\d+-$/),
        'if-match': expect.anything(),
      });
      expect(forwarder.account()).toMatchObject({ read: LINES, delivered: LINES, continued: 0 });
    },
  );

  test('that breaks off again: the whole lines before it are sent, the rest goes back', async () => {
    const object = forwarder.put(ALB_KEY, TEXT);
    failGets({ cut: { bytes: 60_000, how: 'close' } }, { cut: { bytes: 60_000, how: 'close' } });
    expect(await forwarder.receive(object)).toBe(true);
    const lines = stored();
    const [item] = forwarder.queued;
    expect(lines.length).toBeGreaterThan(50);
    expect(lines).toEqual(range(1, lines.length));
    expect(forwarder.queued).toMatchObject([{ fromLine: lines.length + 1, attempt: 1, delaySeconds: 45 }]);
    expect(item?.toLine).toBeUndefined();
    expect(forwarder.account()).toMatchObject({
      'error.type': 'object_unreadable',
      reason: expect.stringContaining('cannot read s3://logs/'),
    });

    failGets();
    expect(await forwarder.receive(item)).toBe(true);
    expect(stored()).toEqual(range(1, LINES));
  });

  test('that never begins: the message waits', async () => {
    const object = forwarder.put(ALB_KEY, TEXT);
    const slowDown = { error: { status: 503, code: 'SlowDown' } };
    failGets(slowDown, slowDown);
    expect(await forwarder.receive(object)).toBe(false);
    expect(forwarder.visibility).toEqual([45]);
    expect(scout.count()).toBe(0);
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 0, ObjectsDeadLettered: 0 });
  });
});

describe('gzip', () => {
  const GZIP = gzipSync(TEXT);

  test('that breaks off: the whole lines before it are sent, the rest is dead-lettered with the reason', async () => {
    expect(await forwarder.receive(forwarder.put(ALB_KEY, GZIP.subarray(0, GZIP.length - 2000)))).toBe(true);
    const lines = stored();
    expect(lines.length).toBeGreaterThan(LINES / 2);
    expect(lines.length).toBeLessThan(LINES);
    expect(lines).toEqual(range(1, lines.length));
    expect(forwarder.deadLetters).toMatchObject([
      {
        bucket: BUCKET,
        key: ALB_KEY,
        fromLine: lines.length + 1,
        error: { type: 'corrupt_gzip', message: 'truncated gzip: unexpected end of file' },
      },
    ]);
    // The cut line is not sent as if it were whole.
    for (const { record } of scout.logs())
      expect(attributesOf(record.attributes)['error.type']).not.toBe('unparsable_line');
    expect(forwarder.account()).toMatchObject({ read: lines.length, delivered: lines.length });
    expect(forwarder.report()).toMatchObject({
      ObjectsDeadLettered: 1,
      ObjectsForwarded: 0,
      LedgerImbalance: 0,
    });
    expect(forwarder.queued).toEqual([]);
  });

  test('that is corrupt: the whole lines before the fault are sent, the rest is dead-lettered with the reason', async () => {
    const corrupt = Buffer.from(GZIP);
    corrupt.fill(0xff, GZIP.length - 3000, GZIP.length - 2900);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, corrupt))).toBe(true);
    const [letter] = forwarder.deadLetters;
    expect(letter).toMatchObject({
      error: { type: 'corrupt_gzip', message: expect.stringMatching(/^corrupt gzip: /) },
    });
    expect(stored()).toEqual(range(1, (letter?.fromLine ?? 0) - 1));
    expect(stored().length).toBeGreaterThan(100);
  });

  test('that holds nothing but its magic bytes is dead-lettered whole', async () => {
    expect(await forwarder.receive(forwarder.put(ALB_KEY, Buffer.of(0x1f, 0x8b)))).toBe(true);
    expect(forwarder.deadLetters).toMatchObject([{ fromLine: 1, error: { type: 'corrupt_gzip' } }]);
  });

  test('in several members, padded, under a name that does not say so, is whole', async () => {
    const halves = [TEXT.slice(0, 50_000), TEXT.slice(50_000)].map((half) => gzipSync(half));
    const object = forwarder.put('alb/copy.log', Buffer.concat([...halves, Buffer.alloc(512)]));
    expect(await forwarder.receive(object)).toBe(true);
    expect(stored()).toEqual(range(1, LINES));
  });

  test('followed by other bytes is sent whole, and the log says that they were ignored', async () => {
    const object = forwarder.put(
      ALB_KEY,
      Buffer.concat([gzipSync(albText(2)), Buffer.from('\r\n--boundary--\r\n')]),
    );
    expect(await forwarder.receive(object)).toBe(true);
    expect(stored()).toEqual([1, 2]);
    expect(forwarder.deadLetters).toEqual([]);
    expect(forwarder.logged).toContainEqual({
      level: 'warn',
      message: 'bytes after gzip ignored',
      bucket: BUCKET,
      key: ALB_KEY,
    });
  });

  test('in name only is read as it is', async () => {
    expect(await forwarder.receive(forwarder.put('alb/copy.log.gz', TEXT))).toBe(true);
    expect(stored()).toEqual(range(1, LINES));
  });
});

describe('an object', () => {
  test('overwritten since the event is done: the new one has its own event', async () => {
    const object = forwarder.put(ALB_KEY, TEXT);
    forwarder.put(ALB_KEY, albText(5));
    expect(await forwarder.receive(object)).toBe(true);
    expect(scout.count()).toBe(0);
    expect([forwarder.queued, forwarder.deadLetters]).toEqual([[], []]);
    expect(forwarder.logged).toContainEqual(
      expect.objectContaining({
        level: 'info',
        message: 'skipped',
        reason: expect.stringContaining('PreconditionFailed'),
      }),
    );
    expect(forwarder.report()).toMatchObject({ ObjectsSkipped: 1, ObjectsForwarded: 0 });
  });

  test('overwritten while it is read is not read on', async () => {
    const object = forwarder.put(ALB_KEY, TEXT);
    store.misbehave = ({ method }) => {
      if (method === 'GET') queueMicrotask(() => void store.put(BUCKET, ALB_KEY, 'another'));
      return method === 'GET' ? { cut: { bytes: 60_000, how: 'close' } } : undefined;
    };
    expect(await forwarder.receive(object)).toBe(true);
    expect(stored()).toEqual(range(1, stored().length));
    expect([forwarder.queued, forwarder.deadLetters]).toEqual([[], []]);
  });

  test('that is gone is dead-lettered', async () => {
    const item = { bucket: BUCKET, key: 'alb/gone.log.gz', fromLine: 7, attempt: 3 };
    expect(await forwarder.receive(item)).toBe(true);
    expect(forwarder.deadLetters).toEqual([
      {
        bucket: BUCKET,
        key: 'alb/gone.log.gz',
        fromLine: 7,
        error: {
          type: 'object_gone',
          message: expect.stringMatching(/^cannot read s3:\/\/logs\/alb\/gone\.log\.gz: NoSuchKey/),
        },
      },
    ]);
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 1, ObjectsForwarded: 0 });
  });

  test('that is gone is done with, where we delete what was delivered', async () => {
    forwarder = create({ DELETE_PROCESSED_FILES: 'true' });
    expect(await forwarder.receive({ bucket: BUCKET, key: 'alb/gone.log.gz' })).toBe(true);
    expect([forwarder.queued, forwarder.deadLetters]).toEqual([[], []]);
    expect(forwarder.report()).toMatchObject({ ObjectsSkipped: 1, ObjectsForwarded: 0 });
  });

  test('that we may not read is dead-lettered with the reason', async () => {
    const object = forwarder.put(ALB_KEY, TEXT);
    failGets({ error: { status: 403, code: 'AccessDenied' } });
    expect(await forwarder.receive(object)).toBe(true);
    expect(gets).toHaveLength(1);
    expect(forwarder.deadLetters).toMatchObject([
      { key: ALB_KEY, error: { type: 'access_denied', message: expect.stringContaining('AccessDenied') } },
    ]);
  });

  test.each([
    ['binary', 'wrong_format', Buffer.concat([Buffer.of(0, 1, 2), Buffer.from(TEXT)])],
    ['UTF-16', 'wrong_format', Buffer.from(TEXT, 'utf16le')],
    [
      'prose',
      'wrong_format',
      Buffer.from('These are words and not the fields of any log at all, my dear\n'.repeat(150)),
    ],
    ['lines only behind the first hundred', 'wrong_format', Buffer.from('broken\n'.repeat(100) + TEXT)],
    ['Parquet', 'unsupported_format', Buffer.from(`PAR1${TEXT}`)],
  ])('that is something else (%s) is dead-lettered as %s with nothing sent', async (_what, type, body) => {
    expect(await forwarder.receive(forwarder.put(ALB_KEY, gzipSync(body)))).toBe(true);
    expect(scout.count()).toBe(0);
    expect(forwarder.deadLetters).toMatchObject([{ fromLine: 1, error: { type } }]);
  });

  test('whose unreadable beginning breaks off is dead-lettered for that', async () => {
    const words = range(1, 200).map((n) => createHash('sha512').update(`${n}`).digest('hex'));
    const cut = gzipSync(words.join('\n')).subarray(0, 5000);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, cut))).toBe(true);
    expect(scout.count()).toBe(0);
    expect(forwarder.deadLetters).toMatchObject([{ fromLine: 1, error: { type: 'corrupt_gzip' } }]);
  });

  test('with unreadable lines among readable ones is forwarded whole', async () => {
    expect(await forwarder.receive(forwarder.put(ALB_KEY, gzipSync('broken\n'.repeat(99) + TEXT)))).toBe(
      true,
    );
    expect(forwarder.account()).toMatchObject({ read: 99 + LINES, delivered: 99 + LINES });
    expect(forwarder.deadLetters).toEqual([]);
  });

  test('is opened by the same head where a work item begins in its middle', async () => {
    forwarder.put(ALB_KEY, gzipSync('broken\n'.repeat(100) + TEXT));
    expect(await forwarder.receive({ bucket: 'logs', key: ALB_KEY, fromLine: 101, toLine: 102 })).toBe(true);
    expect(forwarder.deadLetters).toMatchObject([{ fromLine: 101, error: { type: 'wrong_format' } }]);
  });

  test('of metrics in another format is dead-lettered as no metric-stream JSON', async () => {
    forwarder = create({}, { formats: (settings) => () => metricStreamFormat(settings) });
    expect(await forwarder.receive(forwarder.put('metrics/k', '{"resourceMetrics":[]}\n'))).toBe(true);
    expect(scout.count()).toBe(0);
    expect(forwarder.deadLetters).toMatchObject([
      { error: { type: 'wrong_format', message: expect.stringMatching(/^not metric-stream JSON/) } },
    ]);
  });

  test('under such a prefix of another bucket is forwarded like any other', async () => {
    store.put('elsewhere', 'rejected/a.log', TEXT);
    expect(await forwarder.receive({ bucket: 'elsewhere', key: 'rejected/a.log' })).toBe(true);
    expect(stored()).toEqual(range(1, LINES));
  });

  test.each([
    ['of another kind', `alb/AWSLogs/123456789012/ELBAccessLogTestFile`, 'hello\n', /test file/],
    ['that is empty', ALB_KEY, '', /zero-byte/],
    ['under the rejected prefix', `rejected/${ALB_KEY}`, TEXT, /^under rejected\/$/],
  ])('%s is skipped with a log line, and counted', async (_what, key, body, reason) => {
    forwarder = create(
      {},
      {
        formats: (settings) => (key, size) => {
          const skip = skipReason(key, size);
          return skip === undefined ? albFormat(settings) : { skip };
        },
      },
    );
    failGets();
    expect(await forwarder.receive(forwarder.put(key, body))).toBe(true);
    expect(gets).toEqual([]);
    expect(forwarder.logged).toEqual([
      { level: 'info', message: 'skipped', bucket: BUCKET, key, reason: expect.stringMatching(reason) },
    ]);
    expect(forwarder.report()).toMatchObject({ ObjectsSkipped: 1, ObjectsForwarded: 0, RecordsRead: 0 });
  });
});
