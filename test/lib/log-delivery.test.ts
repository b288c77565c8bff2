import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import type { LogDelivery } from '../../lambdas/log-lines/log-kind.ts';
import { mostAccounts } from '../../lib/delivery-prefixes.ts';
import { allowDelivery } from '../../lib/log-delivery.ts';
import { asText, resource } from '../support/harness/synth.ts';

const ACCOUNT = '123456789012';
const BALANCER: LogDelivery = {
  folder: 'classic',
  principal: 'logdelivery.elasticloadbalancing.amazonaws.com',
  output: 'TurnOnClassic',
  turnOn: () => '',
};
const FLOW: LogDelivery = {
  ...BALANCER,
  folder: 'flow',
  principal: 'delivery.logs.amazonaws.com',
  output: 'TurnOnFlow',
};
const BOTH: LogDelivery = { ...BALANCER, folder: 'both', vended: true, output: 'TurnOnBoth' };

const policyOf = (
  deliveries: readonly LogDelivery[],
  accounts: readonly string[] = [ACCOUNT],
): { readonly Statement: readonly { readonly Principal: object; readonly Resource: unknown }[] } => {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  allowDelivery(bucket, deliveries, accounts);
  const { PolicyDocument } = resource(
    Template.fromStack(stack),
    'AWS::S3::BucketPolicy',
    'Bucket',
  ).Properties;
  return asText(PolicyDocument) as ReturnType<typeof policyOf>;
};

const source = { 'aws:SourceAccount': [ACCOUNT] };
const ArnLike = { 'aws:SourceArn': [`arn:\${AWS::Partition}:logs:\${AWS::Region}:${ACCOUNT}:*`] };
const byLoadBalancers = (folder: string) => ({
  Effect: 'Allow',
  Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
  Action: 's3:PutObject',
  Resource: [
    `\${Bucket.Arn}/logs/${folder}/AWSLogs/${ACCOUNT}/*`,
    // Load balancers that were turned on by hand before there was `logs/`.
    `\${Bucket.Arn}/alb/AWSLogs/${ACCOUNT}/*`,
  ],
});
const Principal = { Service: 'delivery.logs.amazonaws.com' };
const byCloudWatchLogs = (folder: string) => [
  {
    Effect: 'Allow',
    Principal,
    Action: 's3:GetBucketAcl',
    Resource: '${Bucket.Arn}',
    Condition: { StringEquals: source, ArnLike },
  },
  {
    Effect: 'Allow',
    Principal,
    Action: 's3:PutObject',
    Resource: `\${Bucket.Arn}/logs/${folder}/*`,
    Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...source }, ArnLike },
  },
];

describe('the bucket policy', () => {
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
  test('lets load balancers write under the folder of an account, as AWS documents', () => {
    expect(policyOf([BALANCER]).Statement).toEqual([byLoadBalancers('classic')]);
  });

  // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
  test('lets CloudWatch Logs read the ACL and write, for an account, as AWS documents', () => {
    expect(policyOf([FLOW]).Statement).toEqual(byCloudWatchLogs('flow'));
  });

  test('lets both write a log that can also be a vended one', () => {
    expect(policyOf([BOTH]).Statement).toEqual([byLoadBalancers('both'), ...byCloudWatchLogs('both')]);
  });

  test('names a folder once that two kinds share', () => {
    expect(policyOf([BOTH, { ...BOTH, output: 'TurnOnOther' }])).toEqual(policyOf([BOTH]));
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
  test.each([[[BALANCER]], [[FLOW]], [[BOTH]], [[BALANCER, FLOW, BOTH]]])(
    'is at most 20 KB for as many accounts as are allowed, and nearly that',
    (deliveries) => {
      const accounts = Array.from({ length: mostAccounts(deliveries) }, (_, i) =>
        String(100_000_000_000 + i),
      );
      const text = JSON.stringify(policyOf(deliveries, accounts))
        .replaceAll('${Bucket.Arn}', 'arn:aws:s3:::scoutforwarder-bucket83908e77-a1b2c3d4e5f6')
        .replaceAll('${AWS::Partition}', 'aws')
        .replaceAll('${AWS::Region}', 'ap-southeast-2');
      expect(text.length).toBeLessThan(20 * 1024);
      expect(text.length).toBeGreaterThan(16 * 1024);
    },
  );
});
