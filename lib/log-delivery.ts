import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX } from '../lambdas/key-prefixes.ts';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';
import { logDeliveryAccount } from './region-facts.ts';

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
