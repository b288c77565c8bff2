import {
  type DimensionSet,
  ELB_METRICS,
  ELB_NAMESPACE,
  type ElbMetric,
} from '../../lib/settings/elb-metrics.ts';

/** The exporter's rules for every metric: https://github.com/prometheus/cloudwatch_exporter#configuration */
export const exporterRules = (): string => ELB_METRICS.map(rule).join('\n');

/** The dimensions by which a metric is polled. */
export const polledDimensions = ({ dimensions: [first, ...others] }: ElbMetric): DimensionSet =>
  others.reduce((best, set) => (rank(set) > rank(best) ? set : best), first);

const rule = (metric: ElbMetric): string => {
  const percentiles = metric.statistics.filter((statistic) => statistic.startsWith('p'));
  const statistics = metric.statistics.filter((statistic) => !percentiles.includes(statistic));
  return [
    `  - aws_namespace: ${ELB_NAMESPACE}`,
    `    aws_metric_name: ${metric.name}`,
    `    aws_dimensions: [${polledDimensions(metric).join(', ')}]`,
    `    aws_statistics: [${statistics.join(', ')}]`,
    ...(percentiles.length > 0 ? [`    aws_extended_statistics: [${percentiles.join(', ')}]`] : []),
  ].join('\n');
};

/** Both names are better than one, and no zones better than zones. */
const rank = (set: DimensionSet): number =>
  (set.includes('AvailabilityZone') ? 0 : 4) +
  (set.includes('LoadBalancer') ? 2 : 0) +
  (set.includes('TargetGroup') ? 1 : 0);
