import type { Dashboard } from './dashboard.ts';
import {
  ALB_RECORDS,
  from,
  IN_ENVIRONMENT,
  LOAD_BALANCER,
  REQUESTS,
  STATUS,
  TARGET_GROUP,
  TARGET_SECONDS,
  TARGET_STATUS,
  WEIGHT,
} from './sql.ts';

const table = 'otel_logs';
const LAST_DAY = `TimestampTime > now() - INTERVAL 1 DAY AND ServiceName = 'alb'`;

/** Requests as the access logs of Application Load Balancers tell them. */
export const ALB_LOGS: Dashboard = {
  uid: 'scout-forwarder-alb-logs',
  title: 'ALB access logs',
  description:
    'Requests of Application Load Balancers from their access logs, which AWS writes every five minutes. Sampled records count for the requests that they stand for.',
  variables: [
    {
      name: 'env',
      label: 'Environment',
      sql: `SELECT DISTINCT ResourceAttributes['environment'] AS env FROM ${from(table)} WHERE ${LAST_DAY} ORDER BY env`,
    },
    {
      name: 'loadBalancer',
      label: 'Load balancer',
      sql: `SELECT DISTINCT ${LOAD_BALANCER} AS load_balancer FROM ${from(table)} WHERE ${LAST_DAY} AND ${IN_ENVIRONMENT} AND load_balancer != '' ORDER BY load_balancer`,
    },
  ],
  panels: [
    {
      title: 'Requests by load balancer',
      description: 'Requests per second.',
      type: 'timeseries',
      table,
      unit: 'reqps',
      sql: `SELECT $timeSeries AS t, ${LOAD_BALANCER} AS series, sum(${REQUESTS}) / $interval AS value
FROM ${ALB_RECORDS}
GROUP BY t, series
ORDER BY t`,
    },
    {
      title: 'Requests by status',
      description: 'Requests per second by the class of the status that the client got.',
      type: 'timeseries',
      table,
      unit: 'reqps',
      sql: `SELECT $timeSeries AS t, concat(substring(${STATUS}, 1, 1), 'xx') AS series, sum(${REQUESTS}) / $interval AS value
FROM ${ALB_RECORDS}
GROUP BY t, series
ORDER BY t`,
    },
    {
      title: 'Failed requests by target group',
      description: 'Percentage of requests that ended in a status of 5xx.',
      type: 'timeseries',
      table,
      unit: 'percent',
      sql: `SELECT $timeSeries AS t, ${TARGET_GROUP} AS series,
  100 * sumIf(${REQUESTS}, SeverityText = 'ERROR') / sum(${REQUESTS}) AS value
FROM ${ALB_RECORDS}
GROUP BY t, series
HAVING series != ''
ORDER BY t`,
    },
    {
      title: 'p99 of the targets',
      description:
        'Seconds that a target took for its slowest requests in a hundred. Where few records are kept, choose a longer time range: its steps are longer.',
      type: 'timeseries',
      table,
      unit: 's',
      sql: `SELECT t, series, quantileExactWeighted(0.99)(seconds, weight) AS value
FROM (
  SELECT $timeSeries AS t, ${TARGET_GROUP} AS series, ${WEIGHT} AS weight, ${TARGET_SECONDS} AS seconds
  FROM ${ALB_RECORDS}
)
WHERE seconds >= 0
GROUP BY t, series
ORDER BY t`,
    },
    {
      title: 'Duration by target group',
      description: 'Seconds that the targets took, over the whole time range.',
      type: 'table',
      table,
      unit: 'none',
      sql: `SELECT target_group, sum(weight) / 1000 AS requests,
  quantileExactWeighted(0.5)(seconds, weight) AS p50,
  quantileExactWeighted(0.9)(seconds, weight) AS p90,
  quantileExactWeighted(0.99)(seconds, weight) AS p99,
  max(seconds) AS slowest
FROM (
  SELECT ${TARGET_GROUP} AS target_group, ${WEIGHT} AS weight, ${TARGET_SECONDS} AS seconds
  FROM ${ALB_RECORDS}
)
WHERE seconds >= 0
GROUP BY target_group
ORDER BY p99 DESC`,
    },
    {
      title: 'Paths',
      description: 'The paths most requested, with the share of 5xx and the p90 of their targets in seconds.',
      type: 'table',
      table,
      unit: 'none',
      sql: `SELECT method, url_path, sum(weight) / 1000 AS requests,
  100 * sumIf(weight, status LIKE '5%') / sum(weight) AS percent_5xx,
  quantileExactWeightedIf(0.9)(seconds, weight, seconds >= 0) AS p90
FROM (
  SELECT ${WEIGHT} AS weight, ${STATUS} AS status, ${TARGET_SECONDS} AS seconds,
    coalesce(nullIf(LogAttributes['http.request.method'], ''), splitByChar(' ', LogAttributes['request'])[1]) AS method,
    coalesce(nullIf(LogAttributes['url.path'], ''), path(splitByChar(' ', LogAttributes['request'])[2])) AS url_path
  FROM ${ALB_RECORDS}
)
GROUP BY method, url_path
ORDER BY requests DESC, method, url_path
LIMIT 20`,
    },
    {
      title: 'Errors',
      description:
        'Responses of 5xx by who gave them. Sampling leaves none of them out. The trace id is that of one of the requests.',
      type: 'table',
      table,
      unit: 'none',
      sql: `SELECT ${LOAD_BALANCER} AS load_balancer, ${TARGET_GROUP} AS target_group, ${STATUS} AS status,
  if(${TARGET_STATUS} IN ('', '-'), 'load balancer', 'target') AS given_by,
  count() AS errors, max(Timestamp) AS last, anyLast(TraceId) AS trace_id
FROM ${ALB_RECORDS}
  AND SeverityText = 'ERROR'
GROUP BY load_balancer, target_group, status, given_by
ORDER BY errors DESC
LIMIT 50`,
    },
    {
      title: 'Slowest requests',
      description: 'With the trace id that leads to their traces.',
      type: 'table',
      table,
      unit: 'none',
      sql: `SELECT Timestamp, ${TARGET_SECONDS} AS seconds, ${STATUS} AS status,
  coalesce(nullIf(LogAttributes['request'], ''), concat(LogAttributes['http.request.method'], ' ', LogAttributes['url.full'])) AS request,
  TraceId
FROM ${ALB_RECORDS}
  AND seconds >= 0
ORDER BY seconds DESC
LIMIT 50`,
    },
  ],
};
