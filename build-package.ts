import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Writes what other CDK apps import: dist/index.cjs and its types. CommonJS, as aws-cdk-lib is: `require` and `import`
 * both load it, and so does Jest, which a new CDK app runs its tests with.
 */
await build({
  entryPoints: ['lib/index.ts'],
  outfile: 'dist/index.cjs',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  // CommonJS has no import.meta.
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});
execFileSync('tsc', ['--project', 'tsconfig.package.json'], { stdio: 'inherit' });
await writeFile('dist/types/package.json', '{ "type": "commonjs" }\n');
