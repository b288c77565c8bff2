import { parseArgs, styleText } from 'node:util';
import { SingleBar } from 'cli-progress';
import { imbalance } from '../lambdas/forwarding/ledger.ts';
import { startScout } from './local/emulators/scout.ts';
import type { Run } from './local/run.ts';
import { forwardAll } from './local/run.ts';
import { fileInputs, sampleInputs } from './local/inputs.ts';
import type { Received } from './local/scout-summary.ts';
import { openReceived } from './local/scout-summary.ts';
import { faultList, ledgerTable, metricsTable, rejectedList, requestsTable, whole } from './local/report.ts';

const USAGE = `npm start                    forwards an hour of sample objects to an embedded Scout
npm start -- FILE…           forwards your own objects: ALB access logs or metric-stream JSON, gzip or not
npm start -- --verbose …     also shows what the functions log

With SCOUT_ENDPOINT, SCOUT_TOKEN_URL, SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET set, it sends to that Scout.
The functions' other settings (ALB_BODY, METRIC_UNITS, …) are taken from the environment too.`;

const CONNECTION = ['SCOUT_ENDPOINT', 'SCOUT_TOKEN_URL', 'SCOUT_CLIENT_ID', 'SCOUT_CLIENT_SECRET'] as const;

const main = async (): Promise<number> => {
  const options = { verbose: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const started = performance.now();
  const inputs = positionals.length > 0 ? fileInputs(positionals) : sampleInputs(Date.now());
  const received = openReceived();
  const scout = await connect(received);

  const bar = new SingleBar({ format: '{bar} {value}/{total} objects  {records} records', hideCursor: true });
  bar.start(inputs.length, 0, { records: 0 });
  const run = await forwardAll(inputs, scout.env, {
    onLog: ({ level, message }) => values.verbose && console.log(level, message),
    onObject: () => bar.increment(1, { records: whole(received.records) }),
  });
  bar.stop();
  await scout.close();

  const seconds = (performance.now() - started) / 1000;
  console.log(report(run, scout.embedded ? received : undefined).join('\n\n'));
  const faults = faultsOf(run, scout.embedded ? received : undefined);
  const total = Object.values(run.accounts).reduce((sum, { read }) => sum + read, 0);
  if (faults.length === 0) {
    const ending = `${whole(total)} records of ${inputs.length} objects in ${seconds.toFixed(1)} s: all delivered or accounted for`;
    console.log(`\n${styleText('green', `✔ ${ending}`)}`);
  } else {
    console.log(`\n${faults.map((fault) => styleText('red', `✘ ${fault}`)).join('\n')}`);
  }
  return faults.length === 0 ? 0 : 1;
};

/** The Scout that the environment names, or else one of our own. */
const connect = async (received: Received) => {
  const missing = CONNECTION.filter((name) => !process.env[name]);
  if (missing.length === 0) return { embedded: false, env: {}, close: async () => undefined };
  if (missing.length < CONNECTION.length)
    throw new Error(`set ${missing.join(', ')} too, or none of the four`);
  const scout = await startScout({ keep: false, onRequest: received.add });
  const { endpoint, tokenUrl, clientId, clientSecret, audience, close } = scout;
  const env = {
    SCOUT_ENDPOINT: endpoint,
    SCOUT_TOKEN_URL: tokenUrl,
    SCOUT_CLIENT_ID: clientId,
    SCOUT_CLIENT_SECRET: clientSecret,
    SCOUT_AUDIENCE: audience,
  };
  return { embedded: true, env, close };
};

const report = (run: Run, received: Received | undefined): readonly string[] =>
  [
    received !== undefined && received.metrics.size > 0 ? metricsTable(received) : '',
    received !== undefined && received.requests.size > 0 ? requestsTable(received) : '',
    ledgerTable(run),
    rejectedList(run.rejected),
    faultList('yellow', 'in the dead-letter queue, with the reason', run.deadLetters),
    faultList('red', 'not delivered', run.failures),
  ].filter((part) => part !== '');

/** Why the run was no success: whatever was neither delivered nor accounted for. */
const faultsOf = ({ accounts, failures }: Run, received: Received | undefined): readonly string[] => {
  const faults = failures.length > 0 ? [`${failures.length} objects were not delivered`] : [];
  for (const [pipeline, account] of Object.entries(accounts)) {
    const records = imbalance(account);
    if (records !== 0) faults.push(`the ledger of ${pipeline} is off by ${records} records`);
    const untold = account.objects - account.keys.size;
    if (untold > 0) faults.push(`${pipeline} did not say what became of ${untold} objects`);
  }
  const delivered = Object.values(accounts).reduce((sum, account) => sum + account.delivered, 0);
  if (received !== undefined && received.records !== delivered) {
    faults.push(`the ledgers say ${delivered} records were delivered, but Scout has ${received.records}`);
  }
  return faults;
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(styleText('red', error instanceof Error ? error.message : String(error)));
  // Servers may still be open.
  process.exit(1);
}
