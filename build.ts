import { readFile, rm } from 'node:fs/promises';
import { type Plugin, build } from 'esbuild';

const FUNCTIONS = ['metrics', 'logs', 'log-switch'];

/**
 * The SDK writes its schemas with computed keys, which esbuild has to keep though nothing uses them. With the constants
 * put in, it leaves out those of the operations that we never call: a sixth of a bundle and of its import.
 */
const droppableSchemas: Plugin = {
  name: 'droppable schemas',
  setup: (bundle) =>
    bundle.onLoad({ filter: /@aws-sdk[\\/].*[\\/]schemas_0\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = text.replaceAll(/\[(\w+)\]:/g, (key, name: string) =>
        constants.has(name) ? `${constants.get(name)}:` : key,
      );
      if (contents === text) throw new Error(`no computed keys in ${path}: is the plugin still of use?`);
      return { contents };
    }),
};

/** The SDK reads a browser's name with it, and never in Node.js. */
const noBrowsers: Plugin = {
  name: 'no browsers',
  setup: (bundle) => bundle.onLoad({ filter: /[\\/]bowser\.mjs$/ }, () => ({ contents: '' })),
};

/** Of a package.json only the version is read, and esbuild would keep all of it. */
const versionOnly: Plugin = {
  name: 'version only',
  setup: (bundle) =>
    bundle.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    }),
};

/** Writes each function's bundle to dist/<name>/index.mjs. */
await rm('dist', { recursive: true, force: true });
for (const name of FUNCTIONS) {
  await build({
    entryPoints: { index: `lambdas/${name}.ts` },
    outdir: `dist/${name}`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    // It runs at a deploy only, and the SDK of Lambda's runtime knows its two calls:
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
    external: name === 'log-switch' ? ['@aws-sdk/*'] : [],
    alias: { '@aws-sdk/credential-provider-node': './lambdas/aws/credentials.ts' },
    plugins: [droppableSchemas, noBrowsers, versionOnly],
    platform: 'node',
    target: 'node24',
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    // CommonJS inside the SDK calls require(), which an ES module does not have.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
}
