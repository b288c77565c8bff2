/** The package's entry: what another CDK app imports. docs/constructs.md shows examples. */
export { METRIC_PRESETS } from './settings/metric-presets.ts';
export type { ExtraStatistics, MetricSelection } from './settings/metric-selection.ts';
export type { LoadBalancer } from './load-balancer-construct.ts';
export { LogsToScout, type LogsToScoutProps } from './logs-to-scout.ts';
export { MetricStreamToScout, type MetricStreamToScoutProps } from './metric-stream-to-scout.ts';
export type { ForwardingProps, ScoutForwarder, ScoutProps } from './scout-forwarder.ts';
