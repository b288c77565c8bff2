import { type CloudWatchClient, type Dimension, paginateListMetrics } from '@aws-sdk/client-cloudwatch';
import {
  type ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CLASSIC_NAMESPACE, type LineCounter } from './line-counters.ts';

/** A load balancer, whatever its type. */
export interface Balancer {
  readonly type: LineCounter['type'];
  readonly name: string;
  /** The dimension of its metrics. */
  readonly dimension: Dimension;
  readonly zones: number;
  readonly created?: Date | undefined;
}

/** Application and Network Load Balancers of the region. @param arns only these */
export const describeBalancers = async (
  client: ElasticLoadBalancingV2Client,
  arns: readonly string[] | undefined,
): Promise<readonly Balancer[]> => {
  const found: Balancer[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    for (const { LoadBalancerArn: arn = '', LoadBalancerName: name = '', ...balancer } of LoadBalancers) {
      if (arns?.includes(arn) === false) continue;
      found.push({
        type: balancer.Type === 'network' ? 'network' : 'application',
        name,
        // `app/shop/0123456789abcdef`
        dimension: {
          Name: 'LoadBalancer',
          Value: arn.slice(arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length),
        },
        zones: Math.max(balancer.AvailabilityZones?.length ?? 0, 1),
        created: balancer.CreatedTime,
      });
    }
  }
  return found;
};

/** Classic Load Balancers have an API of their own; their metrics name them too. */
export const listClassic = async (client: CloudWatchClient): Promise<readonly Balancer[]> => {
  const filter = { Namespace: CLASSIC_NAMESPACE, MetricName: 'RequestCount' };
  const found: Balancer[] = [];
  for await (const { Metrics = [] } of paginateListMetrics({ client }, filter)) {
    for (const { Dimensions: [dimension, ...others] = [] } of Metrics) {
      if (dimension?.Name !== 'LoadBalancerName' || others.length > 0) continue;
      found.push({ type: 'classic', name: dimension.Value ?? '', dimension, zones: 1 });
    }
  }
  return found;
};
