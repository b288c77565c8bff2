import type { LogKindName } from '../../../lambdas/function-settings.ts';
import { albConnectionLog } from './kinds/alb-connection.ts';
import type { SampleLog } from './kinds/sample-log.ts';
import { type Random, random as seeded } from './random.ts';

type Sample = (random: Random, start: number) => SampleLog;

/** Makes a log of five minutes of each kind; the hour's access logs are made in hour.ts. A kind without a row does not compile. */
const SAMPLES: Readonly<Record<Exclude<LogKindName, 'alb'>, Sample>> = {
  'alb-connection': albConnectionLog,
};

/** A log of each kind. `start` is in milliseconds since the epoch. */
export const kindLogs = (seed: number, start: number): readonly SampleLog[] =>
  Object.values(SAMPLES).map((sample) => sample(seeded(seed), start));
