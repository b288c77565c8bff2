import { closestMatch } from 'leven';
import { FUNCTION_SETTINGS, type FunctionSetting, type Pipeline } from '../../lambdas/function-settings.ts';
import { settingText } from '../../lib/settings.ts';
import {
  ALB_SETTINGS,
  METRIC_SETTINGS,
  SCOUT_SETTINGS,
  type Setting,
} from '../../lib/settings/settings-table.ts';
import { UsageError } from '../shared/command-line.ts';

const MAX_TYPOS = 2;

const ROWS: Readonly<Record<Pipeline, readonly (readonly [key: string, setting: Setting])[]>> = {
  metrics: Object.entries<Setting>({ ...SCOUT_SETTINGS, ...METRIC_SETTINGS }),
  logs: Object.entries<Setting>({ ...SCOUT_SETTINGS, ...ALB_SETTINGS }),
};

/** Where to send is chosen on the command line, or by the environment. */
const CONNECTION = new Set([
  'SCOUT_ENDPOINT',
  'SCOUT_TOKEN_URL',
  'SCOUT_SECRET_NAME',
  'SCOUT_CLIENT_ID',
  'SCOUT_CLIENT_SECRET',
  'SCOUT_AUDIENCE',
  'SCOUT_HEADERS',
]);

const settingsIn = (node: object): readonly FunctionSetting[] =>
  'env' in node ? [node as FunctionSetting] : Object.values(node).flatMap(settingsIn);
const ALL = settingsIn(FUNCTION_SETTINGS);
const VARIABLES = ALL.flatMap(({ env, alias }) => (alias === undefined ? [env] : [env, alias]));

/** Variables of a pipeline's function that these context keys set, but for the connection. */
const variablesOf = (context: Readonly<Record<string, unknown>>, pipeline: Pipeline) =>
  ROWS[pipeline].flatMap(([key, { env, alias = key }]) => {
    const value = context[key] ?? context[alias];
    return env === undefined || CONNECTION.has(env) || value === undefined || value === null
      ? []
      : [[env, settingText(value)] as const];
  });

/**
 * A function that tells the settings of a pipeline's function, as environment variables: those of `project` (the
 * context of cdk.json), over them the environment's, over them `pairs`.
 * @throws UsageError if a pair sets nothing of the functions, or sets where to send
 */
export const settingsFrom = (
  project: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  pairs: Readonly<Record<string, string>>,
): ((pipeline: Pipeline) => Readonly<Record<string, string>>) => {
  const rows = [...ROWS.metrics, ...ROWS.logs];
  for (const key of Object.keys(pairs)) {
    const env = rows.find(([name, { alias }]) => key === name || key === alias)?.[1].env;
    if (env === undefined)
      throw new UsageError(`-c ${key} is not a setting of the functions; docs/settings.md lists them`);
    if (CONNECTION.has(env)) throw new UsageError(`-c ${key} has no effect here; set the variable ${env}`);
  }
  // Under one name each, so that what comes later replaces it.
  const own = ALL.flatMap(({ env, alias = env }) => {
    const value = environment[env] ?? environment[alias];
    return value === undefined || CONNECTION.has(env) ? [] : [[env, value] as const];
  });
  return (pipeline) =>
    Object.fromEntries([...variablesOf(project, pipeline), ...own, ...variablesOf(pairs, pipeline)]);
};

/** Variables that are a typo or two away from one of the functions', each with the one that is meant. */
export const misspelt = (names: readonly string[]): readonly (readonly [name: string, meant: string])[] =>
  names.flatMap((name) => {
    if (VARIABLES.includes(name) || !/^(?:SCOUT|ALB|LOG|METRIC)_/.test(name)) return [];
    const meant = closestMatch(name, VARIABLES, { maxDistance: MAX_TYPOS });
    return meant === undefined ? [] : [[name, meant] as const];
  });
