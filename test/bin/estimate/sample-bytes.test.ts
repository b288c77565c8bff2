import { describe, expect, test } from 'vitest';
import { logLineBytes, metricPointBytes } from '../../../bin/estimate/sample-bytes.ts';
import { LINE_BYTES, type LineBytes } from '../../../bin/shared/measured.ts';
import { settingsOf } from '../../support/factories/usage.ts';

/** Whether each figure is that of `expected`, within 5 %. */
const expectClose = (measured: LineBytes, expected: LineBytes): void => {
  for (const part of ['written', 'stored', 'sent'] as const)
    expect(Math.abs(measured[part] / expected[part] - 1)).toBeLessThan(0.05);
};

describe('bytes of the sample lines', () => {
  test('are those that the commands reckon with, at the default settings', async () => {
    expectClose(await logLineBytes('alb', settingsOf()), LINE_BYTES.logs);
    expectClose(await metricPointBytes(settingsOf()), LINE_BYTES.metrics);
  });

  test('follow the settings, but for filters: what is left out has no bytes', async () => {
    const all = await logLineBytes('alb', settingsOf());
    const noBody = await logLineBytes('alb', settingsOf({ albBody: 'none' }));
    const filtered = await logLineBytes('alb', settingsOf({ albSkipPath: '.', albSampleRate: 0 }));

    expect(noBody.sent).toBeLessThan(0.7 * all.sent);
    expect(filtered).toEqual(all);
    const few = await metricPointBytes(settingsOf({ metricDimensionAttributes: false }));
    expect(few.sent).toBeLessThan((await metricPointBytes(settingsOf())).sent);
  });

  test('are of the kind: a line of a connection log is shorter', async () => {
    const { written } = await logLineBytes('alb-connection', settingsOf());
    expect(written).toBeLessThan(300);
  });
});
