import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { synth } from '../support/harness/synth.ts';
import { VARIANTS } from '../support/harness/variants.ts';
import { program } from './support/program.ts';

const cfnLint = program('CFN_LINT');

describe.skipIf(cfnLint === undefined)('cfn-lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(VARIANTS)('finds nothing in the stack with %s', async (_, context) => {
    const path = join(folder, 'stack.template.json');
    writeFileSync(path, JSON.stringify(synth(context).toJSON()));
    const found = await promisify(execFile)(cfnLint ?? '', [path]).catch((error) => error);
    expect(`${found.stdout}${found.stderr}`).toBe('');
  });
});
