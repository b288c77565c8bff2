/** Parts of the queries. Attributes are looked up under AWS's names and under OpenTelemetry's, since either may be sent. */

const either = (aws: string, semconv: string): string =>
  `coalesce(nullIf(LogAttributes['${aws}'], ''), LogAttributes['${semconv}'])`;

export const LOAD_BALANCER = either('elb', 'aws.elb.name');
export const STATUS = either('elb_status_code', 'http.response.status_code');
export const TARGET_STATUS = either('target_status_code', 'aws.elb.target_status_code');
export const TARGET_GROUP_ARN = either('target_group_arn', 'aws.elb.target_group_arn');
export const TARGET_GROUP = `extract(${TARGET_GROUP_ARN}, 'targetgroup/([^/]+)/')`;
/** Seconds; null where no target was called, negative where it gave no response. */
export const TARGET_SECONDS = `toFloat64OrNull(${either('target_processing_time', 'aws.elb.target_processing_time')})`;

/** The requests that a record stands for: more than one where successful requests are sampled. */
export const REQUESTS = `1 / if(LogAttributes['sampling.rate'] = '', 1, toFloat64(LogAttributes['sampling.rate']))`;
/** The same as a whole number, in thousandths, which weighted quantiles need. */
export const WEIGHT = `toUInt64(round(1000 * ${REQUESTS}))`;

export const IN_ENVIRONMENT = `ResourceAttributes['environment'] IN (\${env:singlequote})`;

/** A table of the clickhouse exporter in the organisation's database. */
export const from = (table: string): string => `\`\${database}\`.${table}`;

/** Records of load balancers' requests in the time range and of the variables' choice. */
export const ALB_RECORDS = `${from('otel_logs')}
WHERE $timeFilter
  AND ServiceName = 'alb'
  AND ScopeName = 'aws.alb'
  AND ${IN_ENVIRONMENT}
  AND ${LOAD_BALANCER} IN (\${loadBalancer:singlequote})`;

/** A dimension's value; empty without it. */
export const dimension = (name: string): string =>
  `simpleJSONExtractString(Attributes['Dimensions'], '${name}')`;

/**
 * Points of metrics under one set of dimensions: CloudWatch publishes the same requests under several, so that a sum
 * over all of them counts each request as often. Works with and without the attribute `DimensionNames`.
 */
export const metricPoints = (names: readonly string[], dimensions: readonly string[]): string =>
  `${from('otel_metrics_summary')}
WHERE $timeFilter
  AND MetricName IN (${quoted(names.map((name) => `amazonaws.com/${name}`))})
  AND ${IN_ENVIRONMENT}
  AND JSONExtractKeys(Attributes['Dimensions']) = [${quoted(dimensions)}]`;

const quoted = (texts: readonly string[]): string => texts.map((text) => `'${text}'`).join(', ');
