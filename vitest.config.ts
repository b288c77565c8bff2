import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files that replace modules: each needs a process of its own. */
const MOCKED = ['test/**/settings-are-read.test.ts'];
const ELSEWHERE = ['test/integration/**', 'test/deploy/**', 'test/package/**'];

/** All other files share workers: starting one per file would take as long as a third of the tests. So a file takes back what it replaces. */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    globalSetup: 'test/support/temporary-folder.ts',
    // The default leaves one core idle, which is half of two; and some tests only wait for a time-out.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...MOCKED],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'isolated', include: MOCKED, exclude: ELSEWHERE } },
    ],
  },
});
