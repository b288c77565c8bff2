import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX } from '../lambdas/key-prefixes.ts';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';
import { logDeliveryAccount } from './region-facts.ts';

const LOAD_BALANCING = 'logdelivery.elasticloadbalancing.amazonaws.com';
const CLOUDWATCH_LOGS = 'delivery.logs.amazonaws.com';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
const MAX_POLICY_BYTES = 20 * 1024;
/** For all that does not grow with the accounts. */
const RESERVED_POLICY_BYTES = 2000;
/** For the ARN of an account's folder under a prefix, in a bucket with a name as CloudFormation makes it up. */
const FOLDER_BYTES = 95;
/** For the conditions that name an account. */
const CONDITION_BYTES = 125;

/** Prefix of a kind's objects, without `/` at its end, as AWS's own settings have it. */
export const deliveryPrefix = ({ folder }: LogDelivery): string => `${LOGS_PREFIX}${folder}`;

/** Lets AWS deliver these logs of these accounts into the bucket. */
export const allowDelivery = (
  bucket: s3.IBucket,
  deliveries: readonly LogDelivery[],
  accounts: readonly string[],
): void => {
  const { byLoadBalancers, byCloudWatchLogs } = prefixesOf(deliveries);
  if (byLoadBalancers.length > 0) allowLoadBalancers(bucket, byLoadBalancers, accounts);
  if (byCloudWatchLogs.length > 0) allowCloudWatchLogs(bucket, byCloudWatchLogs, accounts);
};

/** Adds a statement to the bucket's policy, or warns where the bucket is imported, which CDK passes over in silence. */
const addToPolicy = (bucket: s3.IBucket, statement: iam.PolicyStatement): void => {
  if (bucket.addToResourcePolicy(statement).statementAdded) return;
  Annotations.of(bucket).addWarningV2(
    'scout-forwarder:importedBucket',
    `The bucket ${bucket.bucketName} is imported: the deploy cannot change its policy. Its owner must let AWS deliver logs into it, or AWS refuses to turn them on: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy`,
  );
};

/** How many accounts a bucket policy has room for that lets all of them deliver these logs. */
export const mostAccounts = (deliveries: readonly LogDelivery[]): number => {
  const { byLoadBalancers, byCloudWatchLogs } = prefixesOf(deliveries);
  const bytes = byLoadBalancers.length * FOLDER_BYTES + (byCloudWatchLogs.length > 0 ? CONDITION_BYTES : 0);
  return Math.floor((MAX_POLICY_BYTES - RESERVED_POLICY_BYTES) / bytes);
};

/** The prefixes under which each service writes these logs. */
const prefixesOf = (deliveries: readonly LogDelivery[]) => {
  const of = (isWritten: (delivery: LogDelivery) => boolean): readonly string[] => [
    ...new Set(deliveries.filter(isWritten).map(deliveryPrefix)),
  ];
  const byLoadBalancers = of(({ principal }) => principal === LOAD_BALANCING);
  return {
    byLoadBalancers:
      byLoadBalancers.length === 0 ? [] : [...byLoadBalancers, FORMER_LOGS_PREFIX.slice(0, -1)],
    byCloudWatchLogs: of(({ principal, vended }) => vended ?? principal === CLOUDWATCH_LOGS),
  };
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy */
const allowLoadBalancers = (
  bucket: s3.IBucket,
  prefixes: readonly string[],
  accounts: readonly string[],
): void => {
  const account = logDeliveryAccount(Stack.of(bucket).region);
  const principals = [
    new iam.ServicePrincipal(LOAD_BALANCING),
    ...(account === undefined ? [] : [new iam.AccountPrincipal(account)]),
  ];
  const resources = prefixes.flatMap((prefix) =>
    accounts.map((one) => bucket.arnForObjects(`${prefix}/AWSLogs/${one}/*`)),
  );
  addToPolicy(bucket, new iam.PolicyStatement({ principals, actions: ['s3:PutObject'], resources }));
};

/**
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html,
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html and
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html. The conditions name the
 * accounts: keys need not, in Hive's layout and under a prefix that replaces AWS's folders.
 */
const allowCloudWatchLogs = (
  bucket: s3.IBucket,
  prefixes: readonly string[],
  accounts: readonly string[],
): void => {
  const { partition, region } = Stack.of(bucket);
  const principals = [new iam.ServicePrincipal(CLOUDWATCH_LOGS)];
  const source = { 'aws:SourceAccount': [...accounts] };
  const ArnLike = {
    'aws:SourceArn': accounts.map((account) => `arn:${partition}:logs:${region}:${account}:*`),
  };
  addToPolicy(
    bucket,
    new iam.PolicyStatement({
      principals,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: source, ArnLike },
    }),
  );
  addToPolicy(
    bucket,
    new iam.PolicyStatement({
      principals,
      actions: ['s3:PutObject'],
      resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`)),
      conditions: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...source },
        ArnLike,
      },
    }),
  );
};
