import { compress } from '../../../lambdas/scout/compression.ts';
import { withEncoder } from '../../support/factories/encoder.ts';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ReadError } from '../../../lambdas/aws/objects.ts';
import type { Dependencies } from '../../../lambdas/forwarding/dependencies.ts';
import { forwardObject } from '../../../lambdas/forwarding/forward-object.ts';
import { IN_FLIGHT, type InvocationLimits, withinLimit } from '../../../lambdas/forwarding/limits.ts';
import type { WorkItem } from '../../../lambdas/forwarding/event/work-item.ts';
import type { Outcome } from '../../../lambdas/scout/outcome.ts';
import { readFunctionSettings } from '../../../lambdas/function-settings.ts';
import { textFormat } from '../../support/harness/simulation/text-format.ts';

const ACCEPTED: Outcome = { type: 'accepted', rejected: 0, message: '' };
const CALL: InvocationLimits = { remainingMs: () => 300_000, receives: 1 };
const WORK: WorkItem = { bucket: 'b', key: 'k' };

/** A Scout that responds on demand, and an object whose chunks are counted. */
const createEdges = (chunks: readonly (string | Buffer)[]) => {
  const requests: { records: string[]; respond: (outcome: Outcome) => void }[] = [];
  const source = { given: 0, closed: false };
  const dependencies: Dependencies = {
    settings: readFunctionSettings({
      SCOUT_ENDPOINT: 'https://scout.example.com',
      SCOUT_TOKEN_URL: 'https://scout.example.com/token',
      SCOUT_SECRET_NAME: 'secret',
      BATCH_SIZE: '2',
    }),
    objects: {
      open: async () => ({
        etag: 'e',
        bytes: (async function* () {
          try {
            for (const chunk of chunks) {
              source.given++;
              yield Buffer.from(chunk);
            }
          } finally {
            source.closed = true;
          }
        })(),
      }),
      list: async function* () {},
      put: async () => {},
      remove: async () => {},
    },
    queue: { send: async () => {}, changeVisibility: async () => {} },
    scout: {
      compress: async (request) => compress('gzip', request, 'logs'),
      export: async (_path, body) => {
        const { promise, resolve } = Promise.withResolvers<Outcome>();
        const records = gunzipSync(body.bytes).toString().split('\n').slice(0, -1);
        requests.push({ records, respond: resolve });
        return { outcome: await promise, requests: 1, retries: 0, bytes: body.bytes.length };
      },
    },
    now: Date.now,
    monotonicNow: () => performance.now(),
    random: Math.random,
    print: () => {},
  };
  /** Waits until nothing more happens without a response. */
  const settled = async (): Promise<void> => {
    for (let quiet = 0, seen = ''; quiet < 5;) {
      await new Promise((done) => setTimeout(done, 10));
      const now = `${requests.length} ${source.given}`;
      quiet = now === seen ? quiet + 1 : 0;
      seen = now;
    }
  };
  return { dependencies, requests, source, settled };
};
/** Requests are compressed beside one another and may overtake each other; here they stand as their lines do. */
const inOrder = <Request extends { readonly records: readonly string[] }>(
  requests: readonly Request[],
): Request[] => requests.toSorted((a, b) => firstLine(a.records) - firstLine(b.records));
const firstLine = ([record = '']: readonly string[]): number => Number(/\d+/.exec(record)?.[0]);
/** Two lines make a batch; this many lines are begun before the first response. */
const BEGUN = 2 * IN_FLIGHT;
const PAIRS = Array.from({ length: 20 }, (_, index) => `l${2 * index + 1}\nl${2 * index + 2}\n`);

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeEach(() => {
  vi.spyOn(console, 'info').mockImplementation(() => undefined);
  rejections.length = 0;
  process.on('unhandledRejection', onRejection);
});
afterEach(() => {
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
});

describe('while Scout is slow', () => {
  test('a few requests are in flight, one batch is ready, and no more is read', async () => {
    const many = Array.from({ length: 100 }, (_, pair) => PAIRS[pair % PAIRS.length] ?? '');
    const { dependencies, requests, source, settled } = createEdges(many);
    const forwarded = forwardObject(WORK, textFormat, dependencies, CALL);
    await vi.waitFor(() => expect(requests).toHaveLength(IN_FLIGHT));
    await settled();
    expect(requests).toHaveLength(IN_FLIGHT);
    // The head, and no more.
    expect(source.given).toBe(50);

    requests[1]?.respond(ACCEPTED);
    await vi.waitFor(() => expect(requests).toHaveLength(IN_FLIGHT + 1));
    await settled();
    expect(requests).toHaveLength(IN_FLIGHT + 1);
    for (let next = 0; next < many.length; next++) {
      // Those in flight, one ready, and the block in which that one was found to be full.
      expect(source.given).toBeLessThanOrEqual(Math.max(50, next + IN_FLIGHT + 3));
      await vi.waitFor(() => expect(requests.length).toBeGreaterThan(next));
      requests[next]?.respond(ACCEPTED);
    }
    expect(await forwarded).toMatchObject({
      verdicts: Array.from({ length: 100 }, () => ({ fate: 'done' })),
      ledger: { read: 200, delivered: 200 },
    });
    expect(requests.flatMap(({ records }) => records)).toHaveLength(200);
  });

  test('no request is in flight when the function returns, however the reading ended', async () => {
    const broken = Buffer.concat([gzipSync(PAIRS.slice(0, 3).join('')), Buffer.of(0x1f, 0x8b, 0)]);
    const { dependencies, requests, settled } = createEdges(Array.from(broken, (byte) => Buffer.of(byte)));
    let returned = false;
    const forwarded = forwardObject(WORK, textFormat, dependencies, CALL).finally(() => (returned = true));
    await vi.waitFor(() => expect(requests).toHaveLength(3));
    await settled();
    expect([requests.length, returned]).toEqual([3, false]);
    requests[0]?.respond(ACCEPTED);
    await settled();
    requests[1]?.respond(ACCEPTED);
    await settled();
    expect([requests.length, returned]).toEqual([3, false]);
    requests[2]?.respond(ACCEPTED);
    const { verdicts, ledger } = await forwarded;
    expect(verdicts.at(-1)).toMatchObject({ fate: 'dead', fromLine: 7, cause: { type: 'corrupt_gzip' } });
    expect(ledger).toMatchObject({ delivered: 6 });
  });

  test('a failure of one request lets the others end, and begins no more', async () => {
    const { dependencies, requests, settled } = createEdges(PAIRS);
    const forwarded = forwardObject(WORK, textFormat, dependencies, CALL);
    await vi.waitFor(() => expect(requests).toHaveLength(IN_FLIGHT));
    await settled();
    const [first, ...others] = inOrder(requests);
    first?.respond({ type: 'refused', reason: 'down' });
    await settled();
    expect(requests).toHaveLength(IN_FLIGHT);
    for (const { respond } of others) respond(ACCEPTED);
    const { verdicts, ledger } = await forwarded;
    expect(verdicts.filter(({ fate }) => fate !== 'done')).toMatchObject([
      { fate: 'later', fromLine: 1, toLine: 2, cause: { reason: 'down' } },
      { fate: 'later', fromLine: BEGUN + 1, toLine: undefined },
    ]);
    expect(ledger).toMatchObject({ read: BEGUN, delivered: BEGUN - 2, continued: 2 });
  });
});

const accepting = (chunks: readonly (string | Buffer)[]) => {
  const { dependencies, source } = createEdges(chunks);
  const scout: Dependencies['scout'] = {
    compress: async (request) => compress('gzip', request, 'logs'),
    export: async (_path, body) => ({ outcome: ACCEPTED, requests: 1, retries: 0, bytes: body.bytes.length }),
  };
  return { dependencies: { ...dependencies, scout }, source };
};

describe('the source is closed', () => {
  // Longer than the head, which is read at once.
  const many = Array.from({ length: 100 }, (_, index) => `l${2 * index + 1}\nl${2 * index + 2}\n`);
  const zipped = Array.from(gzipSync(many.join('')), (byte) => Buffer.of(byte));

  test.each<[string, WorkItem, InvocationLimits, readonly (string | Buffer)[], object]>([
    ['at its end', WORK, CALL, many, { fate: 'done', toLine: 200 }],
    ['at the end of a range', { ...WORK, toLine: 4 }, CALL, many, { fate: 'done', toLine: 4 }],
    [
      'after one batch, at a third receive',
      WORK,
      { ...CALL, receives: 3 },
      many,
      { fate: 'later', fromLine: 3 },
    ],
    ['of gzip too', WORK, { ...CALL, receives: 3 }, zipped, { fate: 'later', fromLine: 3 }],
    [
      'when time is short',
      WORK,
      { ...CALL, remainingMs: () => 14_000 },
      many,
      { fate: 'later', fromLine: 1 },
    ],
    [
      'when it is something else',
      WORK,
      CALL,
      ['OTHER\n', ...many],
      { fate: 'dead', cause: { type: 'wrong_format' } },
    ],
  ])('%s', async (_when, work, call, chunks, expected) => {
    const { dependencies, source } = accepting(chunks);
    const { verdicts } = await forwardObject(work, textFormat, dependencies, call);
    expect(verdicts.at(-1)).toMatchObject(expected);
    expect(source.closed).toBe(true);
  });
});

test('a read that stalls is aborted when time is up, and requests in flight complete', async () => {
  const { dependencies, requests, settled } = createEdges([]);
  const stalling: Dependencies = {
    ...dependencies,
    objects: {
      ...dependencies.objects,
      open: async (_object, signal) => ({
        etag: 'e',
        bytes: (async function* () {
          yield Buffer.from('l1\nl2\nl3\n');
          await new Promise((done) => signal?.addEventListener('abort', done));
          throw new ReadError('unreadable', 'AbortError: Request aborted');
        })(),
      }),
    },
  };
  // Reading is aborted ten seconds before the end.
  const limited = withinLimit(stalling, () => 10_050);
  const forwarded = forwardObject(WORK, textFormat, limited, CALL);
  await settled();
  await vi.waitFor(() => expect(requests).toHaveLength(2));
  for (const { respond } of requests) respond(ACCEPTED);
  const { verdicts, ledger } = await forwarded;
  expect(verdicts).toMatchObject([
    { fate: 'done', fromLine: 1, toLine: 2 },
    { fate: 'done', fromLine: 3, toLine: 3 },
    {
      fate: 'later',
      fromLine: 4,
      cause: { type: 'object_unreadable', reason: 'AbortError: Request aborted' },
    },
  ]);
  expect(ledger).toMatchObject({ read: 3, delivered: 3 });
});

const fail = (): never => {
  throw new TypeError('not a function');
};

describe('a defect of the forwarder', () => {
  test('after a response requeues the batch, which neither hangs nor is lost', async () => {
    const { dependencies, requests, settled } = createEdges(PAIRS);
    const faulty = withEncoder(textFormat, (encoder, limits) => {
      if (limits.records === Infinity) throw new RangeError('out of memory');
      return encoder;
    });
    const forwarded = forwardObject(WORK, faulty, dependencies, CALL);
    await vi.waitFor(() => expect(requests).toHaveLength(IN_FLIGHT));
    await settled();
    const [first, ...others] = inOrder(requests);
    first?.respond({ type: 'too_large', reason: '413' });
    await settled();
    for (const { respond } of others) respond(ACCEPTED);
    const { verdicts, ledger } = await forwarded;
    expect(verdicts.filter(({ fate }) => fate !== 'done')).toMatchObject([
      { fate: 'later', fromLine: 1, toLine: 2, cause: { reason: expect.stringMatching(/^RangeError: out/) } },
      { fate: 'later', fromLine: BEGUN + 1, toLine: undefined },
    ]);
    expect(ledger).toMatchObject({ read: BEGUN, delivered: BEGUN - 2, continued: 2 });
  });

  test('in the format sends nothing, and gives all of the work back', async () => {
    for (const broken of [{ ...textFormat, open: fail }, withEncoder(textFormat, fail)]) {
      const { dependencies, source } = createEdges(PAIRS);
      const { verdicts, ledger } = await forwardObject(
        { ...WORK, fromLine: 3, toLine: 9 },
        broken,
        dependencies,
        CALL,
      );
      expect(verdicts).toMatchObject([
        { fate: 'later', fromLine: 3, toLine: 9, cause: { type: 'internal_error' } },
      ]);
      expect(ledger.read).toBe(0);
      expect(source.given === 0 || source.closed).toBe(true);
    }
  });
});
