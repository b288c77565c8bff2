import { DescribeLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { partitionOf } from '../../lambdas/aws-partition.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import type { LoadBalancerLog, LogDelivery, LogKind } from '../../lambdas/log-lines/log-kind.ts';
import { typeInArn, writes } from '../../lib/load-balancer.ts';
import { deliveryPrefix } from '../../lambdas/key-prefixes.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import { pipelineSource } from '../shared/deployed-stack.ts';
import { type Finding, fail, ok } from './check.ts';
import type { Context } from './context.ts';

/** A log of a load balancer that the stack forwards. */
export interface BalancerLog {
  readonly arn: string;
  readonly attributes: LoadBalancerLog;
  readonly delivery: LogDelivery;
  readonly outputs: StackOutputs;
}

/** The logs of each load balancer; none where the stack has no pipeline for them. */
export const balancerLogs = async (context: Context): Promise<BalancerLog[]> => {
  const { settings, loadBalancers } = context;
  const outputs = await context.outputs();
  if (outputs.LogsQueueUrl === undefined) return [];
  return loadBalancers.flatMap((arn) =>
    settings.logKinds.flatMap((kind) => {
      const { delivery }: LogKind = LOG_KINDS[kind];
      const { attributes } = delivery.loadBalancer ?? {};
      if (attributes === undefined || !writes(typeInArn(arn), delivery)) return [];
      return { arn, attributes, delivery, outputs };
    }),
  );
};

export const balancerLogName = ({ arn, attributes }: BalancerLog): string =>
  `${attributes.replaceAll('_', ' ')} of ${arn.split('/').at(-2)}`;

/** Whether a load balancer logs to where the stack reads. */
export const checkBalancerLog = async (
  { clients, region, settings }: Context,
  { arn, attributes, delivery, outputs }: BalancerLog,
): Promise<Finding> => {
  const [, , , itsRegion = ''] = arn.split(':');
  if (itsRegion !== region) {
    return fail(
      `it is in ${itsRegion}, and delivers to buckets of that region only`,
      `deploy a stack there too: -c regions=${region},${itsRegion}`,
    );
  }
  const { Attributes = [] } = await clients.loadBalancing.send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
  );
  const value = (name: string): string =>
    Attributes.find(({ Key }) => Key === `${attributes}.s3.${name}`)?.Value ?? '';
  const { bucket, prefixes } = pipelineSource('logs', settings, outputs);
  const prefix =
    settings.albLogBucketName === undefined
      ? deliveryPrefix(delivery)
      : (settings.albLogPrefix ?? '').replace(/\/$/, '');
  const command = delivery
    .turnOn({ bucketName: bucket, partition: partitionOf(region), prefix })
    .replace('ARN', arn);
  const turnOn = `${command} --region ${region}`;
  if (value('enabled') !== 'true') return fail('they are off', turnOn);
  const target = `s3://${value('bucket')}/${value('prefix')}`;
  // Elastic Load Balancing goes on with AWSLogs/ and the account.
  const keys = [value('prefix'), 'AWSLogs/'].filter(Boolean).join('/');
  const isRead =
    value('bucket') === bucket &&
    prefixes.some((prefix) => keys.startsWith(prefix) || prefix.startsWith(keys));
  return isRead
    ? ok(`on, to ${target}`)
    : fail(
        `they go to ${target}, the stack reads s3://${bucket}/${prefixes[0]}`,
        `a load balancer writes them to one place only. ${turnOn}; or let the stack read that bucket: -c albLogBucketName=${value('bucket')}`,
      );
};
