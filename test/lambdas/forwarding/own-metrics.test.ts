import { afterEach, beforeEach, expect, test } from 'vitest';
import { accept, fail, silence } from '../../../bin/local/emulators/scout/behaviour.ts';
import { attributesOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { VERSION } from '../../../lambdas/version.ts';
import { ALB_KEY, albText } from '../../support/factories/alb-object.ts';
import { createForwarder } from '../../support/harness/forwarder.ts';
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
  expect(points().map(({ points }) => points?.[0]?.[0])).toEqual([
    10,
    expect.any(Number),
    30,
    expect.any(Number),
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
  expect(points()[0]?.points?.[0]?.[0]).toBe(20);
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
