import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take a second or more. They run after the others, which catch most faults. */
const SLOW =
  /(hostile|privacy|redact|semconv|rejections|failures|resource-tags|forward-object|own-metrics|forwarding\/tags|chaos)\.test/;

/** The folders without I/O are proven by their own tests, forwarding by those of the whole way. */
const PURE = process.env['MUTATE_TESTS'] !== 'forwarding';

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

const rank = ({ moduleId }: TestSpecification): number =>
  Number(moduleId.includes('/forwarding/')) + 2 * Number(SLOW.test(moduleId));

/** The unit tests that run for each mutant: quick ones, without child processes, time-outs or a synthesized stack. */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    isolate: false,
    setupFiles: ['test/support/short-properties.ts'],
    sequence: { sequencer: QuickFirst },
    include: PURE
      ? [
          'test/lambdas/decimal.test.ts',
          'test/lambdas/{log-lines,metric-stream,otlp,alb,alb-connection,alb-health-check,nlb,clb,vpc-flow}/**/*.test.ts',
        ]
      : ['test/lambdas/{forwarding,metric-stream,alb}/**/*.test.ts'],
    exclude: [
      ...(PURE ? ['test/lambdas/**/{hostile,privacy,vended-privacy,limits,redact-time}.test.ts'] : []),
      'test/lambdas/forwarding/read/{bombs,large-object}.test.ts',
      'test/lambdas/forwarding/{connect,limits,endurance}.test.ts',
    ],
  },
});
