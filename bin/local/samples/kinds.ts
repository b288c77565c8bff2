import type { LogKindName } from '../../../lambdas/function-settings.ts';
import { albLog } from './kinds/alb.ts';
import { albConnectionLog } from './kinds/alb-connection.ts';
import { albHealthCheckLog } from './kinds/alb-health-check.ts';
import { clbLog } from './kinds/clb.ts';
import { nlbLog } from './kinds/nlb.ts';
import type { SampleLog } from './kinds/sample-log.ts';
import { vpcFlowLog } from './kinds/vpc-flow.ts';
import { type Random, random as seeded } from './random.ts';

type Sample = (random: Random, start: number) => SampleLog;

/** Makes a log of five minutes of each kind, beside the hour's access logs. A kind without a row does not compile. */
export const KIND_SAMPLES: Readonly<Record<LogKindName, Sample>> = {
  alb: albLog,
  'alb-connection': albConnectionLog,
  'alb-health-check': albHealthCheckLog,
  nlb: nlbLog,
  clb: clbLog,
  'vpc-flow': vpcFlowLog,
};

/** A log of each kind. `start` is in milliseconds since the epoch. */
export const kindLogs = (seed: number, start: number): readonly SampleLog[] =>
  Object.values(KIND_SAMPLES).map((sample) => sample(seeded(seed), start));
