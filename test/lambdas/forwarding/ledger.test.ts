import { withEncoder } from '../../support/factories/encoder.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { albFormat } from '../../support/factories/log-formats.ts';
import {
  EMF_METRICS,
  EMF_METRICS_OF_SETTINGS,
  emfLine,
  imbalance,
  newLedger,
  newInvocationMetrics,
  addToMetrics,
} from '../../../lambdas/forwarding/ledger.ts';
import { ALB_KEY, albText, marked } from '../../support/factories/alb-object.ts';
import { BUCKET, createForwarder } from '../../support/harness/forwarder.ts';
import { sqsEvent } from '../../../bin/local/emulators/s3-notification.ts';
import { scout, store, useScoutAndStore } from '../../support/harness/scout-and-store.ts';
import { fail, refuseMarked, tooLargeAbove } from '../../../bin/local/emulators/scout/behaviour.ts';

/** Units that CloudWatch accepts (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html). */
const UNITS = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Percent',
  'Count',
  'None',
];

interface Emf {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

describe('the line of metrics', () => {
  const line = emfLine(
    'logs',
    { ...newInvocationMetrics(), RecordsRead: 7, DeliveryLag: 61.5, RecordsFiltered: 3, RecordsUntagged: 2 },
    1_767_225_600_000,
  );
  const { _aws: aws, ...values } = JSON.parse(line) as Emf;
  const [directive] = aws.CloudWatchMetrics;

  test('is one line of JSON in the embedded metric format', () => {
    expect(line).not.toContain('\n');
    expect(aws.Timestamp).toBe(1_767_225_600_000);
    expect(aws.CloudWatchMetrics).toHaveLength(1);
    expect(directive?.Namespace).toBe('ScoutForwarder');
    expect(directive?.Dimensions).toEqual([['Pipeline']]);
    expect(values['Pipeline']).toBe('logs');
  });

  test('names every metric once, each with a unit of CloudWatch and a number beside', () => {
    const names = directive?.Metrics.map(({ Name }) => Name) ?? [];
    expect(names).toEqual([
      'ObjectsForwarded',
      'ObjectsDeadLettered',
      'RecordsRead',
      'RecordsDelivered',
      'RecordsRejected',
      'BytesSent',
      'ExportRetries',
      'DeliveryLag',
      'LedgerImbalance',
      'RecordsFiltered',
      'RecordsUntagged',
    ]);
    expect(names).toEqual([...Object.keys(EMF_METRICS), ...Object.keys(EMF_METRICS_OF_SETTINGS)]);
    for (const { Name, Unit } of directive?.Metrics ?? []) {
      expect(UNITS).toContain(Unit);
      expect(values[Name]).toEqual(expect.any(Number));
    }
    expect([values['RecordsRead'], values['DeliveryLag']]).toEqual([7, 61.5]);
  });

  test('leaves out an unknown lag', () => {
    const { _aws: aws, ...values } = JSON.parse(emfLine('metrics', newInvocationMetrics(), 0)) as Emf;
    expect(aws.CloudWatchMetrics[0]?.Metrics).not.toContainEqual(
      expect.objectContaining({ Name: 'DeliveryLag' }),
    );
    expect(values).not.toHaveProperty('DeliveryLag');
  });
});

describe('a report', () => {
  test('sums up the accounts of an invocation, and has the longest lag', () => {
    const values = newInvocationMetrics();
    const account = {
      ...newLedger(),
      read: 5,
      delivered: 3,
      rejected: 1,
      filtered: 1,
      bytes: 100,
      retries: 2,
    };
    addToMetrics(values, account, 3000);
    addToMetrics(values, account, 1000);
    addToMetrics(values, account, undefined);
    expect(values).toMatchObject({
      RecordsRead: 15,
      RecordsDelivered: 9,
      RecordsRejected: 3,
      RecordsFiltered: 3,
      BytesSent: 300,
      ExportRetries: 6,
      LedgerImbalance: 0,
      DeliveryLag: 3,
    });
  });

  test('has no metric of filtered records where no setting filters', () => {
    const values = newInvocationMetrics();
    addToMetrics(values, { ...newLedger(), read: 5, delivered: 5 }, undefined);
    expect(values).not.toHaveProperty('RecordsFiltered');
  });

  test('raises an imbalance in either direction, and none hides another', () => {
    const values = newInvocationMetrics();
    const short = { ...newLedger(), read: 5, delivered: 3 };
    const over = { ...newLedger(), read: 3, delivered: 3, continued: 2 };
    expect([imbalance(short), imbalance(over)]).toEqual([2, -2]);
    addToMetrics(values, short, undefined);
    addToMetrics(values, over, undefined);
    expect(values.LedgerImbalance).toBe(4);
  });

  test('has no lag below zero, whatever a clock says', () => {
    const values = newInvocationMetrics();
    addToMetrics(values, newLedger(), -5000);
    expect(values.DeliveryLag).toBe(0);
  });
});

describe('of an invocation', () => {
  useScoutAndStore();
  let forwarder: ReturnType<typeof createForwarder>;
  beforeEach(() => {
    forwarder = createForwarder({ store, environment: { ...scout.environment, BATCH_SIZE: '5' } });
  });
  afterEach(() => forwarder.close());

  test('one line an object says what became of its records, and what that took', async () => {
    scout.respond(refuseMarked(['poison']));
    await forwarder.receive(forwarder.put(ALB_KEY, albText(12, marked('poison', 3))));
    const lines = forwarder.logged.filter(({ message }) => message === 'forwarded');
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'forwarded',
        bucket: BUCKET,
        key: ALB_KEY,
        fromLine: 1,
        toLine: undefined,
        read: 12,
        delivered: 11,
        rejected: 1,
        filtered: 0,
        continued: 0,
        bytes: expect.any(Number),
        requests: scout.count(),
        retries: 0,
        milliseconds: expect.any(Number),
        lagMs: expect.any(Number),
      },
    ]);
    expect(lines[0]?.['bytes']).toBe(scout.requests.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test('several objects make a line each, and one report of all', async () => {
    const Records = ['alb/1.log', 'alb/2.log'].flatMap((key) => forwarder.put(key, albText(3)).Records);
    await forwarder.receive({ Records });
    expect(forwarder.logged.filter(({ message }) => message === 'forwarded')).toHaveLength(2);
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 2, RecordsRead: 6, RecordsDelivered: 6 });
  });

  test('the lag is that of the newest record, whether it was delivered or not', async () => {
    // The third line is of 00:00:02, and it is ten past.
    await forwarder.receive(forwarder.put(ALB_KEY, albText(3)));
    expect(forwarder.report()['DeliveryLag']).toBe(598);
    forwarder.clock.now += 60_000;
    scout.respond(fail(503));
    await forwarder.receive(forwarder.put(ALB_KEY, albText(3)), { receives: 5 });
    expect(forwarder.report()['DeliveryLag']).toBe(658);
  });

  test('the lag of work of which nothing could be read is that of its message', async () => {
    store.misbehave = () => ({ error: { status: 503, code: 'SlowDown' } });
    const event = sqsEvent(JSON.stringify({ bucket: BUCKET, key: ALB_KEY }));
    const sent = { SentTimestamp: String(forwarder.clock.now - 90_000) };
    Object.assign(event.Records[0]?.attributes ?? {}, sent);
    await forwarder.invoke(event);
    expect(forwarder.report()['DeliveryLag']).toBe(90);
  });

  test('an account that does not balance is an error in the log and in the metrics', async () => {
    forwarder = createForwarder({
      store,
      environment: scout.environment,
      formats: (settings) => () =>
        // An encoder that forgets a record of the parts that a batch is halved into.
        withEncoder(albFormat(settings), (inner, limits) => ({
          ...inner,
          take: () => {
            const taken = inner.take();
            return limits.records === Infinity ? { ...taken, records: taken.records - 1 } : taken;
          },
        })),
    });
    scout.respond(tooLargeAbove(8_000));
    await forwarder.receive(forwarder.put(ALB_KEY, albText(20)));
    expect(forwarder.report()['LedgerImbalance']).toBeGreaterThan(0);
    expect(forwarder.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'ledger does not balance', key: ALB_KEY, read: 20 }),
    );
  });
});
