import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { readSettings, SettingsError } from '../lib/settings.ts';
import { cloudwatchExporterYaml } from './polling/cloudwatch-exporter.ts';
import { composeYaml } from './polling/compose.ts';
import { otelCollectorYaml } from './polling/otel-collector.ts';
import { POLLING_POLICY } from './polling/policy.ts';
import { pollingReadme } from './polling/readme.ts';

const USAGE = 'usage: npm run polling -- --region us-east-1 --out DIR [-c key=value …]';

/** Writes what it takes to poll load balancer metrics, and prints the IAM policy that this needs. */
const main = (): void => {
  const { region, out, context } = commandLine();
  const settings = readSettings(new App({ context: { ...contextOf('cdk.json'), ...context } }).node);
  const files = {
    'cloudwatch-exporter.yaml': cloudwatchExporterYaml(region),
    'otel-collector.yaml': otelCollectorYaml(settings, region),
    'compose.yaml': composeYaml(),
    'README.md': pollingReadme(region),
  };
  mkdirSync(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  console.log(
    `wrote ${Object.keys(files).join(', ')} to ${out}; the exporter needs this IAM policy:\n\n${POLLING_POLICY}`,
  );
};

/** Says, for people, what is wrong with the command line. */
class UsageError extends Error {}

const commandLine = (): { region: string; out: string; context: Record<string, string> } => {
  const { region, out, context } = options();
  if (region === undefined || !/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region))
    throw new UsageError(`--region is ${region ?? 'missing'}; it must be a region such as us-east-1`);
  if (out === undefined) throw new UsageError('--out is missing; it must be the folder to write to');
  return { region, out, context: Object.fromEntries(context.map(keyAndValue)) };
};

const options = () => {
  try {
    const { values } = parseArgs({
      options: {
        region: { type: 'string' },
        out: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true, default: [] },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const keyAndValue = (pair: string): [string, string] => {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  if (key === undefined || value === undefined) throw new UsageError(`-c ${pair} must be key=value`);
  return [key, value];
};

const contextOf = (path: string): Record<string, unknown> =>
  existsSync(path)
    ? ((JSON.parse(readFileSync(path, 'utf8')) as { context?: Record<string, unknown> }).context ?? {})
    : {};

try {
  main();
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof UsageError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n${USAGE}` : error.message);
  process.exitCode = 1;
}
