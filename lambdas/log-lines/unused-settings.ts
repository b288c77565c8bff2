import { isDeepStrictEqual } from 'node:util';
import { type AlbSettings, FUNCTION_SETTINGS, type FunctionSetting } from '../function-settings.ts';
import type { LogKinds } from './log-kind.ts';
import type { LogSchema } from './schema.ts';

/** Settings about a field that not every log has. */
export type FieldSettings = Omit<AlbSettings, 'attributes' | 'body' | 'sampleRate'>;
export type FieldSetting = keyof FieldSettings;

const hasUrl = ({ request, urls }: LogSchema): boolean => request !== undefined || urls.length > 0;

/** The field that a setting is about, and whether a log has it. */
const FIELDS: Readonly<Record<FieldSetting, readonly [name: string, has: (schema: LogSchema) => boolean]>> = {
  skipStatus: ['a status', ({ status }) => status !== undefined],
  skipPath: ['a path', ({ request }) => request !== undefined],
  skipUserAgent: ['a user agent', ({ userAgent }) => userAgent !== undefined],
  sampleSlowerThan: ['a duration in seconds', ({ durations = [] }) => durations.length > 0],
  queryStrings: ['a URL', hasUrl],
  redactQueryKeys: ['a URL', hasUrl],
  clientAddress: ["a client's address", ({ addresses }) => addresses.length > 0],
};

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
  const isGiven = (setting: FieldSetting): boolean => {
    const row: FunctionSetting = FUNCTION_SETTINGS.alb[setting];
    return !isDeepStrictEqual(settings[setting], row.default);
  };
  return (Object.keys(FIELDS) as FieldSetting[])
    .filter((setting) => isGiven(setting) && !schemas.some(FIELDS[setting][1]))
    .map(
      (setting) =>
        `${nameOf(setting)} applies to none of the logs of ${kindsName}, which are ${Object.keys(kinds).join(', ')}: they do not have ${FIELDS[setting][0]}`,
    );
};
