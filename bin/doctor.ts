import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { styleText } from 'node:util';
import { type StackSettings, SettingsError } from '../lib/settings.ts';
import { SETTINGS } from '../lib/settings/settings-table.ts';
import { readContext, readOptions, run, UsageError } from './shared/command-line.ts';
import { type Check, fail, type Finding, runCheck } from './doctor/check.ts';
import { createContext } from './doctor/context.ts';
import { SCOUT_CHECKS } from './doctor/scout.ts';
import { STACK_CHECK, stackChecks } from './doctor/stack.ts';
import { environmentRegion } from './shared/region.ts';

const USAGE = 'usage: npm run doctor -- [--alb ARN …] [--stack NAME] [-c key=value …]';

const OPTIONS = {
  alb: { type: 'string', multiple: true, default: [] as string[] },
  stack: { type: 'string', default: 'ScoutForwarder' },
} as const;

/** Checks everything between CloudWatch and Scout, as far as it is there yet; exit status 1 if anything fails. */
const main = async (): Promise<void> => {
  const { alb, stack: stackName, context } = readOptions(OPTIONS);
  const given = alb.length > 0 ? SETTINGS.albArns.parser.parse(alb.join(',')) : [];
  if (given === undefined) throw new UsageError(`--alb is ${alb.join(' ')}; it must be the ARN of an ALB`);
  const settings = settingsOf(context);
  if (settings === undefined) return;
  trust(settings.caCertificateFile);
  const loadBalancers = [...new Set([...(settings.albArns ?? []), ...given])];
  for (const region of settings.regions ?? [environmentRegion()]) {
    // What is in none of the regions is said in each.
    const itsOwn = loadBalancers.filter((arn) => {
      const [, , , itsRegion = ''] = arn.split(':');
      return itsRegion === region || settings.regions?.includes(itsRegion) !== true;
    });
    await examine({ settings, region, stackName, loadBalancers: itsOwn });
  }
};

const examine = async (subject: Parameters<typeof createContext>[0]): Promise<void> => {
  const context = await createContext(subject);
  const { settings, region, stackName, loadBalancers } = context;
  console.log(styleText('bold', `${stackName} in ${region ?? 'a region that is not set'}`));
  const checkAll = async (checks: readonly Check[]): Promise<void> => {
    for (const check of checks) print(check.name, await runCheck(check, context));
  };
  await checkAll([...SCOUT_CHECKS, STACK_CHECK]);
  const outputs = await context.outputs().catch(() => undefined);
  if (outputs?.['BucketName'] !== undefined) {
    await checkAll(stackChecks(settings, outputs, loadBalancers));
  }
};

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const;
const NAME_WIDTH = 26;

const print = (name: string, finding: Finding): void => {
  const { status, found } = finding;
  console.log(
    `${styleText(COLOURS[status], status.padEnd(4))}  ${name.padEnd(NAME_WIDTH)}  ${found.replaceAll(/\s+/g, ' ')}`,
  );
  if ('remedy' in finding) console.log(`      → ${finding.remedy.trim()}`);
  if (status === 'fail') process.exitCode = 1;
};

/** The settings; where they are wrong, that is the only finding. */
const settingsOf = (pairs: readonly string[]): StackSettings | undefined => {
  try {
    return readContext(pairs);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    print('settings', fail('wrong, so nothing else can be checked', error.message));
    return undefined;
  }
};

/** As the functions do. */
const trust = (certificateFile: string | undefined): void => {
  if (certificateFile === undefined) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificateFile, 'utf8')]);
};

await run(USAGE, main);
