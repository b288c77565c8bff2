import { closestMatch } from 'leven';
import { logKinds, readSetting, type Pipeline } from '../lambdas/function-settings.ts';
import { contradictions, type Deployment } from './settings/rules.ts';
import {
  ALB_SETTINGS,
  METRIC_SETTINGS,
  SCOUT_SETTINGS,
  SETTINGS,
  type Setting,
  type StackSettings,
} from './settings/settings-table.ts';

export type { StackSettings };

/** Says, for people, what is missing or wrong in the settings. */
export class SettingsError extends Error {}

/**
 * Reads every setting from a CDK app's context (`cdk.json` or `-c`). Empty text is the same as no value.
 * @param environment where the CDK CLI tells the account and region that it deploys to
 * @param command for the example of the error
 * @throws SettingsError that names all missing, wrong, unknown and contradicting keys, with an example command
 */
export const readStackSettings = (
  context: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  command = 'npx cdk deploy',
): StackSettings => {
  const faults: string[] = [];
  const read = ([key, setting]: [string, Setting]): [string, unknown] => {
    const { value, fault } = readSetting(setting, key, (name) => contextText(context[name]));
    if (fault !== undefined) faults.push(fault);
    return [key, value];
  };
  const values = Object.fromEntries(Object.entries<Setting>(SETTINGS).map(read)) as StackSettings;
  const settings = { ...values, logKinds: logKinds(values.logKinds, values.albConnectionLogs) };
  if (faults.length === 0) faults.push(...contradictions(settings, deployment(environment)));
  if (faults.length === 0) faults.push(...tooLong(settings));
  faults.push(...unknown(Object.keys(context)));
  if (faults.length > 0) throw new SettingsError(message(faults, command));
  return settings;
};

/**
 * The environment variables of a pipeline's function for these settings: none for a value that is the function's own
 * default.
 */
export const functionEnvironment = (
  settings: Partial<StackSettings>,
  pipeline: Pipeline,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries<Setting>({
      ...SCOUT_SETTINGS,
      ...(pipeline === 'metrics' ? METRIC_SETTINGS : ALB_SETTINGS),
    }).flatMap(([key, setting]) => {
      const value = settings[key as keyof StackSettings];
      const isDefault = !setting.always && settingText(value) === settingText(setting.default);
      return setting.env === undefined || value === undefined || isDefault
        ? []
        : [[setting.env, settingText(value)]];
    }),
  );

/** The text that a setting's parser reads as this value. */
export const settingText = (value: unknown): string => {
  // `source` escapes slashes, which a text need not.
  if (value instanceof RegExp) return value.source.replaceAll(String.raw`\/`, '/');
  if (Array.isArray(value) && !value.some(isObject)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** The text of a context value; undefined for none. */
const contextText = (raw: unknown): string | undefined =>
  raw === undefined || raw === null ? undefined : settingText(raw).trim() || undefined;

const isObject = (value: unknown): boolean => typeof value === 'object';

/** Known only where the CDK CLI has credentials; without any it makes a region up. */
const deployment = ({
  CDK_DEFAULT_ACCOUNT: account,
  CDK_DEFAULT_REGION: region,
}: Readonly<Record<string, string | undefined>>): Deployment =>
  account === undefined || account === '' ? {} : { account, region };

const NAMES = Object.entries<Setting>(SETTINGS).flatMap(([key, { alias }]) =>
  alias === undefined ? [key] : [key, alias],
);
const MAX_TYPOS = 2;
const LEAST_PART = 4;

/**
 * Keys that are not settings. CDK's own keys hold a colon, a slash or a dash, as keys of other tools may; any other
 * key is taken for a misspelt setting.
 */
const unknown = (keys: readonly string[]): string[] =>
  keys
    .filter((key) => /^[\w-]+$/.test(key) && !NAMES.includes(key))
    .flatMap((key) => {
      const meant = closest(key);
      if (meant !== undefined) return [`unknown setting ${key}; did you mean ${meant}?`];
      return key.includes('-')
        ? []
        : [`unknown setting ${key}; write a key of your own with a colon: my:${key}`];
    });

/** The setting whose name differs by a typo or two, or holds the key as a part. */
const closest = (key: string): string | undefined => {
  const wanted = plain(key);
  const typo = closestMatch(wanted, NAMES.map(plain), { maxDistance: MAX_TYPOS });
  return NAMES.find((name) =>
    typo === undefined ? wanted.length >= LEAST_PART && plain(name).includes(wanted) : plain(name) === typo,
  );
};

const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

// Lambda measures the variables as JSON text: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const MAX_ENVIRONMENT_BYTES = 4096;
/** For the names of queues and buckets, which only the deploy knows. */
const RESERVED_BYTES = 700;

const tooLong = (settings: StackSettings): string[] =>
  (['metrics', 'logs'] as const)
    .map((pipeline) => ({
      pipeline,
      bytes: Buffer.byteLength(JSON.stringify(functionEnvironment(settings, pipeline))),
    }))
    .filter(({ bytes }) => bytes > MAX_ENVIRONMENT_BYTES - RESERVED_BYTES)
    .map(
      ({ pipeline, bytes }) =>
        `the settings of ${pipeline} make ${bytes} bytes of environment variables; Lambda allows ${MAX_ENVIRONMENT_BYTES}, of which ${RESERVED_BYTES} are taken`,
    );

const message = (faults: readonly string[], command: string): string => `
The settings are not right yet:

${faults.map((fault) => `  - ${fault}`).join('\n')}

Give them under "context" in cdk.json or with -c, for example:

  ${command} \\
    -c scoutEndpoint=https://otel.example.com/tenant/otlp \\
    -c scoutTokenUrl=https://id.example.com/oauth/token

docs/settings.md lists every setting and its allowed values.
`;
