import type { LogUsage, MetricUsage, Usage } from '../../../bin/estimate/usage.ts';
import { readStackSettings, type StackSettings } from '../../../lib/settings.ts';
import { SCOUT } from '../harness/synth.ts';

/** Settings of these context keys. */
export const settingsOf = (context: Readonly<Record<string, unknown>> = {}): StackSettings =>
  readStackSettings({ ...SCOUT, ...context }, {});

/** Updates of a metric that is emitted each minute, per month. */
export const EACH_MINUTE = 43_800;

export const metricUsage = (usage: Partial<MetricUsage> = {}): MetricUsage => ({
  namespace: 'AWS/EC2',
  name: 'CPUUtilization',
  metrics: 1,
  updates: EACH_MINUTE,
  ...usage,
});

/** A log of a million lines of 700 bytes, of which a tenth are failed requests; each record is sent in 200 bytes. */
export const logUsage = (usage: Partial<LogUsage> = {}): LogUsage => ({
  name: 'shop',
  kind: 'alb',
  lines: 1e6,
  objects: 1_000,
  written: 700e6,
  stored: 100e6,
  sent: async ({ albSampleRate, albBody }) => {
    const records = 100_000 + 900_000 * albSampleRate;
    return { records, bytes: records * (albBody === 'none' ? 130 : 200) };
  },
  ...usage,
});

/** Data points of 340 bytes in the stream, 40 in the bucket, and 30 on the way to Scout. */
export const usageOf = (usage: Partial<Usage> = {}): Usage => ({
  metrics: [],
  logs: [],
  pointBytes: async () => ({ written: 340, stored: 40, sent: 30 }),
  assumptions: [],
  ...usage,
});
