import type { Node } from 'constructs';
import { closestMatch } from 'leven';
import { type Pipeline, readFunctionSettings } from '../lambdas/function-settings.ts';
import { contradictions } from './settings/rules.ts';
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
 * Reads every setting from CDK context (`cdk.json` or `-c`). Empty text is the same as no value.
 * @throws SettingsError that names all missing, wrong, misspelt and contradicting keys, with an example command
 */
export const readStackSettings = (node: Node): StackSettings => {
  const context: Record<string, unknown> = node.getAllContext();
  const missing: string[] = [];
  const wrong: string[] = [];
  const read = ([key, setting]: [string, Setting]): [string, unknown] => {
    const raw = context[key];
    if (raw === undefined || raw === null || raw === '') {
      if (setting.required) missing.push(`${key} is missing: ${setting.description.replaceAll('`', '')}`);
      return [key, setting.default];
    }
    const value = setting.value.read(raw);
    if (value === undefined) {
      const got = setting.secret ? 'malformed' : JSON.stringify(raw);
      wrong.push(`${key} is ${got}; it must be ${setting.value.expects}`);
    }
    return [key, value];
  };
  const settings = Object.fromEntries(Object.entries<Setting>(SETTINGS).map(read)) as StackSettings;
  const contradicting = wrong.length === 0 ? contradictions(settings) : [];
  const faults = [...missing, ...wrong, ...misspelt(Object.keys(context)), ...contradicting];
  if (faults.length === 0) faults.push(...refusedByFunctions(settings));
  if (faults.length > 0) throw new SettingsError(message(faults));
  return settings;
};

/** What the functions themselves would refuse, at every invocation. */
const refusedByFunctions = (settings: StackSettings): readonly string[] => {
  const refused = (['metrics', 'logs'] as const).flatMap((pipeline) => {
    try {
      readFunctionSettings(functionEnvironment(settings, pipeline), pipeline);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
  return [...new Set(refused)];
};

/** What a pipeline's function is told of the settings: those that were given, and nothing of its own defaults. */
export const functionEnvironment = (settings: StackSettings, pipeline: Pipeline): Record<string, string> =>
  Object.fromEntries(
    Object.entries<Setting>({
      ...SCOUT_SETTINGS,
      ...(pipeline === 'metrics' ? METRIC_SETTINGS : ALB_SETTINGS),
    }).flatMap(([key, { env }]) => {
      const value = settings[key as keyof StackSettings];
      return env === undefined || value === undefined ? [] : [[env, environmentText(value)]];
    }),
  );

const OURS = /^(?:scout|metric|alb|firehose|alarm)/i;
const MOST_TYPOS = 2;

const misspelt = (keys: readonly string[]): string[] =>
  keys
    .filter((key) => !Object.hasOwn(SETTINGS, key) && /^[\w-]+$/.test(key))
    .flatMap((key) => {
      const meant = closestMatch(key, Object.keys(SETTINGS), { maxDistance: MOST_TYPOS });
      if (meant !== undefined) return [`${key} is no setting; did you mean ${meant}?`];
      return OURS.test(key) ? [`${key} is no setting`] : [];
    });

const environmentText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value);
};

const message = (faults: readonly string[]): string => `
The settings are not right yet:

${faults.map((fault) => `  - ${fault}`).join('\n')}

Give them with -c or under "context" in cdk.json, for example:

  npx cdk deploy \\
    -c scoutEndpoint=https://otel.example.com/tenant/otlp \\
    -c scoutTokenUrl=https://id.example.com/oauth/token
`;
