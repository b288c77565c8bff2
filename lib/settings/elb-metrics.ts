/** Names of dimensions that CloudWatch publishes together. It keeps no other combination of them. */
export type DimensionSet = readonly string[];

/** A metric of Application Load Balancers, as AWS documents it. */
export interface ElbMetric {
  readonly name: string;
  /** Every set of dimensions under which it is published. */
  readonly dimensions: readonly [DimensionSet, ...DimensionSet[]];
  /** Those that mean something for it, in CloudWatch's terms (`Sum`, `p99`); never over five, which cost as much as one. */
  readonly statistics: readonly string[];
  /** Where AWS says so. */
  readonly source: string;
}

export const ELB_NAMESPACE = 'AWS/ApplicationELB';

const PAGE =
  'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html';

type Documented = Readonly<
  Record<string, readonly [dimensions: ElbMetric['dimensions'], statistics: readonly string[]]>
>;

const documentedAt = (anchor: string, metrics: Documented): readonly ElbMetric[] =>
  Object.entries(metrics).map(([name, [dimensions, statistics]]) => ({
    name,
    dimensions,
    statistics,
    source: `${PAGE}#${anchor}`,
  }));

const LOAD_BALANCER = ['LoadBalancer'];
const ZONE = ['AvailabilityZone', 'LoadBalancer'];
const TARGET_GROUP = ['LoadBalancer', 'TargetGroup'];
const TARGET_GROUP_ZONE = ['AvailabilityZone', 'LoadBalancer', 'TargetGroup'];
const TARGET_GROUP_ALONE = [['TargetGroup'], ['AvailabilityZone', 'TargetGroup']] as const;

/** The metrics that dashboards and alerts read, wherever a list of them is needed: polling, and the preset `alb`. */
export const ELB_METRICS: readonly ElbMetric[] = [
  ...documentedAt('load-balancer-metric-table', {
    ActiveConnectionCount: [[LOAD_BALANCER, ZONE], ['Sum']],
    DesyncMitigationMode_NonCompliant_Request_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    ForwardedInvalidHeaderRequestCount: [[ZONE], ['Sum']],
    GrpcRequestCount: [[TARGET_GROUP, TARGET_GROUP_ZONE, ...TARGET_GROUP_ALONE], ['Sum']],
    HTTPCode_ELB_3XX_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTPCode_ELB_4XX_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTPCode_ELB_5XX_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTPCode_ELB_500_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTPCode_ELB_502_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTPCode_ELB_503_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTPCode_ELB_504_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    HTTP_Fixed_Response_Count: [[LOAD_BALANCER, ZONE], ['Sum']],
    IPv6RequestCount: [[LOAD_BALANCER, ZONE], ['Sum']],
    NewConnectionCount: [[LOAD_BALANCER, ZONE], ['Sum']],
    ProcessedBytes: [[LOAD_BALANCER, ZONE], ['Sum']],
    RejectedConnectionCount: [[LOAD_BALANCER, ZONE], ['Sum']],
    RequestCount: [[LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    RuleEvaluations: [[LOAD_BALANCER], ['Sum']],
  }),
  ...documentedAt('lcu-metric-table', {
    ConsumedLCUs: [[LOAD_BALANCER], ['Average', 'Maximum', 'Sum']],
    PeakLCUs: [[LOAD_BALANCER], ['Maximum', 'Sum']],
  }),
  ...documentedAt('target-metric-table', {
    AnomalousHostCount: [
      [TARGET_GROUP, TARGET_GROUP_ZONE],
      ['Minimum', 'Maximum'],
    ],
    HealthyHostCount: [
      [TARGET_GROUP, TARGET_GROUP_ZONE],
      ['Average', 'Minimum', 'Maximum'],
    ],
    HTTPCode_Target_2XX_Count: [[LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    HTTPCode_Target_3XX_Count: [[LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    HTTPCode_Target_4XX_Count: [[LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    HTTPCode_Target_5XX_Count: [[LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    MitigatedHostCount: [
      [TARGET_GROUP, TARGET_GROUP_ZONE],
      ['Average', 'Minimum', 'Maximum'],
    ],
    // AWS: its Sum is the average over the targets.
    RequestCountPerTarget: [[TARGET_GROUP, TARGET_GROUP_ZONE, ...TARGET_GROUP_ALONE], ['Sum']],
    TargetConnectionErrorCount: [[LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    TargetResponseTime: [
      [LOAD_BALANCER, ZONE, TARGET_GROUP, TARGET_GROUP_ZONE],
      ['Average', 'p50', 'p90', 'p95', 'p99'],
    ],
    UnHealthyHostCount: [
      [TARGET_GROUP, TARGET_GROUP_ZONE],
      ['Average', 'Minimum', 'Maximum'],
    ],
  }),
  ...documentedAt('target-group-health-metric-table', {
    HealthyStateDNS: [[TARGET_GROUP, TARGET_GROUP_ZONE], ['Maximum']],
    HealthyStateRouting: [[TARGET_GROUP, TARGET_GROUP_ZONE], ['Maximum']],
    UnhealthyRoutingRequestCount: [[TARGET_GROUP, TARGET_GROUP_ZONE], ['Sum']],
    UnhealthyStateDNS: [[TARGET_GROUP, TARGET_GROUP_ZONE], ['Minimum']],
    UnhealthyStateRouting: [[TARGET_GROUP, TARGET_GROUP_ZONE], ['Minimum']],
  }),
];
