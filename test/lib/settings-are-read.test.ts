import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { type Setting, SETTINGS } from '../../lib/settings/settings-table.ts';
import { synth } from '../support/harness/synth.ts';

const { read, record } = await vi.hoisted(async () =>
  (await import('../support/harness/recorded-reads.ts')).newReadRecorder(),
);
vi.mock(import('../../lib/settings.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, readStackSettings: (...args) => record(original.readStackSettings(...args)) };
});

/** Keys that the app reads, not its stacks. */
const READ_BY_APP = ['regions'];

describe('the settings of the stack', () => {
  const own = Object.entries<Setting>(SETTINGS).flatMap(([key, { env }]) => (env === undefined ? [key] : []));

  test('are all read by the stack or the app, but for those that become variables of the functions', () => {
    synth();
    synth({ albLogBucketName: 'logs', metricInclude: 'AWS/EC2' });
    const app = readFileSync('bin/app.ts', 'utf8');
    const unread = own.filter((key) => !read.has(key));
    expect(unread).toEqual(READ_BY_APP);
    for (const key of unread) expect(app).toContain(`settings.${key}`);
  });
});
