import { START } from './local/command.ts';
import { start } from './local/start.ts';
import { keysAndValues, projectContext, run } from './shared/command-line.ts';
import { terminalWidth } from './shared/terminal-width.ts';

await run(START, async (options) => {
  process.exitCode = await start(options, keysAndValues(options.context), {
    environment: process.env,
    project: projectContext(),
    print: console.log,
    warn: console.error,
    width: terminalWidth(process.stdout),
  });
});
