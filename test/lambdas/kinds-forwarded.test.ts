import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attributesOf } from '../../bin/local/emulators/scout/otlp.ts';
import { albConnectionLog } from '../../bin/local/samples/kinds/alb-connection.ts';
import { albHealthCheckLog } from '../../bin/local/samples/kinds/alb-health-check.ts';
import { albLog } from '../../bin/local/samples/kinds/alb.ts';
import { clbLog } from '../../bin/local/samples/kinds/clb.ts';
import { nlbLog } from '../../bin/local/samples/kinds/nlb.ts';
import type { SampleLog } from '../../bin/local/samples/kinds/sample-log.ts';
import { vpcFlowLog } from '../../bin/local/samples/kinds/vpc-flow.ts';
import { random } from '../../bin/local/samples/random.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';
import { BUCKET, createForwarder } from '../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../support/harness/scout-and-store.ts';

const START = Date.UTC(2026, 0, 31, 12);

const SAMPLES: readonly (readonly [kind: string, scope: string, service: string, sample: SampleLog])[] = [
  ['vended alb', 'aws.alb', 'alb', albLog(random(1), START)],
  ['alb-connection', 'aws.alb.connection', 'alb', albConnectionLog(random(1), START)],
  ['alb-health-check', 'aws.alb.health_check', 'alb', albHealthCheckLog(random(1), START)],
  ['nlb', 'aws.nlb', 'nlb', nlbLog(random(1), START)],
  ['clb', 'aws.clb', 'clb', clbLog(random(1), START)],
  ['vpc-flow', 'aws.vpc.flow', 'vpc-flow', vpcFlowLog(random(1), START)],
];

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = createForwarder({
    store,
    environment: { ...scout.environment, LOG_KINDS: Object.keys(LOG_KINDS).join(',') },
    formats: (settings) => logFormats(LOG_KINDS, settings),
  });
});
afterEach(() => forwarder.close());

/** Lines that are records: the first line of a flow log names the fields. */
const recordsIn = ({ lines }: SampleLog): number =>
  lines.filter((line) => !line.startsWith('version ')).length;
const names = (): unknown[] =>
  scout.logs().map(({ record }) => attributesOf(record.attributes)['error.type']);

describe.each(SAMPLES)('a log of the kind %s', (_, scope, service, sample) => {
  test.each([
    ['under the name that AWS gives it', sample.key],
    ['under a name that says nothing', 'logs/copy.gz'],
  ])('%s is forwarded whole, as what it is', async (_title, key) => {
    expect(await forwarder.receive(forwarder.put(key, sample.body))).toBe(true);
    const count = recordsIn(sample);
    expect(forwarder.account()).toMatchObject({ read: count, delivered: count });
    expect(names()).not.toContain('unparsable_line');
    const [{ resource, scope: sent } = { resource: {}, scope: {} }] = scout.logs();
    expect(sent).toMatchObject({ name: scope });
    expect(resource).toMatchObject({ 'service.name': service });
    if (key === sample.key) {
      expect(resource).toMatchObject({
        'cloud.account.id': expect.stringMatching(/^\d{12}$/),
        'cloud.resource_id': expect.stringMatching(/^arn:aws:(?:ec2|elasticloadbalancing):/),
      });
    }
  });

  test('is continued in its middle with the same records', async () => {
    await forwarder.receive(forwarder.put(sample.key, sample.body));
    const whole = new Map(
      scout
        .logs()
        .map(({ record }) => [attributesOf(record.attributes)['log.record.uid'], record.attributes]),
    );
    const seen = scout.logs().length;
    await forwarder.receive({ bucket: BUCKET, key: sample.key, fromLine: 31, toLine: 40 });
    const again = scout.logs().slice(seen);
    expect(again).toHaveLength(10);
    for (const { record } of again)
      expect(record.attributes).toEqual(whole.get(attributesOf(record.attributes)['log.record.uid']));
  });
});
