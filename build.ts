import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** Writes each function's bundle to dist/<name>/index.mjs. */
await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    'metrics/index': 'lambdas/metrics.ts',
    'alb-logs/index': 'lambdas/alb-logs.ts',
    'alb-access-logs-switch/index': 'lambdas/alb-access-logs-switch.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
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
