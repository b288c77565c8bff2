import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnsentMessages } from '../../../../lambdas/aws/queue.ts';
import type { Dependencies } from '../../../../lambdas/forwarding/dependencies.ts';
import type { ObjectResult } from '../../../../lambdas/forwarding/forward-object.ts';
import { newLedger } from '../../../../lambdas/forwarding/ledger.ts';
import { settle } from '../../../../lambdas/forwarding/settle/settle.ts';
import { MAX_RECEIVE_COUNT } from '../../../../lambdas/forwarding/limits.ts';
import type { Verdict } from '../../../../lambdas/forwarding/verdict.ts';
import { ALB_KEY, albText, marked, range, storedLines } from '../../../support/factories/alb-object.ts';
import {
  BUCKET,
  createForwarder,
  DEAD_LETTERS,
  QUEUE,
  type Queued,
} from '../../../support/harness/forwarder.ts';
import { sqsEvent } from '../../../../bin/local/emulators/s3-notification.ts';
import { scout, store, useScoutAndStore } from '../../../support/harness/scout-and-store.ts';
import { accept, fail } from '../../../../bin/local/emulators/scout/behaviour.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = create();
});
afterEach(() => forwarder.close());

const create = (settings: Record<string, string> = {}) =>
  createForwarder({ store, environment: { ...scout.environment, BATCH_SIZE: '5', ...settings } });
const sorted = (lines: readonly number[]): number[] => lines.toSorted((a, b) => a - b);
const failQueue = (url: string): void => {
  forwarder.faults.send = (queueUrl) => (queueUrl === url ? new Error('Throttled') : undefined);
};
/** The queues do not accept the messages with this text. */
const refuseMessages = (text: string, ...urls: readonly string[]): void => {
  forwarder.faults.send = (queueUrl, messages) => {
    const unsent = urls.includes(queueUrl) ? messages.filter(({ body }) => body.includes(text)) : [];
    return unsent.length > 0 ? new UnsentMessages(unsent, messages.length, ['InternalError']) : undefined;
  };
};
const GONE = { bucket: BUCKET, key: 'alb/gone.log' };

describe('when a queue takes nothing', () => {
  test('what was to go back counts as undelivered: the message fails', async () => {
    scout.respond(({ body }) => (body.includes('unlucky') ? fail(503, 'busy', 100) : accept()));
    const object = forwarder.put(ALB_KEY, albText(10, marked('unlucky', 7)));
    failQueue(QUEUE);
    expect(await forwarder.receive(object, { receives: 2 })).toBe(false);
    expect(forwarder.visibility).toEqual([100]);
    expect(forwarder.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'queue send failed', queueUrl: QUEUE }),
    );
  });

  test('what was only not begun waits too, for it comes with what was accepted', async () => {
    const object = forwarder.put(ALB_KEY, albText(10));
    failQueue(QUEUE);
    expect(await forwarder.receive(object, { receives: 3 })).toBe(false);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.visibility).toEqual([180]);
  });

  test('what was to be a dead letter goes to the own queue, if anything progressed', async () => {
    failQueue(DEAD_LETTERS);
    const both = {
      Records: [...forwarder.put(ALB_KEY, albText(5)).Records, ...forwarder.put('alb/gone.log', '').Records],
    };
    (store.objects as Map<string, unknown>).delete(`${BUCKET}/alb/gone.log`);
    expect(await forwarder.receive(both)).toBe(true);
    expect(forwarder.queued).toMatchObject([{ key: 'alb/gone.log', attempt: 1, delaySeconds: 45 }]);
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 0, ObjectsForwarded: 1 });
  });

  test('and nothing progressed, the message waits', async () => {
    failQueue(DEAD_LETTERS);
    expect(await forwarder.receive(GONE, { receives: 4 })).toBe(false);
    expect(forwarder.visibility).toEqual([360]);
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 0 });
  });

  test('a message that cannot be read waits too', async () => {
    failQueue(DEAD_LETTERS);
    expect(await forwarder.receive('hello', { receives: 2 })).toBe(false);
    expect(forwarder.visibility).toEqual([90]);
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 0 });
  });
});

/** An event that names three objects, of which the first is delivered and the two others are not. */
const threeObjects = () => {
  scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
  const unlucky = albText(3, marked('unlucky', 2));
  const texts = { 'alb/1.log': albText(3), 'alb/2.log': unlucky, 'alb/3.log': unlucky };
  return { Records: Object.entries(texts).flatMap(([key, text]) => forwarder.put(key, text).Records) };
};

describe('when a queue accepts some of the messages', () => {
  test('the item that goes back but is not accepted is dead-lettered, so that no other is queued again', async () => {
    refuseMessages('alb/3.log', QUEUE);
    expect(await forwarder.receive(threeObjects())).toBe(true);
    expect(forwarder.queued).toMatchObject([{ key: 'alb/2.log', fromLine: 1, toLine: 3, attempt: 1 }]);
    expect(forwarder.deadLetters).toMatchObject([
      { key: 'alb/3.log', fromLine: 1, toLine: 3, error: { type: 'not_queued' } },
    ]);
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1, ObjectsDeadLettered: 1 });
    expect(forwarder.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'dead letter', key: 'alb/3.log' }),
    );
  });

  test('and the dead-letter queue does not accept that item either, the message waits', async () => {
    refuseMessages('alb/3.log', QUEUE, DEAD_LETTERS);
    expect(await forwarder.receive(threeObjects())).toBe(false);
    expect(forwarder.queued).toHaveLength(1);
    expect(forwarder.visibility).toEqual([45]);
  });

  test('the dead letter that is not accepted goes to the own queue, and no other dead letter is sent again', async () => {
    refuseMessages('alb/gone-2.log', DEAD_LETTERS);
    const keys = ['alb/gone-1.log', 'alb/gone-2.log'];
    const Records = keys.flatMap((key) => forwarder.put(key, '').Records);
    for (const key of keys) (store.objects as Map<string, unknown>).delete(`${BUCKET}/${key}`);
    expect(await forwarder.receive({ Records })).toBe(true);
    expect(forwarder.deadLetters).toMatchObject([{ key: 'alb/gone-1.log' }]);
    expect(forwarder.queued).toMatchObject([{ key: 'alb/gone-2.log', attempt: 1 }]);
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 1 });
  });
});

const beside = () => ({ Records: [...forwarder.put(ALB_KEY, albText(5)).Records, { s3: {} }] });

/** An event that names an object that Scout does not accept, and one that is gone. */
const failingAndGone = () => {
  scout.respond(fail(500));
  const Records = [
    ...forwarder.put(ALB_KEY, albText(3)).Records,
    ...forwarder.put('alb/gone.log', '').Records,
  ];
  (store.objects as Map<string, unknown>).delete(`${BUCKET}/alb/gone.log`);
  return { Records };
};

test('a message whose items the queue does not accept leaves no dead letter at each receive', async () => {
  const event = failingAndGone();
  failQueue(QUEUE);
  expect(await forwarder.receive(event)).toBe(false);
  expect(await forwarder.receive(event, { receives: 2 })).toBe(false);
  expect(forwarder.deadLetters).toEqual([]);
  forwarder.faults.send = () => undefined;
  expect(await forwarder.receive(event, { receives: 2 })).toBe(true);
  expect(forwarder.deadLetters).toMatchObject([{ key: 'alb/gone.log' }]);
  expect(forwarder.queued).toMatchObject([{ key: ALB_KEY, fromLine: 1, toLine: 3 }]);
});

test('on its last receive such a message is dead-lettered with both', async () => {
  failQueue(QUEUE);
  expect(await forwarder.receive(failingAndGone(), { receives: MAX_RECEIVE_COUNT })).toBe(true);
  expect(new Set(forwarder.deadLetters.map(({ key }) => key))).toEqual(new Set([ALB_KEY, 'alb/gone.log']));
});

test('an event that did not come from SQS dead-letters what is dead, and names the rest in its error', async () => {
  const event = failingAndGone();
  failQueue(QUEUE);
  await expect(forwarder.invoke(event)).rejects.toThrow(
    `not delivered: s3://logs/${ALB_KEY} from line 1 to 3`,
  );
  expect(forwarder.deadLetters).toMatchObject([{ key: 'alb/gone.log' }]);
});

test('a dead object leaves one line in the log', async () => {
  expect(await forwarder.receive(GONE)).toBe(true);
  expect(forwarder.logged.filter(({ message }) => message === 'dead letter')).toHaveLength(1);
});

describe('a record that names no object beside one that does', () => {
  const letter = {
    Records: [{ s3: {} }],
    error: { type: 'unreadable_message', message: expect.stringContaining('unknown record: {"s3":{}}') },
  };

  test('is dead-lettered alone, and the good one is forwarded', async () => {
    expect(await forwarder.receive(beside())).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.deadLetters).toEqual([letter]);
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1, ObjectsDeadLettered: 1 });
  });

  test('of an event that did not come from SQS is dead-lettered too', async () => {
    expect(await forwarder.invoke(beside())).toEqual({ batchItemFailures: [] });
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.deadLetters).toEqual([letter]);
  });

  test('fails the invocation where there is no dead-letter queue, after the good one was forwarded', async () => {
    forwarder = create({ QUEUE_URL: '', DEAD_LETTER_QUEUE_URL: '' });
    await expect(forwarder.invoke(beside())).rejects.toThrow(/^not delivered: unknown record: \{"s3":\{\}\}/);
    expect(storedLines(scout)).toEqual(range(1, 5));
  });
});

describe('a message that cannot be read', () => {
  test('is dead-lettered as it is, with the reason', async () => {
    expect(await forwarder.receive('hello')).toBe(true);
    expect(forwarder.deadLetters).toEqual([
      { text: 'hello', error: { type: 'unreadable_message', message: expect.stringContaining('JSON') } },
    ]);
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 1 });
  });

  test('does not affect the others: each has its own result', async () => {
    scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
    const good = forwarder.put(ALB_KEY, albText(5));
    const failing = forwarder.put('alb/unlucky.log', albText(5, marked('unlucky', 1)));
    const event = sqsEvent('hello', JSON.stringify(failing), '', JSON.stringify(good));
    expect(await forwarder.invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
    expect(storedLines(scout)).toEqual(range(1, 5));
  });
});

describe('on its last receive', () => {
  test('a failing message is dead-lettered with the reason', async () => {
    scout.respond(fail(503, 'still closed'));
    const object = forwarder.put(ALB_KEY, albText(5));
    const isDone = await forwarder.receive(object, { receives: MAX_RECEIVE_COUNT });
    expect(isDone).toBe(true);
    expect(forwarder.deadLetters).toMatchObject([
      {
        key: ALB_KEY,
        fromLine: 1,
        toLine: 5,
        error: { type: 'undelivered', message: 'Scout responded 503: still closed' },
      },
    ]);
    expect(forwarder.deadLetters[0]?.attempt).toBeUndefined();
    expect(forwarder.report()).toMatchObject({ ObjectsDeadLettered: 1 });
    expect(forwarder.visibility).toEqual([]);
  });

  test('but one, it still waits', async () => {
    scout.respond(fail(503));
    const object = forwarder.put(ALB_KEY, albText(5));
    expect(await forwarder.receive(object, { receives: MAX_RECEIVE_COUNT - 1 })).toBe(false);
    expect(forwarder.deadLetters).toEqual([]);
    expect(forwarder.visibility).toEqual([675]);
  });

  test('a message that progresses goes on as an item instead', async () => {
    const object = forwarder.put(ALB_KEY, albText(15));
    expect(await forwarder.receive(object, { receives: MAX_RECEIVE_COUNT })).toBe(true);
    expect(forwarder.deadLetters).toEqual([]);
    expect(forwarder.queued).toMatchObject([{ fromLine: 6 }]);
  });

  test('a message for which time ran out says so', async () => {
    const object = forwarder.put(ALB_KEY, albText(15));
    expect(await forwarder.receive(object, { receives: MAX_RECEIVE_COUNT, limitMs: 9000 })).toBe(true);
    expect(forwarder.deadLetters).toMatchObject([
      { key: ALB_KEY, error: { type: 'out_of_time', message: 'time ran out before it was begun' } },
    ]);
  });

  test('a message that cannot be dead-lettered waits, and SQS moves it', async () => {
    failQueue(DEAD_LETTERS);
    scout.respond(fail(503));
    const object = forwarder.put(ALB_KEY, albText(5));
    expect(await forwarder.receive(object, { receives: MAX_RECEIVE_COUNT })).toBe(false);
  });
});

const reasonOf = async (message: string): Promise<unknown> => {
  scout.respond(fail(500, message));
  await forwarder.receive(forwarder.put(ALB_KEY, albText(1)), { receives: MAX_RECEIVE_COUNT });
  return forwarder.deadLetters.at(-1)?.error?.message;
};

describe('the reason of a dead letter', () => {
  test('is one that SQS takes: no control characters, no half letters, not long', async () => {
    expect(await reasonOf('a\u0000b\u001bc')).toBe('Scout responded 500: a b c');
    expect(String(await reasonOf('🍊'.repeat(5000)))).toMatch(/^Scout responded 500: (?:🍊)+ ?$/u);
    expect(String(await reasonOf('x'.repeat(5000))).length).toBeLessThanOrEqual(1000);
  });
});

describe('an event that did not come from SQS', () => {
  test('is forwarded whole, every record', async () => {
    const records = ['alb/1.log', 'alb/2.log', 'alb/3.log'].flatMap(
      (key) => forwarder.put(key, albText(2)).Records,
    );
    expect(await forwarder.invoke({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(storedLines(scout)).toEqual([1, 2, 1, 2, 1, 2]);
  });

  test('queues what failed as items, though nothing progressed', async () => {
    scout.respond(fail(500, 'down', 77));
    const records = ['alb/1.log', 'alb/2.log'].flatMap((key) => forwarder.put(key, albText(2)).Records);
    await forwarder.invoke({ Records: records });
    expect(forwarder.queued).toMatchObject([
      { key: 'alb/1.log', fromLine: 1, toLine: 2, attempt: 1, delaySeconds: 77 },
      { key: 'alb/2.log', fromLine: 1, toLine: 2, attempt: 1, delaySeconds: 77 },
    ]);
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ['has no queue', { QUEUE_URL: '' }, undefined],
    ['cannot reach its queue', {}, QUEUE],
  ])(
    'fails the invocation where the function %s, and names what is missing',
    async (_what, settings, broken) => {
      forwarder = create(settings);
      if (broken !== undefined) failQueue(broken);
      scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
      const object = forwarder.put(ALB_KEY, albText(10, marked('unlucky', 7)));
      await expect(forwarder.invoke(object)).rejects.toThrow(
        `not delivered: s3://logs/${ALB_KEY} from line 6 to 10: Scout responded 500: scripted`,
      );
      expect(storedLines(scout)).toEqual(range(1, 5));
      expect(forwarder.report()).toMatchObject({ RecordsRead: 10, RecordsDelivered: 5, LedgerImbalance: 0 });
    },
  );

  test('and cannot be dead-lettered fails the invocation too', async () => {
    forwarder = create({ QUEUE_URL: '', DEAD_LETTER_QUEUE_URL: '' });
    await expect(forwarder.invoke(GONE)).rejects.toThrow(
      /^not delivered: s3:\/\/logs\/alb\/gone\.log from line 1 to the end: /,
    );
  });
});

const forwarded = (...verdicts: readonly Verdict[]): ObjectResult => ({
  work: { bucket: BUCKET, key: 'k', etag: 'e', attempt: 2 },
  ledger: newLedger(),
  verdicts: [{ fromLine: 1, toLine: 1, fate: 'done' }, ...verdicts],
});

const lost = (fromLine: number, toLine?: number, retryAfterMs?: number): Verdict => ({
  fromLine,
  toLine,
  fate: 'later',
  cause: { type: 'undelivered', reason: 'down', retryAfterMs },
});
const notBegun = (fromLine: number, toLine?: number): Verdict => ({ fromLine, toLine, fate: 'later' });

describe('the lines of an object that go back', () => {
  test.each<[string, ObjectResult, object[]]>([
    [
      'neighbours are one item',
      forwarded(lost(6, 10), lost(11, 15)),
      [{ fromLine: 6, toLine: 15, attempt: 3 }],
    ],
    [
      'and so is what was not begun after them',
      forwarded(lost(6, 10), notBegun(11)),
      [{ fromLine: 6, attempt: 3 }],
    ],
    [
      'others are items of their own',
      forwarded(lost(2, 5), lost(11, 15), notBegun(21, 30)),
      [
        { fromLine: 2, toLine: 5, attempt: 3 },
        { fromLine: 11, toLine: 15, attempt: 3 },
        { fromLine: 21, toLine: 30 },
      ],
    ],
    [
      'one item waits as long as the longest of its parts',
      forwarded(lost(2, 5, 100_000), lost(6, 10, 400_000), lost(11, 12)),
      [{ fromLine: 2, toLine: 12, attempt: 3, delaySeconds: 400 }],
    ],
  ])('%s', async (_what, result, items) => {
    const sent: Queued[] = [];
    const dependencies: Pick<Dependencies, 'settings' | 'queue' | 'random'> = {
      settings: forwarder.settings,
      random: () => 0.5,
      queue: {
        send: async (_queueUrl, messages) =>
          void sent.push(
            ...messages.map(({ body, delaySeconds }) => ({ ...(JSON.parse(body) as Queued), delaySeconds })),
          ),
        changeVisibility: async () => {},
      },
    };
    const message = { receives: 1, objects: [], unreadable: [], sqs: { id: '1', receiptHandle: '1' } };
    expect(await settle(message, [result], dependencies as Dependencies)).toEqual({
      done: true,
      deadLettered: 0,
    });
    expect(sent).toMatchObject(items);
    expect(sent).toHaveLength(items.length);
    for (const { attempt, delaySeconds } of sent)
      expect(attempt === undefined).toBe(delaySeconds === undefined);
  });
});

test('objects of one message of which some finished: the others become items of their own', async () => {
  scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
  const texts = {
    'alb/1.log': albText(3),
    'alb/2.log': albText(3, marked('unlucky', 2)),
    'alb/3.log': albText(3),
  };
  const Records = Object.entries(texts).flatMap(([key, text]) => forwarder.put(key, text).Records);
  expect(await forwarder.receive({ Records })).toBe(true);
  expect(forwarder.queued).toMatchObject([
    { key: 'alb/2.log', fromLine: 1, toLine: 3, attempt: 1, delaySeconds: 45 },
  ]);
  scout.respond(accept());
  expect(await forwarder.receive(forwarder.queued[0])).toBe(true);
  expect(sorted(storedLines(scout))).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
});

test('an object without lines counts as finished: one that fails beside it becomes an item of its own', async () => {
  scout.respond(fail(500));
  const texts = { 'alb/empty.log.gz': gzipSync(''), [ALB_KEY]: albText(3) };
  const Records = Object.entries(texts).flatMap(([key, text]) => forwarder.put(key, text).Records);
  expect(await forwarder.receive({ Records })).toBe(true);
  expect(forwarder.queued).toMatchObject([{ key: ALB_KEY, fromLine: 1, toLine: 3, attempt: 1 }]);
  expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1 });
});
