import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readContext } from '../../bin/shared/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'context-'));
const [, json = ''] = /```json\s([^`]*"context"[^`]*)```/.exec(readFileSync('README.md', 'utf8')) ?? [];

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test("commands read README's settings from cdk.json, and those of -c over them", () => {
  writeFileSync(join(folder, 'cdk.json'), json);
  vi.spyOn(process, 'cwd').mockReturnValue(folder);

  const { context } = JSON.parse(json) as { context: object };
  expect(readContext([])).toMatchObject(context);
  expect(readContext(['scoutEndpoint=https://other.example.com', 'albSkipStatus=301,4xx'])).toMatchObject({
    ...context,
    scoutEndpoint: 'https://other.example.com',
    albSkipStatus: ['301', '4xx'],
  });
});
