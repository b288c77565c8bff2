import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';

/**
 * Runs in a child process what Lambda's runtime runs in its own: imports the bundle that the first argument names, and
 * calls its handler for each event, one at a time. lambda.ts has the types of what is reported. It is JavaScript so that
 * stripping types takes none of the memory that is measured here.
 */
const report = (message) => process.send(message);

for (const level of ['debug', 'info', 'warn', 'error']) {
  console[level] = (...parts) =>
    report({ type: 'log', level, message: parts.length === 1 ? parts[0] : parts.map(String).join(' ') });
}

const invoke = async (handler, event, timeoutMs) => {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const context = {
    getRemainingTimeInMillis: () => timeoutMs - (performance.now() - started),
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:local',
  };
  let outcome;
  try {
    outcome = { result: await handler(event, context) };
  } catch (error) {
    outcome = { error: String(error) };
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...outcome,
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - started,
    peakRss: process.resourceUsage().maxRSS * 1024,
  };
};

// The deployed bundle sends a token with every request; a receiver that knows none of ours gets none.
const { TOKENLESS_HOST: host } = process.env;
if (host !== undefined)
  subscribe('http.client.request.created', ({ request }) => {
    if (request.getHeader('host') === host) request.removeHeader('authorization');
  });

const begin = performance.now();
const cpu = process.cpuUsage();
const { handler } = await import(pathToFileURL(process.argv[2]).href);
const { user, system } = process.cpuUsage(cpu);
const imported = { wallMs: performance.now() - begin, cpuMs: (user + system) / 1000 };

process.on('message', async ({ event, timeoutMs }) => {
  report({ type: 'done', invoked: await invoke(handler, event, timeoutMs) });
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal: the parent decides when this one ends.
process.on('SIGINT', () => undefined);
report({ type: 'ready', imported });
