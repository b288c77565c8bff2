import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContext, readOptions, run, UsageError } from './shared/command-line.ts';
import { cloudwatchExporterYaml } from './polling/cloudwatch-exporter.ts';
import { composeYaml } from './polling/compose.ts';
import { otelCollectorYaml } from './polling/otel-collector.ts';
import { POLLING_POLICY } from './polling/policy.ts';
import { pollingReadme } from './polling/readme.ts';

const USAGE = 'usage: npm run polling -- --region us-east-1 --out DIR [-c key=value …]';

/** Writes what it takes to poll load balancer metrics, and prints the IAM policy that this needs. */
const main = (): void => {
  const { region, out, context } = commandLine();
  const settings = readContext(context);
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

const commandLine = (): { region: string; out: string; context: readonly string[] } => {
  const { region, out, context } = readOptions({ region: { type: 'string' }, out: { type: 'string' } });
  if (region === undefined || !/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region))
    throw new UsageError(`--region is ${region ?? 'missing'}; it must be a region such as us-east-1`);
  if (out === undefined) throw new UsageError('--out is missing; it must be the folder to write to');
  return { region, out, context };
};

await run(USAGE, main);
