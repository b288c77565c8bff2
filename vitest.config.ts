import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that replace modules: each needs a process of its own. */
const MOCKED = ['test/**/settings-are-read.test.ts'];
const ELSEWHERE = ['test/integration/**', 'test/deploy/**', 'test/package/**'];

/** Files of ten seconds and more, most of it for the processes that they start. Begun last, they would run alone. */
const SLOW = /(command-line|local\/start|estimate\/command|doctor|privacy|chaos|scout\/http)\.test/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(SLOW.test(b.moduleId)) - Number(SLOW.test(a.moduleId)));
  }
}

/** All other files share workers: starting one per file would take as long as a third of the tests. So a file takes back what it replaces. */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    sequence: { sequencer: SlowFirst },
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
