import {
  type DimensionSet,
  ELB_METRICS,
  ELB_NAMESPACE,
  type ElbMetric,
} from '../../lib/settings/elb-metrics.ts';

/** The version these files are tried with. */
export const CLOUDWATCH_EXPORTER_VERSION = '0.16.0';

export const CLOUDWATCH_EXPORTER_PORT = 9106;

/** Seconds between two scrapes, and what one data point spans, so that every minute is counted once. */
export const SCRAPE_INTERVAL = 300;

/** The configuration of the Prometheus CloudWatch exporter, documented at https://github.com/prometheus/cloudwatch_exporter#configuration. */
export const cloudwatchExporterYaml = (region: string): string => `\
# Prometheus CloudWatch exporter: which metrics of Application Load Balancers it asks CloudWatch for.
# Credentials come from the environment or the machine's role.
region: ${region}

# The exporter keeps the newest data point it gets. One that spans the whole time between two scrapes leaves no
# minute out; one of 60 seconds would leave out four of five.
period_seconds: ${SCRAPE_INTERVAL}
range_seconds: ${2 * SCRAPE_INTERVAL}
# CloudWatch's figures for the last minutes still change.
delay_seconds: ${2 * SCRAPE_INTERVAL}

# Up to 500 series a request, where GetMetricStatistics needs a request for each.
use_get_metric_data: true
# Seconds for which the list of load balancers is kept; a new one shows up after so long at the latest.
list_metrics_cache_ttl: 900

# One set of dimensions a metric, among those that AWS publishes: target groups rather than load balancers where
# there are both, and no zones where it can be helped. A second set would be charged, and summed, twice.
metrics:
${ELB_METRICS.map(rule).join('\n')}
`;

/** The dimensions by which a metric is polled. */
export const polledDimensions = ({ dimensions: [first, ...others] }: ElbMetric): DimensionSet =>
  others.reduce((best, set) => (rank(set) > rank(best) ? set : best), first);

/** The name that the exporter gives to a metric's statistic: `RequestCount`, `Sum` → `aws_applicationelb_request_count_sum`. */
export const prometheusName = (metricName: string, statistic: string): string =>
  [ELB_NAMESPACE.replace('/', '_').toLowerCase(), snakeCase(metricName), snakeCase(statistic)].join('_');

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

/** Better is whole (both names) before alone, and without zones before with. */
const rank = (set: DimensionSet): number =>
  (set.includes('AvailabilityZone') ? 0 : 4) +
  (set.includes('LoadBalancer') ? 2 : 0) +
  (set.includes('TargetGroup') ? 1 : 0);

const snakeCase = (name: string): string => name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase();
