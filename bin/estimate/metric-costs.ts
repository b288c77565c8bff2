import { EMF_NAMESPACE } from '../../lambdas/forwarding/ledger.ts';
import type { StackSettings } from '../../lib/settings.ts';
import { includedMetrics } from '../../lib/settings/metric-presets.ts';
import type { MetricSelection } from '../../lib/settings/metric-selection.ts';
import { CPU_SECONDS_PER_GB, lambdaGbSeconds, type LineBytes } from '../shared/measured.ts';
import { monthsStored, type Quantities } from './item.ts';
import type { MetricUsage } from './usage.ts';

/**
 * CloudWatch bills extra statistics in sets of so many, each as one more update:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-statistics.html
 */
const STATISTICS_PER_UPDATE = 5;

/** Whether the stack's metric stream carries a metric. */
export const isStreamed = (settings: StackSettings): ((metric: MetricUsage) => boolean) => {
  const included = includedMetrics(settings);
  const excluded = [{ namespace: EMF_NAMESPACE }, ...(settings.metricExclude ?? [])];
  return (metric) => (included === undefined ? !matches(excluded, metric) : matches(included, metric));
};

const matches = (selections: readonly MetricSelection[], { namespace, name }: MetricUsage): boolean =>
  selections.some(
    (selection) => selection.namespace === namespace && (selection.metricNames?.includes(name) ?? true),
  );

export interface NamespaceCosts {
  /** Metrics: sets of a name and dimensions. */
  readonly count: number;
  /** Data points sent to Scout. */
  readonly points: number;
  readonly quantities: Quantities;
}

/** Billed amounts of a namespace's metrics. */
export const namespaceCosts = (
  metrics: readonly MetricUsage[],
  { written, stored, sent }: LineBytes,
  settings: StackSettings,
): NamespaceCosts => {
  let [count, updates, billed, points] = [0, 0, 0, 0];
  for (const metric of metrics) {
    const statistics = extraStatistics(metric, settings);
    count += metric.metrics;
    updates += metric.updates;
    billed += metric.updates * (1 + Math.ceil(statistics.length / STATISTICS_PER_UPDATE));
    // A percentile is part of the summary; any other statistic becomes a gauge.
    points += metric.updates * (1 + statistics.filter((name) => !/^p\d/.test(name)).length);
  }
  const cpuSeconds = ((updates * written) / 1e9) * CPU_SECONDS_PER_GB.metrics;
  return {
    count,
    points,
    quantities: {
      perThousandMetricUpdates: billed,
      perMillionScoutMetricPoints: points,
      perFirehoseGb: updates * written,
      perS3GbMonth: updates * stored * monthsStored(settings),
      perLambdaGbSecond: lambdaGbSeconds(cpuSeconds, 0, settings.metricMemory),
      perGbOut: points * sent,
    },
  };
};

/** Statistics that the stream adds to a metric. */
const extraStatistics = (
  { namespace, name }: MetricUsage,
  { metricStatistics }: StackSettings,
): readonly string[] => {
  const extra = metricStatistics.filter(
    (one) => one.namespace === namespace && one.metricNames.includes(name),
  );
  return [...new Set(extra.flatMap(({ statistics }) => statistics))];
};
