import { App } from 'aws-cdk-lib';
import { type Check, type Finding, runCheck } from '../../../bin/doctor/check.ts';
import { type Context, createContext } from '../../../bin/doctor/context.ts';
import { readSettings, type Settings } from '../../../lib/settings.ts';
import { SCOUT } from '../../lib/synth.ts';

export const REGION = 'eu-west-1';

/** Context keys as the user gives them; `overrides` past what the settings allow, such as http: on loopback. */
export const contextOf = async (
  keys: Readonly<Record<string, unknown>> = {},
  overrides: Partial<Settings> = {},
): Promise<Context> =>
  createContext({
    settings: { ...readSettings(new App({ context: { ...SCOUT, ...keys } }).node), ...overrides },
    region: REGION,
    stackName: 'ScoutForwarder',
    loadBalancers: [],
  });

/** What the checks find, by name. */
export const examine = async (
  checks: readonly Check[],
  context: Context,
): Promise<Readonly<Record<string, Finding>>> => {
  const findings: Record<string, Finding> = {};
  for (const check of checks) findings[check.name] = await runCheck(check, context);
  return findings;
};

/** An error as the SDK throws it. */
export const awsError = (name: string, message = name, httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
