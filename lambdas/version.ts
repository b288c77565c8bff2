import packageJson from '../package.json' with { type: 'json' };

/** This package's version: instrumentation scope, `User-Agent`. */
export const VERSION: string = packageJson.version;
