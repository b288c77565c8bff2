// Runs a Node.js function as Lambda would: reads one line of JSON for each invocation from standard input, and writes one
// line for each result to the file descriptor RESULT_FD. What the function prints goes to its log.
import { existsSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { FUNCTION_ROOT, NODE_PATH, RESULT_FD, _HANDLER, AWS_LAMBDA_FUNCTION_NAME: functionName } = process.env;
const report = (result) => writeSync(Number(RESULT_FD), `${JSON.stringify(result)}\n`);

// Lambda's runtime has the SDK, and finds it for ES modules too, for which Node.js does not look in NODE_PATH.
const runtime = pathToFileURL(join(dirname(NODE_PATH), 'index.mjs')).href;
registerHooks({
  resolve: (specifier, context, next) => {
    try {
      return next(specifier, context);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return next(specifier, { ...context, parentURL: runtime });
    }
  },
});

const load = async () => {
  const [file, name] = _HANDLER.split('.');
  const path = ['.mjs', '.js', '.cjs'].map((end) => join(FUNCTION_ROOT, file + end)).find(existsSync);
  const module = await import(pathToFileURL(path));
  return module[name] ?? module.default[name];
};

const run = async (handler, { id, event, seconds }) => {
  const end = Date.now() + seconds * 1000;
  const context = { getRemainingTimeInMillis: () => end - Date.now(), awsRequestId: id, functionName };
  try {
    return { ok: true, result: (await handler(event, context)) ?? null };
  } catch (error) {
    console.error(error);
    return { ok: false, result: { errorType: error.name, errorMessage: error.message } };
  }
};

const handler = await load();
report({ ready: true });
for await (const line of createInterface({ input: process.stdin }))
  report(await run(handler, JSON.parse(line)));
