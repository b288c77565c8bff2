import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { LogKindName } from '../lambdas/function-settings.ts';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX } from '../lambdas/key-prefixes.ts';
import type { LogSwitchProperties } from '../lambdas/log-switch-properties.ts';
import { logDeliveryAccount } from './region-facts.ts';
import type { OutputName } from './stack-outputs.ts';

/** How AWS delivers a kind of log into a bucket. */
export interface LogDelivery {
  /** Folder below `logs/`. */
  readonly folder: string;
  /** Service that writes the objects. */
  readonly principal: 'logdelivery.elasticloadbalancing.amazonaws.com' | 'delivery.logs.amazonaws.com';
  /** The load balancer's attributes that turn it on. */
  readonly attributes: LogSwitchProperties['Log'];
  /** Output with the command that turns it on. */
  readonly output: OutputName;
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-connection-logging.html
export const LOG_DELIVERIES: Readonly<Record<LogKindName, LogDelivery>> = {
  alb: {
    folder: 'alb',
    principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
    attributes: 'access_logs',
    output: 'TurnOnAccessLogs',
  },
  'alb-connection': {
    folder: 'alb',
    principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
    attributes: 'connection_logs',
    output: 'TurnOnConnectionLogs',
  },
};

/** Prefix of a kind's objects, without `/` at its end, as the load balancer's attribute has it. */
export const deliveryPrefix = ({ folder }: LogDelivery): string => `${LOGS_PREFIX}${folder}`;

/** Lets AWS deliver these logs of these accounts into the bucket. */
export const allowDelivery = (
  bucket: s3.IBucket,
  deliveries: readonly LogDelivery[],
  accounts: readonly string[],
): void => {
  const keys = (principal: LogDelivery['principal'], ...former: readonly string[]): string[] => {
    const served = deliveries.filter((delivery) => delivery.principal === principal).map(deliveryPrefix);
    const prefixes = served.length === 0 ? [] : [...new Set([...served, ...former])];
    return prefixes.flatMap((prefix) =>
      accounts.map((account) => bucket.arnForObjects(`${prefix}/AWSLogs/${account}/*`)),
    );
  };
  allowLoadBalancers(
    bucket,
    keys('logdelivery.elasticloadbalancing.amazonaws.com', FORMER_LOGS_PREFIX.slice(0, -1)),
  );
  allowCloudWatchLogs(bucket, keys('delivery.logs.amazonaws.com'), accounts);
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy */
const allowLoadBalancers = (bucket: s3.IBucket, resources: string[]): void => {
  if (resources.length === 0) return;
  const account = logDeliveryAccount(Stack.of(bucket).region);
  const principals = [
    new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com'),
    ...(account === undefined ? [] : [new iam.AccountPrincipal(account)]),
  ];
  bucket.addToResourcePolicy(new iam.PolicyStatement({ principals, actions: ['s3:PutObject'], resources }));
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html */
const allowCloudWatchLogs = (bucket: s3.IBucket, resources: string[], accounts: readonly string[]): void => {
  if (resources.length === 0) return;
  const { partition, region } = Stack.of(bucket);
  const principals = [new iam.ServicePrincipal('delivery.logs.amazonaws.com')];
  const source = { 'aws:SourceAccount': [...accounts] };
  const ArnLike = {
    'aws:SourceArn': accounts.map((account) => `arn:${partition}:logs:${region}:${account}:*`),
  };
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: source, ArnLike },
    }),
  );
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals,
      actions: ['s3:PutObject'],
      resources,
      conditions: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...source },
        ArnLike,
      },
    }),
  );
};

/** The AWS CLI command that turns the log of a load balancer on; the user replaces `ARN`. */
export const turnOnCommand = (
  delivery: LogDelivery,
  bucket: Pick<s3.IBucket, 'bucketName'>,
  prefix = deliveryPrefix(delivery),
): string => {
  const { attributes } = delivery;
  const values = [
    `Key=${attributes}.s3.enabled,Value=true`,
    `Key=${attributes}.s3.bucket,Value=${bucket.bucketName}`,
    `Key=${attributes}.s3.prefix,Value=${prefix}`,
  ].join(' ');
  return `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes ${values}`;
};
