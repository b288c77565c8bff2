// Runs under any Node.js before anything is installed: no TypeScript, no dependency.
const { existsSync } = require('node:fs');

if (!existsSync('node_modules/esbuild')) {
  console.error('the packages are not installed; run npm ci first');
  process.exitCode = 1;
}
