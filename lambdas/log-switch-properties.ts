/** One log of one load balancer, and where it goes. */
export interface LogSwitchProperties {
  readonly LoadBalancerArn: string;
  /** Beginning of its attributes: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html */
  readonly Log: 'access_logs' | 'connection_logs' | 'health_check_logs';
  readonly Bucket: string;
  /** Without `/` at its end. */
  readonly Prefix: string;
}
