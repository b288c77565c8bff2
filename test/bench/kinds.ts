import { albLine } from '../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS, type LoadBalancer } from '../../bin/local/samples/alb-traffic.ts';
import { albConnectionLog } from '../../bin/local/samples/kinds/alb-connection.ts';
import { albHealthCheckLog } from '../../bin/local/samples/kinds/alb-health-check.ts';
import { vendedLine } from '../../bin/local/samples/kinds/alb.ts';
import { clbLog } from '../../bin/local/samples/kinds/clb.ts';
import { nlbLog } from '../../bin/local/samples/kinds/nlb.ts';
import { vpcFlowLog } from '../../bin/local/samples/kinds/vpc-flow.ts';
import { random as seeded } from '../../bin/local/samples/random.ts';
import { type LogKindName, readFunctionSettings } from '../../lambdas/function-settings.ts';
import { encodeObject } from '../support/factories/log-objects.ts';
import { formatOf } from '../support/factories/log-formats.ts';
import { IN_USE } from './codecs.ts';
import type { Row } from './rows.ts';
import { median } from './statistics.ts';

const LINES = 9_000;
const WARM_UP = 2;
const START = Date.UTC(2026, 0, 15, 12);

type Sample = (seed: number) => { readonly lines: readonly string[] };

const [BALANCER] = LOAD_BALANCERS as [LoadBalancer];
const access = (line: (classic: string) => string): Sample => {
  return (seed) => ({ lines: [line(albLine(seeded(seed), BALANCER, (START + seed * 1000) * 1000, 34))] });
};

/** The first is what the others are compared with. */
const SAMPLES: readonly (readonly [title: string, kind: LogKindName, sample: Sample])[] = [
  ['alb', 'alb', access((line) => line)],
  ['alb, vended JSON', 'alb', access(vendedLine)],
  ['alb-connection', 'alb-connection', (seed) => albConnectionLog(seeded(seed), START)],
  ['alb-health-check', 'alb-health-check', (seed) => albHealthCheckLog(seeded(seed), START)],
  ['nlb', 'nlb', (seed) => nlbLog(seeded(seed), START)],
  ['clb', 'clb', (seed) => clbLog(seeded(seed), START)],
  ['vpc-flow', 'vpc-flow', (seed) => vpcFlowLog(seeded(seed), START)],
];
const VENDED = 1;
/** Of a vended JSON record, over the classic line. */
const LEAST = 0.5;

/**
 * Lines a CPU second parses, encodes and compresses, as a multiple of those of ALB's classic line. All kinds run by
 * turns, and the median of the runs counts.
 */
export const kindRows = (runs: number): readonly Row[] => {
  const texts = SAMPLES.map(([, kind, sample]) => ({ kind, text: textOf(sample) }));
  const perSecond: number[][] = SAMPLES.map(() => []);
  for (let run = 0; run < runs + WARM_UP; run++) {
    for (const [i, { kind, text }] of texts.entries()) {
      const rate = LINES / secondsFor(kind, text);
      if (run >= WARM_UP) perSecond[i]?.push(rate);
    }
  }
  const [classic = NaN, ...others] = perSecond.map(median);
  return others.map((rate, i): Row => {
    const ratio = rate / classic;
    const title = SAMPLES[i + 1]?.[0] ?? '';
    return i + 1 === VENDED
      ? [title, ratio.toFixed(2), `≥ ${LEAST}`, ratio >= LEAST]
      : [title, ratio.toFixed(2)];
  });
};

/** Lines of different seeds under one header, if the first has one. */
const textOf = (sample: Sample): Buffer => {
  const [header = ''] = sample(1).lines;
  const isHeader = sample(2).lines[0] === header;
  const lines: string[] = isHeader ? [header] : [];
  for (let seed = 1; lines.length < LINES; seed++) lines.push(...sample(seed).lines.slice(isHeader ? 1 : 0));
  return Buffer.from(`${lines.slice(0, LINES).join('\n')}\n`);
};

const settings = readFunctionSettings({
  SCOUT_ENDPOINT: 'https://localhost',
  SCOUT_TOKEN_URL: 'https://localhost',
  SCOUT_SECRET_NAME: 'bench',
});

const secondsFor = (kind: LogKindName, text: Buffer): number => {
  const before = process.cpuUsage();
  IN_USE.logs.compress(encodeObject(formatOf(kind, settings), text).request);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};
