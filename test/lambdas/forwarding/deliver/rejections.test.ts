import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { metricStreamFormat } from '../../../../lambdas/metric-stream/format.ts';
import { ALB_KEY, albText, marked, range, storedLines } from '../../../support/factories/alb-object.ts';
import { BUCKET, createForwarder, type Queued } from '../../../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../../../support/harness/scout-and-store.ts';
import {
  accept,
  fail,
  partialSuccess,
  refuseMarked,
  tooLargeAbove,
} from '../../../../bin/local/emulators/scout/behaviour.ts';
import { attributesOf } from '../../../../bin/local/emulators/scout/otlp.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = create();
});
afterEach(() => forwarder.close());

const create = (
  settings: Record<string, string> = {},
  more: Partial<Parameters<typeof createForwarder>[0]> = {},
) =>
  createForwarder({ store, environment: { ...scout.environment, BATCH_SIZE: '20', ...settings }, ...more });
const sorted = (lines: readonly number[]): number[] => lines.toSorted((a, b) => a - b);
/** No object can be written any more. */
const failPuts = (): void => {
  store.misbehave = ({ method }) =>
    method === 'PUT' ? { error: { status: 503, code: 'SlowDown' } } : undefined;
};
const withMetrics = (settings: Record<string, string> = {}) =>
  create(settings, { formats: (settings) => () => metricStreamFormat(settings) });
const datum = (name: string, sum: string | number = 1): string =>
  `{"namespace":"AWS/X","metric_name":"${name}","dimensions":{},"timestamp":1767225600000,"value":{"max":1,"min":1,"sum":${sum},"count":1},"unit":"None"}\n`;
const storedMetrics = (): string[] => scout.metrics().map(({ metric }) => metric.name ?? '');

/** The part of the stored object's entity tag that names the file of its rejected records. */
const etag8 = (key: string) => store.objects.get(`${BUCKET}/${key}`)?.etag.replaceAll('"', '').slice(0, 8);

describe('413', () => {
  test('halves a batch by lines until it fits, and each line arrives once', async () => {
    scout.respond(tooLargeAbove(8_000));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(20)))).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 20));
    expect(forwarder.account()).toMatchObject({ read: 20, delivered: 20, rejected: 0 });
    expect(forwarder.kept()).toEqual({});
  });

  test('of all but a few lines divides a batch into so many parts, and the lines after them continue', async () => {
    forwarder = create({ BATCH_SIZE: '400' });
    scout.respond(tooLargeAbove(5_000));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(400)))).toBe(true);
    const first = storedLines(scout).length;
    expect(first).toBeLessThan(400);
    expect(forwarder.queued).toMatchObject([{ fromLine: first + 1 }]);
    expect(forwarder.queued[0]?.attempt).toBeUndefined();
    for (const item of forwarder.queued) await forwarder.receive(item);
    expect(storedLines(scout)).toEqual(range(1, 400));
  }, 60_000);

  test('rejects a single line that is too large, and keeps it', async () => {
    scout.respond(tooLargeAbove(20_000));
    const long = albText(20, (line, number) =>
      number === 7 ? line.replace(/" "([^"]*)" /, `" "${'x'.repeat(30_000)}" `) : line,
    );
    expect(await forwarder.receive(forwarder.put(ALB_KEY, long))).toBe(true);
    expect(storedLines(scout)).toEqual(range(1, 20).filter((line) => line !== 7));
    expect(forwarder.account()).toMatchObject({ read: 20, delivered: 19, rejected: 1 });
    expect(forwarder.kept()).toMatchObject({
      [`rejected/${ALB_KEY}/${etag8(ALB_KEY)}-1-20.ndjson`]: [
        { lineNumber: 7, line: long.split('\n')[6], reason: expect.stringMatching(/^Scout responded 413: /) },
      ],
    });
  });

  test('of everything, be it empty, sends the lines back to the queue', async () => {
    scout.respond(fail(413));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(4)))).toBe(false);
    expect(forwarder.account()).toMatchObject({ read: 4, rejected: 0, continued: 4 });
    expect(forwarder.kept()).toEqual({});
    expect(scout.count()).toBeLessThan(6);
  });
});

describe.each([400, 422])('%i', (status) => {
  test('halves a batch to find the bad lines; they are kept, all others arrive once', async () => {
    scout.respond(refuseMarked(['poison'], status));
    const object = forwarder.put(ALB_KEY, albText(20, marked('poison', 5, 13, 14)));
    const etag = object.Records[0]?.s3.object.eTag;
    expect(await forwarder.receive(object)).toBe(true);
    expect(sorted(storedLines(scout))).toEqual(range(1, 20).filter((line) => ![5, 13, 14].includes(line)));
    expect(forwarder.account()).toMatchObject({ read: 20, delivered: 17, rejected: 3, continued: 0 });
    expect(forwarder.report()).toMatchObject({ RecordsRejected: 3, ObjectsForwarded: 1, LedgerImbalance: 0 });
    const [key, entries] = Object.entries(forwarder.kept())[0] ?? [];
    expect(key).toBe(`rejected/${ALB_KEY}/${etag8(ALB_KEY)}-1-20.ndjson`);
    expect(entries).toMatchObject(
      [5, 13, 14].map((lineNumber) => ({
        lineNumber,
        reason: `Scout responded ${status}: invalid record: poison`,
        object: `s3://logs/${ALB_KEY}`,
        line: expect.stringContaining(' poison" '),
        // What forwards it again, and nothing else.
        work: {
          bucket: BUCKET,
          key: ALB_KEY,
          etag,
          fromLine: lineNumber,
          toLine: lineNumber,
          backfill: true,
        },
      })),
    );
    expect([forwarder.queued, forwarder.deadLetters]).toEqual([[], []]);
  });

  test.each<Record<string, string>>([{}, { REJECTED_BUCKET: '' }])(
    'keeps and logs bad lines without their secrets, with %o',
    async (settings) => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      forwarder = create({ ALB_REDACT_QUERY_KEYS: 'token', ...settings });
      scout.respond(refuseMarked(['poison'], status));
      const url = 'https://user:SECRET@example.com/?X%2DAmz-Signature=SECRET&token=SECRET&a=1';
      const withUrl = albText(3, (line, n) =>
        n === 2 ? line.replace(/" "[^"]*" /, `" "poison ${url}" `) : line,
      );
      expect(await forwarder.receive(forwarder.put(ALB_KEY, withUrl))).toBe(true);
      const left = JSON.stringify([forwarder.kept(), warn.mock.calls]);
      expect(left).toContain('https://REDACTED@example.com/?X%2DAmz-Signature=REDACTED&token=REDACTED&a=1');
      expect(left).not.toContain('SECRET');
    },
  );

  test('of the only line is distinguished by one empty request from a Scout that refuses everything', async () => {
    scout.respond(refuseMarked(['poison'], status));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(1, marked('poison', 1))))).toBe(true);
    expect(scout.requests.map(({ logs }) => logs?.resourceLogs?.length ?? 0)).toEqual([1, 0]);
    expect(forwarder.account()).toMatchObject({ read: 1, delivered: 0, rejected: 1 });
  });

  test('of everything sends the lines back to the queue, after two requests', async () => {
    scout.respond(fail(status));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(20)))).toBe(false);
    expect(scout.count()).toBe(2);
    expect(forwarder.account()).toMatchObject({ read: 20, rejected: 0, continued: 20, requests: 2 });
    expect(forwarder.kept()).toEqual({});
  });

  test('of very many lines takes 64 more requests an invocation, until all are found', async () => {
    forwarder = create({ BATCH_SIZE: '150' });
    scout.respond(refuseMarked(['poison'], status));
    const bad = range(1, 150).filter((line) => line % 4 === 0);
    const works: (object | Queued)[] = [forwarder.put(ALB_KEY, albText(150, marked('poison', ...bad)))];
    for (let round = 1; works.length > 0; round++) {
      const before = scout.count();
      expect(await forwarder.receive(works.shift())).toBe(true);
      expect(scout.count() - before).toBeLessThanOrEqual(66);
      // Nothing failed: the search goes on at once.
      for (const item of forwarder.queued) expect(Object.keys(item)).not.toContain('attempt');
      works.push(...forwarder.queued.splice(0));
      expect(round).toBeLessThan(20);
    }
    expect(sorted(storedLines(scout))).toEqual(range(1, 150).filter((line) => line % 4 !== 0));
    const kept = Object.values(forwarder.kept()).flat();
    expect(sorted(kept.map(({ lineNumber }) => Number(lineNumber)))).toEqual(bad);
  });
});

describe('partial success', () => {
  test.each([true, false])(
    'is never sent again; how many were refused is kept (as JSON: %s)',
    async (json) => {
      scout.respond([partialSuccess(2, 'too old', json)]);
      expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(true);
      expect(scout.count()).toBe(1);
      expect(forwarder.account()).toMatchObject({ read: 5, delivered: 3, rejected: 2, continued: 0 });
      const entry = {
        reason: 'Scout rejected 2 of 5 records: too old',
        fromLine: 1,
        toLine: 5,
        count: 2,
        object: `s3://logs/${ALB_KEY}`,
        work: { bucket: BUCKET, key: ALB_KEY, fromLine: 1, toLine: 5, backfill: true },
      };
      expect(forwarder.kept()).toMatchObject({
        [`rejected/${ALB_KEY}/${etag8(ALB_KEY)}-1-5.ndjson`]: [entry],
      });
    },
  );

  test('of more than was sent counts what was sent', async () => {
    scout.respond([partialSuccess(70, 'confused')]);
    await forwarder.receive(forwarder.put(ALB_KEY, albText(5)));
    expect(forwarder.account()).toMatchObject({ read: 5, delivered: 0, rejected: 5 });
  });

  test('of none is success', async () => {
    scout.respond([partialSuccess(0, 'deprecated')]);
    await forwarder.receive(forwarder.put(ALB_KEY, albText(5)));
    expect(forwarder.account()).toMatchObject({ delivered: 5, rejected: 0 });
    expect(forwarder.kept()).toEqual({});
  });

  test('that cannot be kept is logged instead, and still never sent again', async () => {
    failPuts();
    scout.respond([partialSuccess(2, 'too old')]);
    expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(5)))).toBe(true);
    expect(scout.count()).toBe(1);
    expect(forwarder.account()).toMatchObject({ read: 5, delivered: 3, rejected: 2 });
    expect(forwarder.logged).toContainEqual({
      level: 'error',
      message: 'rejected',
      bucket: 'logs',
      key: ALB_KEY,
      reason: 'Scout rejected 2 of 5 records: too old',
      fromLine: 1,
      toLine: 5,
      count: 2,
    });
  });
});

describe('a line that cannot be parsed', () => {
  test('of an access log is sent as a warning with its text', async () => {
    const text = albText(3, (line, number) => (number === 2 ? 'what is "this' : line));
    expect(await forwarder.receive(forwarder.put(ALB_KEY, text))).toBe(true);
    expect(storedLines(scout)).toEqual([1, 2, 3]);
    const { record } = scout.logs()[1] ?? {};
    expect(record).toMatchObject({ severityNumber: 13, body: { stringValue: 'what is "this' } });
    expect(attributesOf(record?.attributes)['error.type']).toBe('unparsable_line');
    expect(forwarder.account()).toMatchObject({ read: 3, delivered: 3, rejected: 0 });
  });

  test('of a metric stream is rejected and kept, and all others are sent', async () => {
    forwarder = withMetrics();
    const text = `${datum('one')}{"cut":\n${datum('two', 'NaN')}\n${datum('three')}{}`;
    expect(await forwarder.receive(forwarder.put('metrics/a b', text))).toBe(true);
    expect(storedMetrics()).toEqual(['amazonaws.com/AWS/X/one', 'amazonaws.com/AWS/X/three']);
    expect(forwarder.account()).toMatchObject({ read: 5, delivered: 2, rejected: 3 });
    expect(forwarder.kept()).toMatchObject({
      [`rejected/metrics/a b/${etag8('metrics/a b')}-1-6.ndjson`]: [
        { lineNumber: 2, line: '{"cut":', object: 's3://logs/metrics/a b' },
        { lineNumber: 3, line: datum('two', 'NaN').trimEnd() },
        { lineNumber: 6, line: '{}' },
      ],
    });
    expect(forwarder.logged.filter(({ message }) => message === 'rejected')).toHaveLength(3);
  });

  test('is kept under the same key when the same work comes again', async () => {
    forwarder = withMetrics();
    const object = forwarder.put('metrics/k', `${datum('one')}bad\n`);
    await forwarder.receive(object);
    const kept = forwarder.kept();
    await forwarder.receive(object);
    expect(forwarder.kept()).toEqual(kept);
  });

  test('is stored once, however many tries its batch takes and however its lines are divided', async () => {
    forwarder = withMetrics({ BATCH_SIZE: '5' });
    // The first batch is too large as a whole; of its halves Scout accepts the first only, until it is back.
    let isAway = true;
    scout.respond(({ body }) => {
      const [a, g] = [body.includes('AWS/X/a'), body.includes('AWS/X/g')];
      return a && g ? fail(413) : g && isAway ? fail(500, 'away') : accept();
    });
    const lines = [
      datum('a'),
      'bad 2\n',
      datum('c'),
      datum('d'),
      'bad 5\n',
      datum('f'),
      datum('g'),
      datum('h'),
    ];
    expect(await forwarder.receive(forwarder.put('metrics/k', lines.join('')), { receives: 2 })).toBe(true);
    expect(forwarder.queued).toMatchObject([{ fromLine: 5, toLine: 7 }]);
    const [item] = forwarder.queued;
    expect(await forwarder.receive(item, { receives: 2 })).toBe(false);
    isAway = false;
    expect(await forwarder.receive(item, { receives: 2 })).toBe(true);
    expect(storedMetrics().toSorted()).toEqual(
      ['a', 'c', 'd', 'f', 'g', 'h'].map((name) => `amazonaws.com/AWS/X/${name}`),
    );
    const entries = Object.values(forwarder.kept()).flat();
    expect(sorted(entries.map(({ lineNumber }) => Number(lineNumber)))).toEqual([2, 5]);
  });

  test('of which there are very many is logged for the first three, with the place of all, but without its text', async () => {
    forwarder = withMetrics();
    await forwarder.receive(forwarder.put('metrics/k', 'bad\n'.repeat(19)));
    const [[kept, entries] = []] = Object.entries(forwarder.kept());
    expect(entries).toHaveLength(19);
    expect(forwarder.logged.filter(({ message }) => message === 'rejected')).toEqual(
      [1, 2, 3].map((lineNumber) => ({
        level: 'warn',
        message: 'rejected',
        key: 'metrics/k',
        reason: entries?.[0]?.['reason'],
        lineNumber,
        kept,
        of: 19,
      })),
    );
  });

  test('is logged whole without a bucket to store it in', async () => {
    forwarder = withMetrics({ REJECTED_BUCKET: '' });
    expect(await forwarder.receive(forwarder.put('metrics/k', 'bad 1\nbad 2\nbad 3\nbad 4\n'))).toBe(true);
    expect(forwarder.account()).toMatchObject({ read: 4, rejected: 4 });
    const logged = forwarder.logged.filter(({ message }) => message === 'rejected');
    expect(logged.map(({ line, lineNumber }) => [line, lineNumber])).toEqual(
      range(1, 4).map((number) => [`bad ${number}`, number]),
    );
  });
});

describe('when what was rejected cannot be kept', () => {
  test('it counts as undelivered, and nothing of its batch is sent', async () => {
    forwarder = withMetrics();
    const object = forwarder.put('metrics/k', `${datum('one')}bad\n`);
    failPuts();
    expect(await forwarder.receive(object)).toBe(false);
    expect(scout.count()).toBe(0);
    expect(forwarder.visibility).toEqual([45]);
    expect(forwarder.account()).toMatchObject({
      read: 2,
      delivered: 0,
      rejected: 0,
      continued: 2,
      'error.type': 'rejected_not_kept',
      reason: expect.stringContaining('SlowDown'),
      lines: '1-2',
    });

    store.misbehave = () => undefined;
    expect(await forwarder.receive(object, { receives: 2 })).toBe(true);
    expect(storedMetrics()).toEqual(['amazonaws.com/AWS/X/one']);
    expect(Object.values(forwarder.kept()).flat()).toHaveLength(1);
  });

  test('because Scout refused it, it alone goes back, and what was accepted does not', async () => {
    scout.respond(refuseMarked(['poison']));
    const object = forwarder.put(ALB_KEY, albText(20, marked('poison', 5)));
    failPuts();
    expect(await forwarder.receive(object)).toBe(true);
    expect(forwarder.queued).toMatchObject([
      { key: ALB_KEY, fromLine: 5, toLine: 5, attempt: 1, delaySeconds: 45 },
    ]);
    expect(forwarder.account()).toMatchObject({ read: 20, delivered: 19, rejected: 0, continued: 1 });
    expect(forwarder.logged.filter(({ message }) => message === 'rejected')).toEqual([]);

    store.misbehave = () => undefined;
    expect(await forwarder.receive(forwarder.queued[0])).toBe(true);
    expect(sorted(storedLines(scout))).toEqual(range(1, 20).filter((line) => line !== 5));
    expect(Object.keys(forwarder.kept())).toEqual([`rejected/${ALB_KEY}/${etag8(ALB_KEY)}-5-5.ndjson`]);
  });
});
