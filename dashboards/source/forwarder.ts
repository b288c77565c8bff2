import type { Dashboard } from './dashboard.ts';
import { from, IN_ENVIRONMENT, LOAD_BALANCER, metricPoints, REQUESTS, TARGET_GROUP_ARN } from './sql.ts';

const METRICS = from('otel_metrics_summary');
const LOGS = from('otel_logs');
/** Of what the pipelines send, and of nothing else. Logs are found by the services' default names, which the table is sorted by. */
const OF_METRICS = `ScopeName = 'aws.cloudwatch' AND ${IN_ENVIRONMENT}`;
const FORWARDED_LOGS = `ServiceName IN ('alb', 'nlb', 'clb', 'vpc-flow') AND startsWith(ScopeName, 'aws.')`;
const OF_LOGS = `${FORWARDED_LOGS} AND ${IN_ENVIRONMENT}`;

/** A gauge of the forwarder's own. */
const ownGauge = (
  name: string,
  value: string,
): string => `SELECT $timeSeries AS t, Attributes['pipeline'] AS series, ${value} AS value
FROM ${from('otel_metrics_gauge')}
WHERE $timeFilter AND ServiceName = 'scout-forwarder' AND MetricName = 'scout.forwarder.${name}' AND ${IN_ENVIRONMENT}
GROUP BY t, series
ORDER BY t`;

/** The forwarder's work as Scout sees it: lateness, gaps, losses before it, copies. */
export const FORWARDER: Dashboard = {
  uid: 'scout-forwarder-health',
  title: 'Scout forwarder',
  description:
    'Whether CloudWatch metrics and logs arrive: how late, how many, what is missing, what came twice.',
  variables: [
    {
      name: 'env',
      label: 'Environment',
      sql: `SELECT DISTINCT env FROM (
  SELECT ResourceAttributes['environment'] AS env FROM ${METRICS} WHERE TimeUnix > now() - INTERVAL 1 DAY AND ScopeName = 'aws.cloudwatch'
  UNION ALL
  SELECT ResourceAttributes['environment'] AS env FROM ${LOGS} WHERE TimestampTime > now() - INTERVAL 1 DAY AND ${FORWARDED_LOGS}
)
ORDER BY env`,
    },
  ],
  panels: [
    {
      title: 'Age of the newest record',
      description:
        'Seconds before the end of the time range. Usual are 2 to 4 minutes for metrics, 6 to 8 for logs.',
      type: 'table',
      table: 'otel_logs',
      unit: 's',
      sql: `SELECT 'metrics' AS source, dateDiff('second', max(TimeUnix), toDateTime64($to, 3)) AS seconds
FROM ${METRICS}
WHERE TimeUnix > toDateTime64($to, 3) - INTERVAL 1 DAY AND TimeUnix <= toDateTime64($to, 3) AND ${OF_METRICS}
UNION ALL
SELECT concat(ServiceName, ' ', ResourceAttributes['cloud.resource_id']) AS source, dateDiff('second', max(Timestamp), toDateTime64($to, 3)) AS seconds
FROM ${LOGS}
WHERE TimestampTime > toDateTime($to) - INTERVAL 1 DAY AND TimestampTime <= toDateTime($to) AND ${OF_LOGS}
GROUP BY source
ORDER BY seconds DESC`,
    },
    {
      title: 'Lag by pipeline',
      description: 'Seconds from the newest record of an object to its delivery, the largest of each step.',
      type: 'timeseries',
      table: 'otel_metrics_gauge',
      unit: 's',
      sql: ownGauge('lag', 'max(Value)'),
    },
    {
      title: 'Delivered records by pipeline',
      description: 'Records per second, as the functions count them.',
      type: 'timeseries',
      table: 'otel_metrics_gauge',
      unit: 'cps',
      sql: ownGauge('records', 'sum(Value) / $interval'),
    },
    {
      title: 'Metric points by namespace',
      description: 'Points per minute. A gap is a time for which nothing arrived.',
      type: 'timeseries',
      table: 'otel_metrics_summary',
      unit: 'none',
      sql: `SELECT $timeSeries AS t, Attributes['Namespace'] AS series, count() * 60 / $interval AS value
FROM ${METRICS}
WHERE $timeFilter AND ${OF_METRICS}
GROUP BY t, series
ORDER BY t`,
    },
    {
      title: 'Log objects by source',
      description: 'Objects whose records arrived, per five minutes: one for each node of a load balancer.',
      type: 'timeseries',
      table: 'otel_logs',
      unit: 'none',
      leastStep: '5m',
      sql: `SELECT $timeSeries AS t, concat(ServiceName, ' ', ResourceAttributes['cloud.resource_id']) AS series,
  uniqExact(ScopeAttributes['aws.s3.key']) * 300 / $interval AS value
FROM ${LOGS}
WHERE $timeFilter AND ${OF_LOGS}
GROUP BY t, series
ORDER BY t`,
    },
    {
      title: 'Access log records against RequestCount',
      description:
        'Below 100 %, log files are missing: AWS delivers them on a best-effort basis. Above, records came twice. Both sides leave out requests that no target group was chosen for.',
      type: 'table',
      table: 'otel_logs',
      unit: 'none',
      sql: `SELECT load_balancer, sum(of_metrics) AS requests, sum(of_logs) AS records, 100 * records / requests AS percent
FROM (
  SELECT simpleJSONExtractString(Attributes['Dimensions'], 'LoadBalancer') AS load_balancer, sum(Sum) AS of_metrics, 0 AS of_logs
  FROM ${metricPoints(['AWS/ApplicationELB/RequestCount'], ['LoadBalancer']).replace(
    '$timeFilter',
    'TimeUnix >= toDateTime64($from, 3) AND TimeUnix < toDateTime64($to, 3)',
  )}
  GROUP BY load_balancer
  UNION ALL
  SELECT ${LOAD_BALANCER} AS load_balancer, 0 AS of_metrics, sum(${REQUESTS}) AS of_logs
  FROM ${LOGS}
  WHERE TimestampTime >= toDateTime($from) AND TimestampTime < toDateTime($to)
    AND ScopeName = 'aws.alb' AND ${IN_ENVIRONMENT}
    AND ${TARGET_GROUP_ARN} NOT IN ('', '-')
  GROUP BY load_balancer
)
GROUP BY load_balancer
ORDER BY load_balancer`,
    },
    {
      title: 'Unparsable lines',
      description: 'Lines that were sent as they are, by the object that holds them.',
      type: 'table',
      table: 'otel_logs',
      unit: 'none',
      sql: `SELECT ScopeAttributes['aws.s3.key'] AS object, count() AS lines, any(Body) AS example
FROM ${LOGS}
WHERE $timeFilter AND ${OF_LOGS}
  AND LogAttributes['error.type'] = 'unparsable_line'
GROUP BY object
ORDER BY lines DESC
LIMIT 20`,
    },
    {
      title: 'Records that came twice',
      description:
        'After a redelivery of S3 or SQS, or a response of Scout that was lost. Copies have the same log.record.uid, or the same series and time.',
      type: 'stat',
      table: 'otel_logs',
      unit: 'none',
      sql: `SELECT
  (SELECT count() - uniqExact(LogAttributes['log.record.uid']) FROM ${LOGS}
   WHERE TimestampTime >= toDateTime($from) AND TimestampTime <= toDateTime($to) AND ${OF_LOGS}) AS log_records,
  (SELECT count() - uniqExact(MetricName, Attributes['Dimensions'], ResourceAttributes['cloud.account.id'], ResourceAttributes['cloud.region'], TimeUnix)
   FROM ${METRICS}
   WHERE TimeUnix >= toDateTime64($from, 3) AND TimeUnix <= toDateTime64($to, 3) AND ${OF_METRICS}) AS metric_points`,
    },
    {
      title: 'Queues, functions and Firehose',
      description:
        'The highest value of each step, as AWS measures the parts of the stack, for a stack whose name begins with Scout: age of the oldest message in seconds, messages, errors, age of the data in Firehose in seconds.',
      type: 'timeseries',
      table: 'otel_metrics_summary',
      unit: 'none',
      sql: `SELECT $timeSeries AS t,
  concat(Attributes['MetricName'], ' ', extract(Attributes['Dimensions'], '"(?:QueueName|FunctionName|DeliveryStreamName)":"([^"]*)"')) AS series,
  max(arrayElement(ValueAtQuantiles.Value, indexOf(ValueAtQuantiles.Quantile, 1))) AS value
FROM ${METRICS}
WHERE $timeFilter AND ${OF_METRICS}
  AND MetricName IN ('amazonaws.com/AWS/SQS/ApproximateAgeOfOldestMessage', 'amazonaws.com/AWS/SQS/ApproximateNumberOfMessagesVisible',
    'amazonaws.com/AWS/Lambda/Errors', 'amazonaws.com/AWS/Firehose/DeliveryToS3.DataFreshness')
  AND match(Attributes['Dimensions'], '"(QueueName|FunctionName|DeliveryStreamName)":"Scout')
GROUP BY t, series
ORDER BY t`,
    },
  ],
};
