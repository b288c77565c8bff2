import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';
import { CLOUDWATCH_LOGS, LOAD_BALANCING, prefixesOf } from './delivery-prefixes.ts';
import { logDeliveryAccount } from './region-facts.ts';

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
