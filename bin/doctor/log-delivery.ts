import { GetBucketPolicyCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { partitionOf } from '../../lambdas/aws-partition.ts';
import { deliveryPrefix } from '../../lambdas/key-prefixes.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import type { LogDelivery } from '../../lambdas/log-lines/log-kind.ts';
import { type Finding, fail, ok, warn } from './check.ts';
import type { Context } from './context.ts';
import { RECREATE } from './pipeline.ts';

/** A kind of log that AWS delivers into the stack's own bucket. */
export interface DeliveredKind {
  readonly kind: string;
  readonly delivery: LogDelivery;
  readonly bucket: string;
}

/** The kinds that are turned on; none where the logs are in an existing bucket, whose policy is its owner's. */
export const deliveredKinds = async ({ settings, outputs }: Context): Promise<readonly DeliveredKind[]> => {
  const { BucketName: bucket, LogsQueueUrl } = await outputs();
  if (bucket === undefined || LogsQueueUrl === undefined || settings.albLogBucketName !== undefined)
    return [];
  return settings.logKinds.map((kind) => ({ kind, delivery: LOG_KINDS[kind].delivery, bucket }));
};

/** The kinds that no attribute of a load balancer turns on: only their objects show whether they are on. */
export const kindsWithoutAttributes = async (context: Context): Promise<readonly DeliveredKind[]> =>
  (await deliveredKinds(context)).filter(({ delivery }) => delivery.loadBalancer === undefined);

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly Service?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

/**
 * Whether the bucket's policy lets AWS deliver the kind. Creating a flow log may replace the policy:
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
 */
export const checkBucketPolicy = async (
  { clients }: Context,
  { delivery, bucket }: DeliveredKind,
): Promise<Finding> => {
  const statements = await statementsOf(clients.s3, bucket);
  const folder = `:::${bucket}/${deliveryPrefix(delivery)}/`;
  const isAllowed = statements.some(
    ({ Effect, Principal, Action, Resource }) =>
      Effect === 'Allow' &&
      typeof Principal === 'object' &&
      [Principal.Service].flat().includes(delivery.principal) &&
      [Action].flat().includes('s3:PutObject') &&
      [Resource].flat().some((resource) => resource?.includes(folder)),
  );
  const target = `s3://${bucket}/${deliveryPrefix(delivery)}/`;
  return isAllowed
    ? ok(`${delivery.principal} may write to ${target}`)
    : fail(`the bucket's policy does not let ${delivery.principal} write to ${target}`, RECREATE);
};

/** Whether the bucket holds a log of the kind. */
export const checkDelivered = async (
  { clients, region = '' }: Context,
  { delivery, bucket }: DeliveredKind,
): Promise<Finding> => {
  const prefix = deliveryPrefix(delivery);
  const { KeyCount = 0 } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/`, MaxKeys: 1 }),
  );
  if (KeyCount > 0) return ok(`there are objects in s3://${bucket}/${prefix}/`);
  const command = delivery.turnOn({ bucketName: bucket, partition: partitionOf(region), prefix });
  return warn(`there is no object in s3://${bucket}/${prefix}/`, `${command} --region ${region}`);
};

/** Of the bucket's policy; none where it has no policy. */
const statementsOf = async (client: S3Client, bucket: string): Promise<readonly Statement[]> => {
  try {
    const { Policy = '{}' } = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    const { Statement = [] } = JSON.parse(Policy) as { readonly Statement?: readonly Statement[] };
    return Statement;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchBucketPolicy') return [];
    throw error;
  }
};
