import { afterEach, beforeEach, expect, test } from 'vitest';
import { accept, fail, silence } from '../../../bin/local/emulators/scout/behaviour.ts';
import { attributesOf } from '../../../bin/local/emulators/scout/otlp.ts';
import type { Dependencies } from '../../../lambdas/forwarding/dependencies.ts';
import { newInvocationMetrics } from '../../../lambdas/forwarding/ledger.ts';
import { createOwnMetrics } from '../../../lambdas/forwarding/own-metrics.ts';
import { VERSION } from '../../../lambdas/version.ts';
import { ALB_KEY, albText } from '../../support/factories/alb-object.ts';
import { BUCKET, createForwarder } from '../../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../../support/harness/scout-and-store.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
const create = (settings: Record<string, string>) =>
  createForwarder({ store, environment: { ...scout.environment, ...settings } });
beforeEach(() => {
  forwarder = create({ OWN_METRICS: 'true' });
});
afterEach(() => forwarder.close());

/** Ten lines, logged from midnight on, ten minutes before the clock's time. */
const forwardTen = (key = ALB_KEY): Promise<boolean> => forwarder.receive(forwarder.put(key, albText(10)));

const points = () =>
  scout.metrics().map(({ metric: { name, unit, gauge } }) => ({
    name,
    unit,
    points: gauge?.dataPoints?.map(({ asDouble, timeUnixNano, attributes }) => [
      asDouble,
      Number(timeUnixNano) / 1e6,
      attributesOf(attributes),
    ]),
  }));
const values = () => points().map(({ name, points }) => [name, points?.[0]?.[0]]);

test('gauges tell Scout how many records were delivered, and how late', async () => {
  const now = forwarder.clock.now;
  expect(await forwardTen()).toBe(true);
  const attributes = { pipeline: 'logs' };
  const lag = (now - Date.UTC(2026, 0, 1, 0, 0, 9)) / 1000;
  expect(points()).toEqual([
    { name: 'scout.forwarder.records', unit: '{record}', points: [[10, now, attributes]] },
    { name: 'scout.forwarder.lag', unit: 's', points: [[expect.closeTo(lag, 0), now, attributes]] },
  ]);
  const [records] = scout.metrics();
  expect(records?.scope).toEqual({ name: 'scout-forwarder', version: VERSION });
  expect(records?.resource).toEqual({
    'service.name': 'scout-forwarder',
    'cloud.provider': 'aws',
    'cloud.account.id': '210987654321',
    'cloud.region': 'eu-west-1',
    environment: 'production',
    'deployment.environment': 'production',
    'deployment.environment.name': 'production',
  });
});

test('gauges are sent once a minute at most, and count what was delivered since', async () => {
  await forwardTen();
  await forwardTen(`${ALB_KEY}.2.gz`);
  forwarder.clock.now += 59_000;
  await forwardTen(`${ALB_KEY}.3.gz`);
  expect(points()).toHaveLength(2);
  forwarder.clock.now += 1_000;
  await forwardTen(`${ALB_KEY}.4.gz`);
  expect(values().map(([, value]) => value)).toEqual([10, expect.any(Number), 30, expect.any(Number)]);
});

test('the lag is the largest since the last points; records from the past are counted, but have none', async () => {
  const fromThePast = { bucket: BUCKET, key: 'alb/past.log', backfill: true };
  forwarder.put(fromThePast.key, albText(10));
  await forwarder.receive(fromThePast);
  expect(values()).toEqual([['scout.forwarder.records', 10]]);

  await forwardTen();
  const lag = forwarder.report()['DeliveryLag'];
  await forwarder.receive(forwarder.put('alb/fresher.log', albText(20)));
  expect(forwarder.report()['DeliveryLag']).toBeLessThan(Number(lag));
  forwarder.clock.now += 60_000;
  await forwarder.receive(fromThePast);
  expect(values().slice(1)).toEqual([
    ['scout.forwarder.records', 40],
    ['scout.forwarder.lag', lag],
  ]);
});

test.each([
  ['they are sent with six seconds left, one for them and five for the bookkeeping', 6_000, 10],
  ['with less they are not, and the next ones count these records too', 5_999, 20],
])('gauges and time: %s', async (_, leftMs, records) => {
  const limitMs = 60_000;
  const end = forwarder.clock.now + limitMs;
  scout.respond([
    () => {
      forwarder.clock.now = end - leftMs;
      return accept();
    },
    accept(),
  ]);
  expect(await forwarder.receive(forwarder.put(ALB_KEY, albText(10)), { limitMs })).toBe(true);
  await forwardTen(`${ALB_KEY}.2.gz`);
  expect(values()).toEqual([
    ['scout.forwarder.records', records],
    ['scout.forwarder.lag', expect.any(Number)],
  ]);
});

const compress = async (): Promise<never> => {
  throw new RangeError('out of memory');
};

test('a defect in the gauges is logged, and does not fail the invocation whose data was accepted', async () => {
  const { settings, clock, logged } = forwarder;
  const now = (): number => clock.now;
  const faulty = { settings, scout: { compress }, now, monotonicNow: now } as unknown as Dependencies;
  const send = createOwnMetrics('logs', faulty);
  const call = { functionArn: undefined, remainingMs: () => 300_000 };
  await expect(send({ ...newInvocationMetrics(), RecordsDelivered: 10 }, call)).resolves.toBeUndefined();
  expect(logged).toEqual([
    { level: 'warn', message: 'own metrics not sent', reason: 'RangeError: out of memory' },
  ]);
});

test('gauges are in no account: neither their requests nor their bytes', async () => {
  await forwardTen();
  const [logs, own] = scout.requests;
  expect(forwarder.account()).toMatchObject({ read: 10, delivered: 10, requests: 1, bytes: logs?.bytes });
  expect(forwarder.report()).toMatchObject({ RecordsRead: 10, BytesSent: logs?.bytes });
  expect(own?.path).toBe('/v1/metrics');
});

test.each([
  ['refuses them', fail(403), 'responded 403'],
  ['is unable to take them', fail(503), 'responded 503'],
  ['finds them invalid', fail(400), 'responded 400'],
])('a Scout that %s gets the data once, and the gauges in one try', async (_, behaviour, reason) => {
  scout.respond([accept(), behaviour]);
  expect(await forwardTen()).toBe(true);
  expect(scout.logs()).toHaveLength(10);
  expect(scout.requests.map(({ path }) => path)).toEqual(['/v1/logs', '/v1/metrics']);
  expect(forwarder.logged).toContainEqual({
    level: 'warn',
    message: 'own metrics not sent',
    reason: expect.stringContaining(reason),
  });
  expect([...forwarder.queued, ...forwarder.deadLetters]).toEqual([]);
});

test('a token that only the gauges may not use is kept for the data, and the next gauges count all records', async () => {
  scout.respond([accept(), fail(403), accept()]);
  await forwardTen();
  forwarder.clock.now += 60_000;
  await forwardTen(`${ALB_KEY}.2.gz`);
  expect(scout.tokenRequests()).toBe(1);
  expect(values()[0]).toEqual(['scout.forwarder.records', 20]);
});

test('a Scout that is silent holds the function up for a second at most', async () => {
  scout.respond([accept(), silence]);
  const started = performance.now();
  expect(await forwardTen()).toBe(true);
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(scout.logs()).toHaveLength(10);
  expect(forwarder.logged).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'own metrics not sent' }),
  );
});

test('nothing is sent where nothing was delivered', async () => {
  scout.respond(fail(503));
  await forwardTen();
  expect(scout.requests.map(({ path }) => path)).not.toContain('/v1/metrics');
});

test('nothing is sent where the setting says so', async () => {
  forwarder.close();
  forwarder = create({ OWN_METRICS: 'false' });
  await forwardTen();
  expect(scout.requests.map(({ path }) => path)).toEqual(['/v1/logs']);
});
