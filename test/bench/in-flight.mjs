import { execFileSync } from 'node:child_process';
import { registerHooks } from 'node:module';

/**
 * Loaded before a function's source: keeps the process on one core, as a function of one vCPU is, and puts `IN_FLIGHT` of
 * the environment in the place of the constant. It is JavaScript, as --import wants it.
 */
execFileSync('taskset', ['-a', '-p', '-c', '0', String(process.pid)]);
registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/forwarding/limits.ts')) return loaded;
    const source = String(loaded.source);
    const constant = /(?<=IN_FLIGHT = )\d+/;
    if (!constant.test(source)) throw new Error('no IN_FLIGHT in limits.ts');
    return { ...loaded, source: source.replace(constant, process.env.IN_FLIGHT) };
  },
});
