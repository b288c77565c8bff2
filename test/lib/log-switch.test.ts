import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import type { LogDelivery } from '../../lambdas/log-lines/log-kind.ts';
import type { LoadBalancer } from '../../lib/load-balancer-construct.ts';
import { LogSwitch } from '../../lib/log-switch.ts';
import { asText, createBundles } from '../support/harness/synth.ts';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer';
const delivery = (folder: string, loadBalancer?: LogDelivery['loadBalancer']): LogDelivery => ({
  folder,
  principal: 'delivery.logs.amazonaws.com',
  output: 'TurnOn',
  turnOn: () => '',
  ...(loadBalancer && { loadBalancer }),
});
const DELIVERIES = [
  delivery('requests', { type: 'app', attributes: 'access_logs' }),
  delivery('checks', { type: 'app', attributes: 'health_check_logs' }),
  delivery('connections', { type: 'net', attributes: 'access_logs' }),
  delivery('flows'),
];

/** Load balancer, attributes and prefix of every switch. */
const switchesOf = (create: (stack: Stack) => readonly LoadBalancer[]): readonly string[] => {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Stack');
  new LogSwitch(stack, 'Switch', {
    bundles: createBundles(),
    bucket: new s3.Bucket(stack, 'Bucket'),
    loadBalancers: create(stack),
    deliveries: DELIVERIES,
    logRetention: RetentionDays.ONE_MONTH,
  });
  const found = Object.values(Template.fromStack(stack).findResources('Custom::AlbLogSwitch'));
  return found.map(({ Properties }) => {
    const { LoadBalancerArn, Log, Prefix } = asText(Properties) as Record<string, string>;
    return `${LoadBalancerArn} ${Log} ${Prefix}`;
  });
};

test('turns on the logs that each type of load balancer writes, and no other', () => {
  const [app, net] = [`${ARN}/app/web/0123456789abcdef`, `${ARN}/net/edge/fedcba9876543210`];
  expect(switchesOf(() => [app, net].map((loadBalancerArn) => ({ loadBalancerArn })))).toEqual([
    `${app} access_logs logs/requests`,
    `${app} health_check_logs logs/checks`,
    `${net} access_logs logs/connections`,
  ]);
});

const createLoadBalancers = (stack: Stack): readonly LoadBalancer[] => {
  const vpc = new ec2.Vpc(stack, 'Vpc');
  return [
    new elbv2.ApplicationLoadBalancer(stack, 'Web', { vpc }),
    new elbv2.NetworkLoadBalancer(stack, 'Edge', { vpc }),
  ];
};

test('knows the type of a load balancer whose ARN only the deploy knows', () => {
  expect(switchesOf(createLoadBalancers)).toEqual([
    '${Web} access_logs logs/requests',
    '${Web} health_check_logs logs/checks',
    '${Edge} access_logs logs/connections',
  ]);
});
