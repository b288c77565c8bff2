import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const CHECK = 'bin/shared/require-packages.cjs';

test('npm start before npm ci says what to run first', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bare-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of ['package.json', CHECK]) cpSync(path, join(folder, path), { recursive: true });

  const { status, stderr } = spawnSync('npm', ['start'], { cwd: folder, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr.split('\n')[0]).toBe('the packages are not installed; run npm ci first');
  expect(stderr).not.toMatch(/^ +at /m);
});

test('nothing is said where the packages are installed', () => {
  expect(spawnSync(process.execPath, [CHECK], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
