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

/** Writes each function's bundle to dist/<name>/index.mjs, and beside it what that loads only when it must. */
await rm('dist', { recursive: true, force: true });
for (const name of FUNCTIONS) {
  await build({
    entryPoints: { index: `lambdas/${name}.ts` },
    outdir: `dist/${name}`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    // What the SDK imports dynamically, and no function needs, stays unread in files of its own.
    splitting: true,
    alias: { '@aws-sdk/credential-provider-node': './lambdas/aws/credentials.ts' },
    plugins: [droppableSchemas],
    platform: 'node',
    target: 'node24',
    minify: true,
    keepNames: true,
    sourcemap: false,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    // CommonJS inside the SDK calls require(), which an ES module does not have.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
}
