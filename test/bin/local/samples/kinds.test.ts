import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { albLine } from '../../../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS, type LoadBalancer } from '../../../../bin/local/samples/alb-traffic.ts';
import { albConnectionLog } from '../../../../bin/local/samples/kinds/alb-connection.ts';
import { albHealthCheckLog } from '../../../../bin/local/samples/kinds/alb-health-check.ts';
import { albLog, vendedLine } from '../../../../bin/local/samples/kinds/alb.ts';
import { clbLog } from '../../../../bin/local/samples/kinds/clb.ts';
import { nlbLog } from '../../../../bin/local/samples/kinds/nlb.ts';
import type { SampleLog } from '../../../../bin/local/samples/kinds/sample-log.ts';
import { vpcFlowLog } from '../../../../bin/local/samples/kinds/vpc-flow.ts';
import { random } from '../../../../bin/local/samples/random.ts';

const START = Date.UTC(2026, 0, 31, 12);

/** Tokens as Elastic Load Balancing writes them: a quoted one may hold spaces, and go on after its quote. */
const tokens = (line: string): readonly string[] => line.match(/(?:"[^"]*"|[^ "])+/g) ?? [];

const LOGS: readonly (readonly [string, (seed: number) => SampleLog, fields: number])[] = [
  ['alb-connection', (seed) => albConnectionLog(random(seed), START), 15],
  ['alb-health-check', (seed) => albHealthCheckLog(random(seed), START), 10],
  ['nlb', (seed) => nlbLog(random(seed), START), 22],
  ['clb', (seed) => clbLog(random(seed), START), 15],
  ['vpc-flow', (seed) => vpcFlowLog(random(seed), START), 18],
];

describe('the sample log of a kind', () => {
  test.each(LOGS)('has as many fields per line as AWS documents: %s', (_, sample, fields) => {
    const counts = sample(1).lines.map((line) => tokens(line).length);
    expect(new Set(counts)).toEqual(new Set([fields]));
  });

  test.each(LOGS)('is the same for the same seed, and another for another: %s', (_, sample) => {
    expect(sample(1)).toEqual(sample(1));
    expect(sample(2)).not.toEqual(sample(1));
  });

  test.each(LOGS)('is what the body holds: %s', (_, sample) => {
    const { body, lines } = sample(1);
    const text = body[0] === 0x1f ? gunzipSync(body) : body;
    expect(text.toString()).toBe(`${lines.join('\n')}\n`);
  });

  test('of vended access logs is one JSON object per line, whose values are texts', () => {
    const { lines } = albLog(random(1), START);
    for (const line of lines) {
      const record = JSON.parse(line) as object;
      expect(Object.keys(record)).toHaveLength(34);
      expect(Object.values(record).every((value) => typeof value === 'string')).toBe(true);
    }
  });

  test('of vended access logs holds the values of the classic line, without its quotes', () => {
    const [balancer] = LOAD_BALANCERS as [LoadBalancer];
    const line = albLine(random(3), balancer, START * 1000, 34);
    const values = Object.values(JSON.parse(vendedLine(line)) as object);
    expect(values).toEqual(tokens(line).map((token) => token.replaceAll('"', '')));
  });
});
