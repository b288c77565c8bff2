import { GetBucketNotificationConfigurationCommand, type QueueConfiguration } from '@aws-sdk/client-s3';
import { type Check, fail, ok } from './check.ts';
import type { DeployedPipeline } from './pipelines.ts';

/** Whether the bucket tells the pipeline's queue of new objects. */
export const notifications = ({ name, queueUrl, source }: DeployedPipeline): Check => ({
  name: `${name}: notifications`,
  actions: ['s3:GetBucketNotification'],
  run: async ({ clients }) => {
    const { bucket, prefixes, kind } = source;
    const { QueueConfigurations = [], EventBridgeConfiguration } = await clients.s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
    );
    if (kind === 'eventbridge') {
      return EventBridgeConfiguration === undefined
        ? fail(
            `${bucket} does not tell EventBridge of its objects`,
            `whoever owns ${bucket} must turn on Amazon EventBridge among its event notifications`,
          )
        : ok(`${bucket} tells EventBridge`);
    }
    const missing = prefixes.filter(
      (prefix) =>
        !QueueConfigurations.some(
          (one) => isQueue(one.QueueArn, queueUrl) && isOfCreation(one) && prefixOf(one) === prefix,
        ),
    );
    const places = (of: readonly string[]): string =>
      of.map((prefix) => `s3://${bucket}/${prefix}`).join(' and ');
    return missing.length === 0
      ? ok(`the queue is told of new objects in ${places(prefixes)}`)
      : fail(
          `the queue is not told of new objects in ${places(missing)}`,
          'put the notification back: npx cdk deploy',
        );
  },
});

/** Whether an ARN is that of the queue: a queue's URL ends in account and name. */
export const isQueue = (arn: string | undefined, url: string): boolean => {
  const [account, name] = (arn ?? '').split(':').slice(-2);
  return url.endsWith(`/${account}/${name}`);
};

const isOfCreation = ({ Events = [] }: QueueConfiguration): boolean => Events.includes('s3:ObjectCreated:*');

const prefixOf = ({ Filter }: QueueConfiguration): string =>
  Filter?.Key?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === 'prefix')?.Value ?? '';
