import { describe, expect, test } from 'vitest';
import { resource, synth } from '../support/harness/synth.ts';

/**
 * Resources that hold data. CloudFormation replaces a resource whose logical id changes: it creates a new one and
 * deletes the old one with what is in it. A change here needs a migration, so the ids are literals.
 */
const STATEFUL = {
  Bucket83908E77: 'AWS::S3::Bucket',
  MetricsForwarderQueueCAD45F44: 'AWS::SQS::Queue',
  MetricsForwarderDeadLetterQueueB6AE95A3: 'AWS::SQS::Queue',
  AlbLogsForwarderQueue4FB6318D: 'AWS::SQS::Queue',
  AlbLogsForwarderDeadLetterQueue52437A0E: 'AWS::SQS::Queue',
};

const resources = (context?: object, region?: string): Record<string, { readonly Type: string }> =>
  (synth({ ...context }, region).toJSON() as { Resources: Record<string, { Type: string }> }).Resources;

describe('logical ids', () => {
  test('the bucket, the queues and the dead-letter queues keep theirs', () => {
    const types = new Set(Object.values(STATEFUL));
    const stateful = Object.entries(resources())
      .filter(([, { Type }]) => types.has(Type))
      .map(([id, { Type }]) => [id, Type]);
    expect(Object.fromEntries(stateful)).toEqual(STATEFUL);
  });

  // Lambda allows one event source mapping per queue and function, and CloudFormation creates before it deletes.
  test('are the same in a stack with a region and in one without', () => {
    const everything = {
      albArns: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef',
      alarmEmail: 'ops@example.com',
    };
    const inRegion = { ...everything, regions: 'eu-west-1' };
    expect(Object.keys(resources(inRegion, 'eu-west-1'))).toEqual(Object.keys(resources(everything)));
  });
});

/**
 * CDK's handler returns another physical id for an Update than for a Create. CloudFormation then deletes the old id,
 * and the handler empties the bucket and denies all writes to it. An Update is sent when a property changes, so an
 * upgrade of aws-cdk-lib that fails this test would empty the buckets of all stacks.
 */
describe('the custom resource that empties the bucket on destroy', () => {
  const emptied = resource(synth(), 'Custom::S3AutoDeleteObjects', 'Bucket');

  test('keeps its logical id', () => {
    expect(emptied.logicalId).toBe('BucketAutoDeleteObjectsCustomResourceBAFD23C2');
  });

  test('keeps its properties, and they refer to the same function and bucket', () => {
    expect(emptied.Properties).toEqual({
      ServiceToken: {
        'Fn::GetAtt': ['CustomS3AutoDeleteObjectsCustomResourceProviderHandler9D90184F', 'Arn'],
      },
      BucketName: { Ref: 'Bucket83908E77' },
    });
  });
});
