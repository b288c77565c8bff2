import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allow } from './grant.ts';
import { NETWORK_ACTIONS } from './network.ts';
import type { StackSettings } from '../settings.ts';

/** Where rejected records are kept in the stack's bucket. */
export const REJECTED_PREFIX = 'rejected/';

export interface ForwarderRoleProps {
  readonly settings: StackSettings;
  readonly logGroup: logs.ILogGroup;
  readonly source: { readonly bucket: s3.IBucket; readonly prefix: string };
  readonly bucket: s3.IBucket;
  /** Those that the function sends to. */
  readonly queues: readonly sqs.IQueue[];
}

/** All that a forwarding function may do, except receive from its queue: that right comes with the event source. */
export const createForwarderRole = (scope: Construct, props: ForwarderRoleProps): iam.Role => {
  const { settings, logGroup, source, bucket, queues } = props;
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);

  const objects = source.bucket.arnForObjects(`${source.prefix}*`);
  // Events of a bucket with versions, which the stack's own is not, name the version.
  const read = source.bucket === bucket ? ['s3:GetObject'] : ['s3:GetObject', 's3:GetObjectVersion'];
  allow(role, read, [objects], 'any object under the prefix may have to be forwarded');
  // Without this right S3 answers 403 for an object that is gone.
  allow(role, ['s3:ListBucket'], [source.bucket.bucketArn]);
  if (settings.deleteProcessedFiles) {
    allow(role, ['s3:DeleteObject'], [objects], 'any object is deleted once it was forwarded');
  }
  const rejected = bucket.arnForObjects(`${REJECTED_PREFIX}*`);
  allow(role, ['s3:PutObject'], [rejected], 'rejected records are kept under the name of their object');

  allow(
    role,
    ['sqs:SendMessage'],
    queues.map((queue) => queue.queueArn),
  );
  // Secrets Manager ends the ARN of a secret with a hyphen and six characters of its own.
  allow(role, ['secretsmanager:GetSecretValue'], [secretArn(scope, `${settings.scoutSecretName}-??????`)]);
  if (settings.secretKmsKeyArn) {
    const viaService = `secretsmanager.${Stack.of(scope).region}.amazonaws.com`;
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [settings.secretKmsKeyArn],
        conditions: { StringEquals: { 'kms:ViaService': viaService } },
      }),
    );
  }
  if (settings.vpcId) {
    allow(
      role,
      NETWORK_ACTIONS,
      ['*'],
      'Lambda makes and removes network interfaces whose ids it does not know before',
    );
  }
  return role;
};

const secretArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
