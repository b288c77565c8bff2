import { Token } from 'aws-cdk-lib';
import { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { LogKindName } from '../lambdas/function-settings.ts';
import { LOG_KINDS } from '../lambdas/log-kinds.ts';
import type { LogDelivery, LogKind } from '../lambdas/log-lines/log-kind.ts';

/** A load balancer: one of CDK's, or only its ARN. */
export interface LoadBalancer {
  readonly loadBalancerArn: string;
}

/** Whether attributes of the load balancer turn the log on. */
export const writes = (loadBalancer: LoadBalancer, delivery: LogDelivery): boolean =>
  delivery.loadBalancer?.type === typeOf(loadBalancer);

/** A sentence for each load balancer that writes none of these kinds. */
export const loadBalancersWithoutLog = (
  loadBalancers: readonly LoadBalancer[],
  kinds: readonly LogKindName[],
): readonly string[] =>
  loadBalancers
    .filter((one) => !kinds.some((kind) => writes(one, LOG_KINDS[kind].delivery)))
    .map((one) => {
      const written = Object.entries<LogKind>(LOG_KINDS).filter(([, { delivery }]) => writes(one, delivery));
      const names = written.map(([name]) => name).join(', ');
      return `${one.loadBalancerArn} writes none of the logs of logKinds, which are ${kinds.join(', ')}; it can write ${names}`;
    });

/** The type that the ARN names; where only the deploy knows the ARN, that of the construct. */
const typeOf = (loadBalancer: LoadBalancer): string | undefined => {
  const { loadBalancerArn } = loadBalancer;
  if (Token.isUnresolved(loadBalancerArn)) return loadBalancer instanceof NetworkLoadBalancer ? 'net' : 'app';
  return loadBalancerArn.split('/')[1];
};
