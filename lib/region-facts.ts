import { Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { partitionOf } from '../lambdas/aws-partition.ts';

/**
 * Commercial regions without Lambda's recursive loop detection:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html#invocation-recursion-supported
 */
const NO_LOOP_DETECTION: readonly string[] = ['mx-central-1', 'ap-southeast-6'];

/**
 * Whether Lambda detects recursive loops in the region, and so lets a function allow them. The other partitions are
 * not listed as supported. A region that only the deploy knows counts as a commercial one that has it.
 */
export const detectsLoops = (region: string): boolean =>
  Token.isUnresolved(region) || (partitionOf(region) === 'aws' && !NO_LOOP_DETECTION.includes(region));

/**
 * The account from which load balancers of the region deliver logs, where AWS does not document that the service
 * principal replaces it: in China and in the isolated partitions. The ids are CDK's:
 * https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/region-info/build-tools/fact-tables.ts
 *
 * Commercial regions and GovCloud need the service principal only:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy
 */
export const logDeliveryAccount = (region: string): string | undefined => {
  if (Token.isUnresolved(region)) return undefined;
  const needsAccount = !['aws', 'aws-us-gov'].includes(partitionOf(region));
  return needsAccount ? RegionInfo.get(region).elbv2Account : undefined;
};

const CONSOLE_HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/** Host of the console of the region; undefined in the isolated partitions, whose hosts are not public. */
export const consoleHost = (region: string): string | undefined => {
  const host = CONSOLE_HOSTS[Token.isUnresolved(region) ? 'aws' : partitionOf(region)];
  return host && `${region}.${host}`;
};
