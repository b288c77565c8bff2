import { deliveryPrefix, FORMER_LOGS_PREFIX } from '../lambdas/key-prefixes.ts';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';

// Services that deliver logs.
export const LOAD_BALANCING = 'logdelivery.elasticloadbalancing.amazonaws.com';
export const CLOUDWATCH_LOGS = 'delivery.logs.amazonaws.com';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
const MAX_POLICY_BYTES = 20 * 1024;
/** For all that does not grow with the accounts. */
const RESERVED_POLICY_BYTES = 2000;
/** For the ARN of an account's folder under a prefix, in a bucket with a name as CloudFormation makes it up. */
const FOLDER_BYTES = 95;
/** For the conditions that name an account. */
const CONDITION_BYTES = 125;

/** How many accounts a bucket policy has room for that lets all of them deliver these logs. */
export const mostAccounts = (deliveries: readonly LogDelivery[]): number => {
  const { byLoadBalancers, byCloudWatchLogs } = prefixesOf(deliveries);
  const bytes = byLoadBalancers.length * FOLDER_BYTES + (byCloudWatchLogs.length > 0 ? CONDITION_BYTES : 0);
  return Math.floor((MAX_POLICY_BYTES - RESERVED_POLICY_BYTES) / bytes);
};

/** The prefixes under which each service writes these logs. */
export const prefixesOf = (deliveries: readonly LogDelivery[]) => {
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
