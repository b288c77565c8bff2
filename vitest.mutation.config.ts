import { defineConfig } from 'vitest/config';

/** The unit tests that run for each mutant: quick ones, without child processes, time-outs or a synthesized stack. */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    isolate: false,
    include: [
      'test/lambdas/{forwarding,log-lines,metric-stream,otlp}/**/*.test.ts',
      'test/lambdas/{alb,alb-connection,alb-health-check,nlb,clb,vpc-flow}/**/*.test.ts',
    ],
    exclude: [
      'test/lambdas/forwarding/read/{bombs,large-object}.test.ts',
      'test/lambdas/forwarding/{connect,limits,endurance}.test.ts',
    ],
  },
});
