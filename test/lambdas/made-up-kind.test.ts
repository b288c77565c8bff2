import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { attributesOf } from '../../bin/local/emulators/scout/otlp.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { int } from '../../lambdas/log-lines/field-writers.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';
import type { LogKind } from '../../lambdas/log-lines/log-kind.ts';
import type { LogSchema } from '../../lambdas/log-lines/schema.ts';
import { fieldText } from '../../lambdas/log-lines/line.ts';
import { createForwarder } from '../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../support/harness/scout-and-store.ts';

/** All that a new kind of log takes: a schema and a row. */
const SCHEMA: LogSchema = {
  scope: 'aws.tides',
  fields: ['time', 'gauge', 'height', 'state'],
  least: 4,
  accepts: (line) => /^-?\d+$/.test(fieldText(line, 2)),
  time: 0,
  severity: (line) => (fieldText(line, 3) === 'FLOOD' ? 'ERROR' : 'INFO'),
  addresses: [],
  urls: [],
  conventions: { height: () => int('aws.tides.height'), gauge: 'host.name' },
  attributes: 'aws.tides.',
};
const ROW: LogKind = {
  serviceName: 'tides',
  objectName: /^tide_(?<account>\d{12})_(?<region>[a-z0-9-]+)_/,
  resourceId: ({ account, region }) => `arn:aws:tides:${region}:${account}:gauge`,
  schema: SCHEMA,
  delivery: {
    folder: 'tides',
    principal: 'delivery.logs.amazonaws.com',
    output: 'TurnOnTides',
    turnOn: ({ bucketName }) => `aws tides on ${bucketName}`,
  },
};
const LINES = [
  '2026-01-31T23:00:00Z pier 120 -',
  '2026-01-31T23:05:00Z pier 480 FLOOD',
  'the gauge fell off',
];

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
afterEach(() => forwarder.close());

const forward = async (key: string, body: Buffer | string, environment: Record<string, string> = {}) => {
  forwarder = createForwarder({
    store,
    environment: { ...scout.environment, ...environment },
    formats: (settings) =>
      logFormats({ ...LOG_KINDS, tides: ROW }, { ...settings, logKinds: ['alb', 'tides'] }),
  });
  await forwarder.receive(forwarder.put(key, body));
};

describe('a kind of log that is a schema and a row', () => {
  test('is forwarded', async () => {
    await forward('logs/tides/tide_123456789012_eu-west-1_1.log.gz', gzipSync(LINES.join('\n')), {
      ALB_ATTRIBUTES: 'both',
    });
    const records = scout.logs();
    expect(records.map(({ record: { severityText } }) => severityText)).toEqual(['INFO', 'ERROR', 'WARN']);
    const [{ resource, record } = {}] = records;
    expect(resource).toMatchObject({
      'service.name': 'tides',
      'cloud.account.id': '123456789012',
      'cloud.region': 'eu-west-1',
      'cloud.resource_id': 'arn:aws:tides:eu-west-1:123456789012:gauge',
    });
    expect(attributesOf(record?.attributes)).toMatchObject({
      height: '120',
      'aws.tides.height': 120n,
      'host.name': 'pier',
    });
    expect(record?.body?.stringValue).toBe(
      '{"time":"2026-01-31T23:00:00Z","gauge":"pier","height":"120","state":"-"}',
    );
    expect(forwarder.account()).toMatchObject({ read: 3, delivered: 3 });
  });

  test('is known by its content too, and sampled and skipped as the settings say', async () => {
    await forward('logs/tides/copy.gz', LINES.join('\n'), { ALB_SAMPLE_RATE: '0' });
    expect(forwarder.account()).toMatchObject({ read: 3, delivered: 2, filtered: 1 });
  });

  test('is refused where its name is on something else', async () => {
    await forward('logs/tides/tide_123456789012_eu-west-1_1.log', 'prose\n'.repeat(3));
    expect(forwarder.deadLetters.map(({ error }) => error)).toEqual([
      {
        type: 'wrong_format',
        message: 'none of its first lines is a line of tides; it begins with "prose"',
      },
    ]);
  });
});
