import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

const DEFAULT_RETENTION = Duration.days(30);

/**
 * A bucket for what the forwarder receives and rejects: private, TLS only, its objects expire, and it is emptied and
 * deleted with the stack.
 * @param retention until an object expires; at least 28 days, since a message may wait 14 days in each of two queues
 */
export const createBucket = (
  scope: Construct,
  id: string,
  retention: Duration = DEFAULT_RETENTION,
): s3.Bucket => {
  const bucket = new s3.Bucket(scope, id, {
    // Load balancers can write to no other kind.
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    lifecycleRules: [{ expiration: retention, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    autoDeleteObjects: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Objects only pass through; a log of every request for them would cost more than they do.',
  });
  return bucket;
};

/** On destroy: deletes what writes to the bucket before the bucket is emptied, so that it stays empty. */
export const deleteWritersFirst = (bucket: s3.IBucket, writers: readonly (Construct | undefined)[]): void => {
  const emptied = bucket.node.tryFindChild('AutoDeleteObjectsCustomResource');
  if (emptied) for (const writer of writers) writer?.node.addDependency(emptied);
};
