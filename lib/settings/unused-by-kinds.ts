import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import type { LogSchema } from '../../lambdas/log-lines/schema.ts';
import type { StackSettings } from './settings-table.ts';

type Row = readonly [
  key: keyof StackSettings,
  isGiven: (settings: StackSettings) => boolean,
  needed: string,
  has: (schema: LogSchema) => boolean,
];

const hasUrl = ({ request, urls }: LogSchema): boolean => request !== undefined || urls.length > 0;

/** Settings about a field, and whether the logs of a kind have that field. */
const ROWS: readonly Row[] = [
  ['albSkipStatus', (s) => s.albSkipStatus.length > 0, 'a status', ({ status }) => status !== undefined],
  ['albSkipPath', (s) => s.albSkipPath !== undefined, 'a path', ({ request }) => request !== undefined],
  [
    'albSkipUserAgent',
    (s) => s.albSkipUserAgent !== undefined,
    'a user agent',
    ({ userAgent }) => userAgent !== undefined,
  ],
  [
    'albSampleSlowerThan',
    (s) => s.albSampleSlowerThan !== Infinity,
    'a duration in seconds',
    ({ durations = [] }) => durations.length > 0,
  ],
  ['albQueryStrings', (s) => s.albQueryStrings !== 'keep', 'a URL', hasUrl],
  ['albRedactQueryKeys', (s) => s.albRedactQueryKeys.length > 0, 'a URL', hasUrl],
  [
    'albClientAddress',
    (s) => s.albClientAddress !== 'keep',
    "a client's address",
    ({ addresses }) => addresses.length > 0,
  ],
];

/** A sentence for each setting that is given and applies to none of the kinds of logs that are turned on. */
export const unusedByKinds = (settings: StackSettings): readonly string[] => {
  const { logKinds } = settings;
  const schemas = logKinds.map((kind): LogSchema => LOG_KINDS[kind].schema);
  return ROWS.filter(([, isGiven, , has]) => isGiven(settings) && !schemas.some(has)).map(
    ([key, , needed]) =>
      `${key} applies to none of the logs of logKinds, which are ${logKinds.join(', ')}: they do not have ${needed}`,
  );
};
