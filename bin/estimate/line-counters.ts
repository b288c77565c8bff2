export const CLASSIC_NAMESPACE = 'AWS/ELB';

/** Metrics that count the lines of a log. */
export interface LineCounter {
  /** Of the load balancers; `classic` ones are found by their metrics. */
  readonly type: 'application' | 'network' | 'classic';
  readonly namespace: string;
  /** Their sums make the lines. */
  readonly lines: readonly [string, ...string[]];
  readonly failed: readonly string[];
}

/**
 * Metrics that count the lines of a log, by its kind:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html. RequestCount
 * leaves out requests for which no target was chosen: redirects, fixed responses, and those that are refused.
 */
export const LINE_COUNTERS: Readonly<Record<string, LineCounter>> = {
  alb: {
    type: 'application',
    namespace: 'AWS/ApplicationELB',
    lines: ['RequestCount', 'HTTP_Redirect_Count', 'HTTP_Fixed_Response_Count', 'HTTPCode_ELB_4XX_Count'],
    failed: [
      'HTTPCode_ELB_4XX_Count',
      'HTTPCode_ELB_5XX_Count',
      'HTTPCode_Target_4XX_Count',
      'HTTPCode_Target_5XX_Count',
    ],
  },
  'alb-connection': {
    type: 'application',
    namespace: 'AWS/ApplicationELB',
    // Counts connections to targets too.
    lines: ['NewConnectionCount'],
    failed: ['ClientTLSNegotiationErrorCount'],
  },
  // Only TLS listeners log: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
  nlb: {
    type: 'network',
    namespace: 'AWS/NetworkELB',
    lines: ['NewFlowCount_TLS'],
    failed: ['ClientTLSNegotiationErrorCount'],
  },
  clb: {
    type: 'classic',
    namespace: CLASSIC_NAMESPACE,
    lines: ['RequestCount'],
    failed: ['HTTPCode_ELB_4XX', 'HTTPCode_ELB_5XX', 'HTTPCode_Backend_4XX', 'HTTPCode_Backend_5XX'],
  },
};
