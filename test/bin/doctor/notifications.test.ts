import {
  GetBucketNotificationConfigurationCommand,
  type GetBucketNotificationConfigurationCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { examineStack } from '../../support/harness/examine-stack.ts';

const s3 = mockClient(S3Client);
beforeEach(() => void s3.reset());

describe('notifications', () => {
  const EventBridgeConfiguration = {};
  it('of both prefixes go to their queues', async () => {
    bucketTells('ours', {
      QueueConfigurations: [
        tells('Metrics', 'metrics/'),
        tells('Logs', 'logs/', 'prefix'),
        tells('Logs', 'alb/'),
      ],
    });
    expect(await examineStack(/notifications/)).toEqual({
      'metrics: notifications': {
        status: 'ok',
        found: 'the queue is told of new objects in s3://ours/metrics/',
      },
      'logs: notifications': {
        status: 'ok',
        found: 'the queue is told of new objects in s3://ours/logs/ and s3://ours/alb/',
      },
    });
  });

  it('of another prefix, to another queue or of other events are none', async () => {
    const removed = { ...tells('Logs', 'logs/'), Events: ['s3:ObjectRemoved:*' as const] };
    bucketTells('ours', {
      QueueConfigurations: [
        tells('Metrics', 'alb/'),
        tells('Other-Metrics', 'metrics/'),
        tells('Logs', 'alb/'),
        removed,
      ],
      EventBridgeConfiguration,
    });
    const finding = { status: 'fail', remedy: 'put the notification back: npx cdk deploy' };
    expect(await examineStack(/notifications/)).toMatchObject({
      'metrics: notifications': finding,
      'logs: notifications': finding,
    });
  });

  it('of an existing bucket are looked for there', async () => {
    bucketTells('ours', { QueueConfigurations: [tells('Metrics', 'metrics/')] });
    bucketTells('theirs', { QueueConfigurations: [tells('Logs', undefined)] });
    expect(await examineStack(/notifications/, { albLogBucketName: 'theirs' })).toMatchObject({
      'metrics: notifications': { status: 'ok' },
      'logs: notifications': { status: 'ok' },
    });
    expect(
      await examineStack(/notifications/, { albLogBucketName: 'theirs', albLogPrefix: 'prod' }),
    ).toMatchObject({
      'logs: notifications': { status: 'fail', found: expect.stringContaining('s3://theirs/prod/') },
    });
  });

  it('of an existing bucket by EventBridge must have been turned on by its owner', async () => {
    const keys = { albLogBucketName: 'theirs', albLogSource: 'eventbridge' };
    bucketTells('theirs', {});
    expect(await examineStack(/logs: notifications/, keys)).toMatchObject({
      'logs: notifications': {
        status: 'fail',
        remedy: 'whoever owns theirs must turn on Amazon EventBridge among its event notifications',
      },
    });
    bucketTells('theirs', { EventBridgeConfiguration });
    expect(await examineStack(/logs: notifications/, keys)).toMatchObject({
      'logs: notifications': { status: 'ok' },
    });
  });
});

const bucketTells = (
  Bucket: string,
  answer: Partial<GetBucketNotificationConfigurationCommandOutput>,
): void => {
  s3.on(GetBucketNotificationConfigurationCommand, { Bucket }).resolves(answer);
};

const tells = (queue: string, prefix: string | undefined, Name: 'prefix' | 'Prefix' = 'Prefix') => ({
  QueueArn: `arn:aws:sqs:eu-west-1:123456789012:${queue}`,
  Events: ['s3:ObjectCreated:*' as const],
  ...(prefix !== undefined && {
    Filter: { Key: { FilterRules: [{ Name: Name as 'prefix', Value: prefix }] } },
  }),
});
