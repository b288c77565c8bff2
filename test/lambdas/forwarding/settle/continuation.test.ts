import { withEncoder } from '../../../support/factories/encoder.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { albFormat } from '../../../support/factories/log-formats.ts';
import { ALB_KEY, albText, marked, range, storedLines } from '../../../support/factories/alb-object.ts';
import { createForwarder } from '../../../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../../../support/harness/scout-and-store.ts';
import { accept, type Behaviour, fail } from '../../../../bin/local/emulators/scout/behaviour.ts';
import { attributesOf } from '../../../../bin/local/emulators/scout/otlp.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = create();
});
afterEach(() => forwarder.close());

const create = (more: Partial<Parameters<typeof createForwarder>[0]> = {}) =>
  createForwarder({ store, environment: { ...scout.environment, BATCH_SIZE: '5' }, ...more });
const sorted = (lines: readonly number[]): number[] => lines.toSorted((a, b) => a - b);
/** A Scout that takes so long, in the function's own time. */
const slow =
  (ms: number, behaviour: Behaviour = accept()): Behaviour =>
  () => {
    forwarder.clock.now += ms;
    return behaviour;
  };

describe('when time runs short', () => {
  test('the lines not begun go to the queue at once, and the message is done', async () => {
    scout.respond(slow(2_000));
    const object = forwarder.put(ALB_KEY, albText(120));
    expect(await forwarder.receive(object, { limitMs: 40_000 })).toBe(true);
    const lines = sorted(storedLines(scout));
    expect(lines).toEqual(range(1, lines.length));
    expect(lines.length).toBeGreaterThanOrEqual(40);
    expect(lines.length).toBeLessThanOrEqual(100);
    const etag = object.Records[0]?.s3.object.eTag;
    expect(forwarder.queued).toEqual([{ bucket: 'logs', key: ALB_KEY, etag, fromLine: lines.length + 1 }]);
    expect(forwarder.visibility).toEqual([]);
    expect(forwarder.account()).toMatchObject({ read: lines.length, delivered: lines.length, continued: 0 });
  });

  test('the object is completed over several rounds, and no line is sent twice', async () => {
    scout.respond(slow(2_000));
    const works: object[] = [forwarder.put(ALB_KEY, albText(263))];
    let rounds = 0;
    for (let work = works.shift(); work !== undefined; work = works.shift(), rounds++) {
      expect(await forwarder.receive(work, { limitMs: 30_000 })).toBe(true);
      works.push(...forwarder.queued.splice(0));
    }
    expect(rounds).toBeGreaterThan(3);
    expect(sorted(storedLines(scout))).toEqual(range(1, 263));
    expect(forwarder.deadLetters).toEqual([]);
  });

  test('with less than 15 seconds left nothing is begun: the message comes again at once, untouched', async () => {
    const object = forwarder.put(ALB_KEY, albText(5));
    expect(await forwarder.receive(object, { limitMs: 14_900 })).toBe(false);
    expect(forwarder.visibility).toEqual([0]);
    expect(scout.count()).toBe(0);
    expect(forwarder.queued).toEqual([]);
  });

  test('objects not begun go to the queue as they came, at once', async () => {
    scout.respond(slow(100_000));
    const keys = ['alb/1.log', 'alb/2.log', 'alb/3.log'];
    const Records = keys.flatMap((key) => forwarder.put(key, albText(2)).Records);
    expect(await forwarder.receive({ Records }, { limitMs: 110_000 })).toBe(true);
    expect(storedLines(scout)).toEqual([1, 2]);
    expect(forwarder.queued).toEqual(
      keys.slice(1).map((key) => ({ bucket: 'logs', key, etag: expect.any(String), fromLine: 1 })),
    );
  });

  test('what failed waits, and what was not begun beside it goes along, as one item', async () => {
    scout.respond(({ body }) => (body.includes('unlucky') ? fail(503, 'busy', 90) : accept()));
    const object = forwarder.put(ALB_KEY, albText(40, marked('unlucky', 7, 12, 17, 22)));
    expect(await forwarder.receive(object, { receives: 2 })).toBe(true);
    expect(forwarder.queued).toMatchObject([{ fromLine: 6, attempt: 1, delaySeconds: 90 }]);
    expect(forwarder.queued[0]?.toLine).toBeUndefined();
  });

  test('a failure after progress waits longer each time, and progress alone resets the wait', async () => {
    scout.respond(({ body }) => (body.includes('unlucky') ? fail(500) : accept()));
    const { etag } = {
      etag: forwarder.put(ALB_KEY, albText(100, marked('unlucky', 8))).Records[0]?.s3.object.eTag,
    };
    const item = { bucket: 'logs', key: ALB_KEY, etag };
    await forwarder.receive({ ...item, fromLine: 1, toLine: 10, attempt: 4 });
    expect(forwarder.queued.at(-1)).toMatchObject({ fromLine: 6, toLine: 10, attempt: 5, delaySeconds: 675 });
    scout.respond(slow(2_000));
    await forwarder.receive({ ...item, fromLine: 11, attempt: 5 }, { limitMs: 30_000 });
    expect(forwarder.queued.at(-1)).not.toHaveProperty('attempt');
    expect(forwarder.queued.at(-1)).not.toHaveProperty('delaySeconds');
  });
});

describe('from the third receive on', () => {
  test('one batch is sent, and the rest goes to the queue at once', async () => {
    const object = forwarder.put(ALB_KEY, albText(20));
    expect(await forwarder.receive(object, { receives: 3 })).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.queued).toEqual([expect.objectContaining({ fromLine: 6 })]);
    expect(forwarder.queued[0]).not.toHaveProperty('attempt');
    expect(forwarder.queued[0]).not.toHaveProperty('delaySeconds');
  });

  test('at the second, all is sent', async () => {
    await forwarder.receive(forwarder.put(ALB_KEY, albText(20)), { receives: 2 });
    expect(sorted(storedLines(scout))).toEqual(range(1, 20));
  });

  test('the lines after that batch are not read, since one of them may crash the function again', async () => {
    const seen: number[] = [];
    forwarder = create({
      formats: (settings) => () =>
        withEncoder(albFormat(settings), (encoder) => ({
          ...encoder,
          add: (bytes, start, end, line, cut) => {
            seen.push(line);
            return encoder.add(bytes, start, end, line, cut);
          },
        })),
    });
    await forwarder.receive(forwarder.put(ALB_KEY, albText(20)), { receives: 3 });
    // The sixth was found not to fit.
    expect(Math.max(...seen)).toBe(6);
  });

  test('an object of one batch is done, without an item that would find nothing', async () => {
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)), { receives: 3 })).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.queued).toEqual([]);
  });

  test('several objects become items of their own, so that one that crashes the function holds up no other', async () => {
    const keys = ['alb/1.log', 'alb/2.log', 'alb/3.log'];
    const Records = keys.flatMap((key) => forwarder.put(key, albText(2)).Records);
    expect(await forwarder.receive({ Records }, { receives: 3 })).toBe(true);
    expect(scout.count()).toBe(0);
    expect(forwarder.queued).toEqual(
      keys.map((key) => ({ bucket: 'logs', key, etag: expect.any(String), fromLine: 1 })),
    );
  });

  test('a batch that fails is not followed by another', async () => {
    scout.respond(fail(503));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(20)), { receives: 3 })).toBe(false);
    expect(scout.count()).toBe(1);
    expect(forwarder.visibility).toEqual([180]);
  });
});

describe('a range of an object', () => {
  test.each<[string, object, number[]]>([
    ['in its middle', { fromLine: 4, toLine: 9 }, range(4, 9)],
    ['to its end', { fromLine: 18 }, [18, 19, 20]],
    ['past its end', { fromLine: 18, toLine: 40 }, [18, 19, 20]],
    ['beyond its end', { fromLine: 21, toLine: 40 }, []],
    ['of one line', { fromLine: 7, toLine: 7 }, [7]],
  ])('%s alone is forwarded', async (_what, lines, expected) => {
    forwarder.put(ALB_KEY, albText(20));
    expect(await forwarder.receive({ bucket: 'logs', key: ALB_KEY, ...lines })).toBe(true);
    expect(sorted(storedLines(scout))).toEqual(expected);
    expect([forwarder.queued, forwarder.deadLetters]).toEqual([[], []]);
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1, RecordsRead: expected.length });
  });
});

describe('work whose entity tag is not known', () => {
  test('means, from its first line on, the object that was read', async () => {
    const etag = forwarder.put(ALB_KEY, albText(20)).Records[0]?.s3.object.eTag;
    await forwarder.receive({ bucket: 'logs', key: ALB_KEY }, { receives: 3 });
    expect(forwarder.queued).toEqual([{ bucket: 'logs', key: ALB_KEY, etag, fromLine: 6 }]);
    forwarder.put(ALB_KEY, albText(30));
    expect(await forwarder.receive(forwarder.queued[0])).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 5));
  });

  test('gives its records the same uids', async () => {
    await forwarder.receive(forwarder.put(ALB_KEY, albText(3)));
    await forwarder.receive({ bucket: 'logs', key: ALB_KEY });
    const uids = scout.logs().map(({ record }) => attributesOf(record.attributes)['log.record.uid']);
    expect(uids).toHaveLength(6);
    expect(uids.slice(3)).toEqual(uids.slice(0, 3));
  });
});

test('a defect of the forwarder loses nothing and repeats nothing that was accepted', async () => {
  let isBroken = true;
  forwarder = create({
    formats: (settings) => () =>
      withEncoder(albFormat(settings), (inner) => ({
        ...inner,
        add: (bytes, start, end, line, cut) => {
          if (isBroken && line === 13) throw new TypeError('cannot read properties of undefined');
          return inner.add(bytes, start, end, line, cut);
        },
      })),
  });
  expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(20)))).toBe(true);
  expect(forwarder.queued).toMatchObject([{ fromLine: 11, attempt: 1 }]);
  expect(forwarder.account()).toMatchObject({
    'error.type': 'internal_error',
    reason: expect.stringMatching(/^TypeError: cannot read/),
    lines: '11-',
  });
  const [item] = forwarder.queued;
  expect(await forwarder.receive(item)).toBe(false);
  expect(forwarder.queued).toHaveLength(1);
  isBroken = false;
  expect(await forwarder.receive(item, { receives: 2 })).toBe(true);
  expect(sorted(storedLines(scout))).toEqual(range(1, 20));
});
