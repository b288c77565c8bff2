import { registerHooks } from 'node:module';

/** Loaded before a function's source, puts `IN_FLIGHT` of the environment in the place of the constant. JavaScript, as --import wants it. */
registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/forwarding/forward.ts')) return loaded;
    const source = String(loaded.source);
    const constant = /(?<=IN_FLIGHT = )\d+/;
    if (!constant.test(source)) throw new Error('no IN_FLIGHT in forward.ts');
    return { ...loaded, source: source.replace(constant, process.env.IN_FLIGHT) };
  },
});
