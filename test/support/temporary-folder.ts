import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives a test run a folder of its own for temporary files, CDK's among them, and for compiled code, which halves the start
 * of the commands that tests run. Returns what deletes it at the end.
 */
export default (): (() => void) => {
  const { TMPDIR: before } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'scout-forwarder-tests-'));
  process.env['TMPDIR'] = folder;
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  };
};
