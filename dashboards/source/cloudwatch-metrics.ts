import type { Dashboard, Panel } from './dashboard.ts';
import { dimension, from, metricPoints } from './sql.ts';

const table = 'otel_metrics_summary';
const LOAD_BALANCER = ['LoadBalancer'];
const TARGET_GROUP = ['LoadBalancer', 'TargetGroup'];
const RESPONSE_TIME = ['AWS/ApplicationELB/TargetResponseTime'];

const timeSeries = (
  title: string,
  description: string,
  unit: string,
  value: string,
  series: string,
  points: string,
): Panel => ({
  title,
  description,
  type: 'timeseries',
  table,
  unit,
  sql: `SELECT $timeSeries AS t, ${dimension(series)} AS series, ${value} AS value
FROM ${points}
GROUP BY t, series
ORDER BY t`,
});

/** Load balancers and databases as CloudWatch measures them. */
export const CLOUDWATCH_METRICS: Dashboard = {
  uid: 'scout-forwarder-cloudwatch-metrics',
  title: 'CloudWatch metrics',
  description:
    'Application Load Balancers and Aurora clusters as CloudWatch measures them. Each panel takes one set of dimensions, so that nothing is counted twice.',
  variables: [
    {
      name: 'env',
      label: 'Environment',
      sql: `SELECT DISTINCT ResourceAttributes['environment'] AS env FROM ${from(table)} WHERE TimeUnix > now() - INTERVAL 1 DAY ORDER BY env`,
    },
  ],
  panels: [
    timeSeries(
      'Requests by load balancer',
      'Requests per second that a target was chosen for.',
      'reqps',
      'sum(Sum) / $interval',
      'LoadBalancer',
      metricPoints(['AWS/ApplicationELB/RequestCount'], LOAD_BALANCER),
    ),
    timeSeries(
      'Failed requests by load balancer',
      'Percentage of requests that targets responded to with 5xx.',
      'percent',
      `100 * sumIf(Sum, MetricName LIKE '%_5XX_Count') / sumIf(Sum, MetricName LIKE '%/RequestCount')`,
      'LoadBalancer',
      metricPoints(
        ['AWS/ApplicationELB/RequestCount', 'AWS/ApplicationELB/HTTPCode_Target_5XX_Count'],
        LOAD_BALANCER,
      ),
    ),
    timeSeries(
      'Mean response time by load balancer',
      'Seconds. The Sum of a minute is the seconds of all its requests together, so the mean is Sum by Count.',
      's',
      'sum(Sum) / sum(Count)',
      'LoadBalancer',
      metricPoints(RESPONSE_TIME, LOAD_BALANCER),
    ),
    timeSeries(
      'p99 of the response time by target group',
      'Seconds, of the slowest minute of each step. Empty where metricStatistics leaves p99 out, never 0.',
      's',
      'max(arrayElement(ValueAtQuantiles.Value, indexOf(ValueAtQuantiles.Quantile, 0.99)))',
      'TargetGroup',
      `${metricPoints(RESPONSE_TIME, TARGET_GROUP)}
  AND has(ValueAtQuantiles.Quantile, 0.99)`,
    ),
    {
      title: 'Healthy hosts by load balancer',
      description:
        'Every node of a load balancer reports all hosts, some times a minute: Sum by Count is the number of hosts of a target group, and those add up.',
      type: 'timeseries',
      table,
      unit: 'none',
      sql: `SELECT t, series, sum(hosts) AS value
FROM (
  SELECT $timeSeries AS t, ${dimension('LoadBalancer')} AS series, sum(Sum) / sum(Count) AS hosts
  FROM ${metricPoints(['AWS/ApplicationELB/HealthyHostCount'], TARGET_GROUP)}
  GROUP BY t, series, Attributes['Dimensions']
)
GROUP BY t, series
ORDER BY t`,
    },
    timeSeries(
      'CPU by Aurora cluster',
      'Mean percentage of its instances.',
      'percent',
      'sum(Sum) / sum(Count)',
      'DBClusterIdentifier',
      metricPoints(['AWS/RDS/CPUUtilization'], ['DBClusterIdentifier']),
    ),
  ],
};
