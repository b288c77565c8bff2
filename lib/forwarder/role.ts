import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { REJECTED_PREFIX } from '../../lambdas/key-prefixes.ts';
import { allow, allowKey } from './grant.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

export interface ForwarderRoleProps {
  readonly logGroup: logs.ILogGroup;
  readonly source: { readonly bucket: s3.IBucket; readonly prefixes: readonly string[] };
  readonly bucket: s3.IBucket;
  /** Queues that the function sends to. */
  readonly queues: readonly sqs.IQueue[];
  readonly secret: secretsmanager.ISecret;
  /** Key that encrypts the secret. */
  readonly secretKey: kms.IKey | undefined;
  readonly deletesObjects: boolean;
  readonly readsTags: boolean;
  readonly isInVpc: boolean;
}

/** All rights of a forwarding function, except to receive from its queue, which come with the event source. */
export const createForwarderRole = (scope: Construct, props: ForwarderRoleProps): iam.Role => {
  const { logGroup, source, bucket, queues, secret, secretKey } = props;
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);

  const objects = source.prefixes.map((prefix) => source.bucket.arnForObjects(`${prefix}*`));
  // Events of a bucket with versions, which the stack's own is not, name the version.
  const read = source.bucket === bucket ? ['s3:GetObject'] : ['s3:GetObject', 's3:GetObjectVersion'];
  allow(role, read, objects, 'any object under the prefix may have to be forwarded');
  // Without this right S3 responds 403 for an object that is gone.
  allow(role, ['s3:ListBucket'], [source.bucket.bucketArn]);
  if (props.deletesObjects) {
    allow(role, ['s3:DeleteObject'], objects, 'any object is deleted once it was forwarded');
  }
  const rejected = bucket.arnForObjects(`${REJECTED_PREFIX}*`);
  allow(role, ['s3:PutObject'], [rejected], 'rejected records are stored under the key of their object');

  allow(
    role,
    ['sqs:SendMessage'],
    queues.map((queue) => queue.queueArn),
  );
  // Secrets Manager ends the ARN of a secret with a hyphen and six characters of its own.
  const secretArn = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  allow(role, ['secretsmanager:GetSecretValue'], [secretArn]);
  allowKey(role, ['kms:Decrypt'], secretKey, 'secretsmanager');
  allowKey(role, ['kms:Decrypt'], source.bucket.encryptionKey, 's3');
  // Of what is stored under `rejected/`.
  allowKey(role, ['kms:GenerateDataKey'], bucket.encryptionKey, 's3');
  if (props.readsTags)
    allow(role, ['tag:GetResources'], ['*'], 'AWS allows this action on all resources only');
  if (props.isInVpc) {
    allow(
      role,
      NETWORK_ACTIONS,
      ['*'],
      'Lambda creates and deletes network interfaces, whose ids it chooses',
    );
  }
  return role;
};
