import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_FILE, pollingFiles } from './polling/files.ts';
import { type Command, readContext, run, UsageError, type Values } from './shared/command-line.ts';

/** In every file that this command writes, so that it overwrites no other. */
const MARK = 'Written by npm run polling';

const COMMAND = {
  name: 'polling',
  summary: `Writes the configuration of a Prometheus CloudWatch exporter and an OpenTelemetry Collector that poll load-balancer
metrics, and prints the IAM policy that the exporter needs. It calls nothing of AWS.`,
  options: {
    region: { type: 'string', value: 'REGION', help: 'region of the load balancers, such as us-east-1' },
    out: { type: 'string', value: 'DIR', help: 'folder to write to' },
  },
  actions: [],
  failure: 'if the files cannot be written',
} as const satisfies Command;

const main = ({ region, out, context }: Values<typeof COMMAND.options>): void => {
  if (region === undefined || !/^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(region))
    throw new UsageError(`--region is ${region ?? 'missing'}; it must be a region such as us-east-1`);
  if (out === undefined) throw new UsageError('--out is missing; it must be the folder to write to');
  if (existsSync(out) && !statSync(out).isDirectory())
    throw new UsageError(`--out is ${out}, which is a file; it must be a folder`);
  const files = pollingFiles(readContext(context, COMMAND.name), region);
  const foreign = Object.keys(files).filter((name) => isForeign(join(out, name)));
  if (foreign.length > 0)
    throw new UsageError(
      `${out} has ${foreign.join(', ')} of your own; --out must be a folder without them, such as polling`,
    );
  mkdirSync(out, { recursive: true });
  // Extra headers may be keys.
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(out, name), text, { mode: name === ENV_FILE ? 0o600 : 0o644 });
  console.log(
    `wrote ${Object.keys(files).join(', ')} to ${out}; the exporter needs this IAM policy:\n\n${files['policy.json']}`,
  );
};

const isForeign = (path: string): boolean => {
  if (!existsSync(path)) return false;
  const text = readFileSync(path, 'utf8');
  // JSON has no place for the mark.
  return !text.includes(MARK) && !/"cloudwatch:ListMetrics"/.test(text);
};

await run(COMMAND, main);
