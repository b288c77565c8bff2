import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCOUT } from '../support/harness/synth.ts';

interface Run {
  readonly code: number;
  readonly errors: string;
  readonly templates: readonly string[];
}

/** Runs the app the way the CDK CLI does, in a directory that holds bundles. */
const run = async (context: object): Promise<Run> => {
  const cwd = mkdtempSync(join(tmpdir(), 'app-'));
  for (const name of ['metrics', 'logs']) {
    mkdirSync(join(cwd, 'dist', name), { recursive: true });
    writeFileSync(join(cwd, 'dist', name, 'index.mjs'), 'export const handler = () => {};\n');
  }
  mkdirSync(join(cwd, 'out'));
  const env = {
    ...process.env,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_OUTDIR: join(cwd, 'out'),
    CDK_VALIDATION: 'false',
  };
  const [code, errors] = await new Promise<[number, string]>((done) => {
    execFile(process.execPath, [resolve('bin/app.ts')], { cwd, env }, (error, _, stderr) => {
      done([typeof error?.code === 'number' ? error.code : 0, stderr]);
    });
  });
  return {
    code,
    errors,
    templates: readdirSync(join(cwd, 'out')).filter((name) => name.includes('.template.')),
  };
};

describe('the app', { timeout: 60_000 }, () => {
  test('stops with one message and no stack trace where settings are missing', async () => {
    const { code, errors } = await run({});
    expect(code).toBe(1);
    expect(errors).toContain('scoutEndpoint is missing');
    expect(errors).toContain('scoutTokenUrl is missing');
    expect(errors).not.toMatch(/^ +at /m);
  });

  test('is one stack for any region by default', async () => {
    const { code, templates } = await run(SCOUT);
    expect({ code, templates }).toEqual({ code: 0, templates: ['ScoutForwarder.template.json'] });
  });

  test('is a stack in each region of the settings', async () => {
    const { templates } = await run({ ...SCOUT, regions: 'eu-west-1,us-east-1' });
    expect(templates).toEqual([
      'ScoutForwarder-eu-west-1.template.json',
      'ScoutForwarder-us-east-1.template.json',
    ]);
  });
});
