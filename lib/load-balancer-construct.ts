import { Token } from 'aws-cdk-lib';
import { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { typeInArn } from './load-balancer.ts';

/** A load balancer: one of CDK's, or only its ARN. */
export interface LoadBalancer {
  readonly loadBalancerArn: string;
}

/** The type that the ARN names; where only the deploy knows the ARN, that of the construct. */
export const typeOf = (loadBalancer: LoadBalancer): string | undefined => {
  const { loadBalancerArn } = loadBalancer;
  if (Token.isUnresolved(loadBalancerArn)) return loadBalancer instanceof NetworkLoadBalancer ? 'net' : 'app';
  return typeInArn(loadBalancerArn);
};
