import type { AlbSettings } from '../function-settings.ts';
import type { LogKinds } from './log-kind.ts';
import type { LogSchema } from './schema.ts';

type Row = readonly [
  setting: FieldSetting,
  isGiven: (settings: FieldSettings) => boolean,
  needed: string,
  has: (schema: LogSchema) => boolean,
];

/** Settings about a field that not every log has. */
export type FieldSettings = Omit<AlbSettings, 'attributes' | 'body' | 'sampleRate'>;
export type FieldSetting = keyof FieldSettings;

const hasUrl = ({ request, urls }: LogSchema): boolean => request !== undefined || urls.length > 0;

const ROWS: readonly Row[] = [
  ['skipStatus', (s) => s.skipStatus.length > 0, 'a status', ({ status }) => status !== undefined],
  ['skipPath', (s) => s.skipPath !== undefined, 'a path', ({ request }) => request !== undefined],
  [
    'skipUserAgent',
    (s) => s.skipUserAgent !== undefined,
    'a user agent',
    ({ userAgent }) => userAgent !== undefined,
  ],
  [
    'sampleSlowerThan',
    (s) => s.sampleSlowerThan !== Infinity,
    'a duration in seconds',
    ({ durations = [] }) => durations.length > 0,
  ],
  ['queryStrings', (s) => s.queryStrings !== 'keep', 'a URL', hasUrl],
  ['redactQueryKeys', (s) => s.redactQueryKeys.length > 0, 'a URL', hasUrl],
  [
    'clientAddress',
    (s) => s.clientAddress !== 'keep',
    "a client's address",
    ({ addresses }) => addresses.length > 0,
  ],
];

/**
 * A sentence for each setting that is given and applies to none of the kinds.
 * @param kindsName the setting that turns kinds on
 */
export const unusedSettings = (
  kinds: LogKinds,
  settings: FieldSettings,
  kindsName: string,
  nameOf: (setting: FieldSetting) => string,
): readonly string[] => {
  const schemas = Object.values(kinds).map(({ schema }) => schema);
  return ROWS.filter(([, isGiven, , has]) => isGiven(settings) && !schemas.some(has)).map(
    ([setting, , needed]) =>
      `${nameOf(setting)} applies to none of the logs of ${kindsName}, which are ${Object.keys(kinds).join(', ')}: they do not have ${needed}`,
  );
};
