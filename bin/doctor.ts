import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { styleText } from 'node:util';
import { typeInArn, withoutLog } from '../lib/load-balancer.ts';
import { type StackSettings, SettingsError } from '../lib/settings.ts';
import { SETTINGS } from '../lib/settings/settings-table.ts';
import { type Finding, fail, type Row } from './doctor/check.ts';
import { CHECKS, SCOUT_CHECKS } from './doctor/checks.ts';
import { createContext, scoutOfEnvironment } from './doctor/context.ts';
import { environmentRegion } from './shared/aws-clients.ts';
import {
  type Command,
  readContext,
  run,
  STACK_OPTION,
  UsageError,
  type Values,
} from './shared/command-line.ts';

const COMMAND = {
  name: 'doctor',
  summary: `Checks everything between CloudWatch and Scout, as far as it is deployed. It changes nothing.
With SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET set, it checks the Scout of the environment (SCOUT_ENDPOINT,
SCOUT_TOKEN_URL, …) alone, and calls nothing of AWS.`,
  options: {
    alb: {
      type: 'string',
      multiple: true,
      default: [] as string[],
      value: 'ARN',
      help: 'a load balancer to look at, besides albArns',
    },
    json: {
      type: 'boolean',
      default: false,
      help: 'prints JSON: {"ok", "findings": [{"region", "name", …}]}',
    },
    stack: STACK_OPTION,
  },
  actions: [...new Set(CHECKS.flatMap(({ actions }) => actions))].toSorted(),
  failure: 'if a check fails (a warning is not a failure)',
} as const satisfies Command;

/** A finding of a check, as `--json` prints it. */
type Result = { readonly region: string | undefined; readonly name: string } & Finding;

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const;
const NAME_WIDTH = 26;

const main = async ({
  alb,
  json,
  stack: stackName,
  context: pairs,
}: Values<typeof COMMAND.options>): Promise<void> => {
  const results: Result[] = [];
  const report = (result: Result): void => {
    results.push(result);
    if (!json) print(result);
  };
  const headline = (text: string): void => {
    if (!json) console.log(styleText('bold', text));
  };
  if (process.env['SCOUT_CLIENT_ID'] !== undefined || process.env['SCOUT_CLIENT_SECRET'] !== undefined) {
    headline('Scout alone, from SCOUT_* (without SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET: the stack)');
    await examine(SCOUT_CHECKS, { scout: scoutOfEnvironment(process.env) }, undefined, report);
  } else {
    const given = alb.length > 0 ? SETTINGS.albArns.parser.parse(alb.join(',')) : [];
    if (given === undefined)
      throw new UsageError(`--alb is ${alb.join(' ')}; it must be the ARN of a load balancer`);
    const settings = readSettings(pairs, report);
    if (settings !== undefined) {
      trust(settings.caCertificateFile);
      const [fault] = given.flatMap((arn) => withoutLog(arn, typeInArn(arn), settings.logKinds));
      if (fault !== undefined) throw new UsageError(`--alb: ${fault}`);
      const all = [...new Set([...(settings.albArns ?? []), ...given])];
      for (const asked of settings.regions ?? [environmentRegion()]) {
        const loadBalancers = all.filter((arn) => isOfRegion(arn, asked, settings));
        const context = await createContext({ settings, region: asked, stackName, loadBalancers });
        headline(`${stackName} in ${context.region ?? 'a region that is not set'}`);
        await examine(CHECKS, context, context.region, report);
      }
    }
  }
  const isOk = results.every(({ status }) => status !== 'fail');
  if (json) console.log(JSON.stringify({ ok: isOk, findings: results }, null, 2));
  if (!isOk) process.exitCode = 1;
};

const examine = async <C>(
  checks: readonly Row<C>[],
  context: C,
  region: string | undefined,
  report: (result: Result) => void,
): Promise<void> => {
  for (const check of checks)
    for await (const [name, finding] of check.run(context)) report({ region, name, ...finding });
};

/** A load balancer in none of the regions is reported in each. */
const isOfRegion = (arn: string, region: string | undefined, { regions }: StackSettings): boolean => {
  const [, , , itsRegion = ''] = arn.split(':');
  return itsRegion === region || regions?.includes(itsRegion) !== true;
};

/** The settings; where they are wrong, that is the only finding. */
const readSettings = (
  pairs: readonly string[],
  report: (result: Result) => void,
): StackSettings | undefined => {
  try {
    return readContext(pairs, COMMAND.name);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const finding = fail('wrong, so nothing else can be checked', error.message.trim());
    report({ region: undefined, name: 'settings', ...finding });
    return undefined;
  }
};

/** The functions trust it too. */
const trust = (certificateFile: string | undefined): void => {
  if (certificateFile === undefined) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificateFile, 'utf8')]);
};

const print = (result: Result): void => {
  const { status, name, found } = result;
  console.log(
    `${styleText(COLOURS[status], status.padEnd(4))}  ${name.padEnd(NAME_WIDTH)}  ${found.replaceAll(/\s+/g, ' ')}`,
  );
  if ('remedy' in result) console.log(`      → ${result.remedy}`);
};

await run(COMMAND, main);
