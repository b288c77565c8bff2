import { DescribeLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX } from '../../lambdas/key-prefixes.ts';
import type { StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import { deliveryPolicy } from './bucket-policy.ts';
import { type Check, fail, ok } from './check.ts';

/** Whether each load balancer logs to where the stack reads; none where there is no pipeline for it. */
export const accessLogChecks = (
  settings: StackSettings,
  outputs: StackOutputs,
  loadBalancers: readonly string[],
): readonly Check[] => {
  const { BucketName: ownBucket = '', LogsQueueUrl: queueUrl } = outputs;
  if (queueUrl === undefined) return [];
  const { albLogBucketName, albLogPrefix = '', albLogAccounts = [], logKinds } = settings;
  const target =
    albLogBucketName === undefined
      ? { bucket: ownBucket, prefixes: [LOGS_PREFIX, FORMER_LOGS_PREFIX] }
      : { bucket: albLogBucketName, prefixes: [albLogPrefix] };
  const accounts = [
    queueUrl.split('/').at(-2) ?? '',
    ...albLogAccounts,
    ...loadBalancers.map((arn) => arn.split(':')[4] ?? ''),
  ];
  return [
    // What an existing bucket allows is its owner's business.
    ...(albLogBucketName === undefined ? [deliveryPolicy(ownBucket, [...new Set(accounts)])] : []),
    ...loadBalancers.flatMap((arn) => [
      logs(arn, 'access_logs', target, outputs.TurnOnAccessLogs),
      ...(logKinds.includes('alb-connection')
        ? [logs(arn, 'connection_logs', target, outputs.TurnOnConnectionLogs)]
        : []),
    ]),
  ];
};

const LOG_NAMES = { access_logs: 'access logs', connection_logs: 'connection logs' } as const;

const logs = (
  arn: string,
  log: keyof typeof LOG_NAMES,
  { bucket, prefixes }: { readonly bucket: string; readonly prefixes: readonly string[] },
  command: string | undefined,
): Check => ({
  name: `${LOG_NAMES[log]} of ${arn.split('/').at(-2)}`,
  actions: ['elasticloadbalancing:DescribeLoadBalancerAttributes'],
  run: async ({ clients, region }) => {
    const [, , , itsRegion] = arn.split(':');
    if (itsRegion !== region) {
      return fail(
        `it is in ${itsRegion}, and delivers to buckets there only`,
        `deploy a stack there too: -c regions=${region},${itsRegion}`,
      );
    }
    const { Attributes = [] } = await clients.loadBalancing.send(
      new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
    );
    const value = (name: string): string =>
      Attributes.find(({ Key }) => Key === `${log}.s3.${name}`)?.Value ?? '';
    const turnOn = command?.replace('ARN', arn) ?? 'name it in albArns, and npx cdk deploy';
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
          `a load balancer writes them to one place: ${turnOn}; or have the stack read that bucket (albLogBucketName)`,
        );
  },
});
