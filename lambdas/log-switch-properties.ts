import type { LoadBalancerLog } from './log-lines/log-kind.ts';

/** One log of one load balancer, and where it goes. */
export interface LogSwitchProperties {
  readonly LoadBalancerArn: string;
  readonly Log: LoadBalancerLog;
  readonly Bucket: string;
  /** Without `/` at its end. */
  readonly Prefix: string;
}
