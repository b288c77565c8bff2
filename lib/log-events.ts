import { Names, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { ScoutForwarder } from './scout-forwarder.ts';

/** Objects of `bucket` whose keys begin with one of `prefixes`. */
export interface LogSource {
  readonly bucket: s3.IBucket;
  readonly prefixes: readonly string[];
}

/** S3 notifies the queue. @throws Error for a bucket of another account, whose notifications the deploy may not change */
export const notifyOfObjects = ({ bucket, prefixes }: LogSource, { queue }: ScoutForwarder): void => {
  if (isOfAnotherAccount(bucket)) {
    throw new Error(
      `the bucket ${bucket.bucketName} belongs to account ${bucket.env.account}, where the deploy cannot add a notification; its owner must forward its events (logEvents: 'eventbridge') or notify a topic (logTopic)`,
    );
  }
  for (const prefix of prefixes) {
    const filters = prefix === '' ? [] : [{ prefix }];
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(queue), ...filters);
  }
};

/**
 * EventBridge sends the queue the events of the bucket, which the owner of a bucket in another account forwards to the
 * default event bus. An event that EventBridge cannot deliver for a day goes to the dead-letter queue as it is.
 */
export const createRule = (
  scope: Construct,
  { bucket, prefixes }: LogSource,
  { queue, deadLetterQueue }: ScoutForwarder,
): void => {
  if (isOfAnotherAccount(bucket)) allowForwarding(scope, bucket.env.account);
  const key = prefixes.flatMap((prefix) => (prefix === '' ? [] : events.Match.prefix(prefix)));
  new events.Rule(scope, 'ObjectCreated', {
    eventPattern: {
      source: [SOURCE],
      detailType: [DETAIL_TYPE],
      detail: {
        bucket: { name: [bucket.bucketName] },
        ...(key.length > 0 && { object: { key } }),
      },
    },
    targets: [new SqsQueue(queue, { deadLetterQueue })],
  });
};

const SOURCE = 'aws.s3';
const DETAIL_TYPE = 'Object Created';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html */
const allowForwarding = (scope: Construct, account: string): void => {
  const { partition } = Stack.of(scope);
  new events.CfnEventBusPolicy(scope, 'EventBusPolicy', {
    statementId: Names.uniqueResourceName(scope, { maxLength: 64 }),
    statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: 'events:PutEvents',
      Resource: Stack.of(scope).formatArn({
        service: 'events',
        resource: 'event-bus',
        resourceName: 'default',
      }),
      Condition: {
        'ForAllValues:StringEquals': { 'events:source': SOURCE, 'events:detail-type': DETAIL_TYPE },
      },
    },
  });
};

/** The topic that the bucket notifies sends the queue what is about an object under one of the prefixes. */
export const subscribe = (
  topic: sns.ITopic,
  { prefixes }: LogSource,
  { queue, deadLetterQueue }: ScoutForwarder,
): void => {
  const matchPrefixes = prefixes.filter((prefix) => prefix !== '').map(asInNotification);
  topic.addSubscription(
    new SqsSubscription(queue, {
      deadLetterQueue,
      ...(matchPrefixes.length > 0 && {
        filterPolicyWithMessageBody: {
          Records: nested({
            s3: nested({
              object: nested({
                key: sns.FilterOrPolicy.filter(sns.SubscriptionFilter.stringFilter({ matchPrefixes })),
              }),
            }),
          }),
        },
      }),
    }),
  );
};

const nested = (keys: Record<string, sns.FilterOrPolicy>): sns.FilterOrPolicy =>
  sns.FilterOrPolicy.policy(keys);

/** A key as S3 notifications hold it: URL-encoded, but for its slashes. */
const asInNotification = (prefix: string): string =>
  encodeURIComponent(prefix)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Also where only the deploy knows the stack's account, and the bucket's was given. */
const isOfAnotherAccount = (bucket: s3.IBucket): boolean =>
  [TokenComparison.DIFFERENT, TokenComparison.ONE_UNRESOLVED].includes(
    Token.compareStrings(bucket.env.account, Stack.of(bucket).account),
  );
