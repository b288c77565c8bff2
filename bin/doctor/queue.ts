import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { EMF_DIMENSION, EMF_NAMESPACE } from '../../lambdas/forwarding/ledger.ts';
import { LATE } from '../../lib/monitoring/forwarder-alarms.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { peek, remedyFor } from './dead-letters.ts';
import { lastAbove0, readMetric } from './read-metric.ts';
import type { DeployedPipeline } from './pipelines.ts';

/** How many messages wait, and for how long. SQS's own age leaves out what was received three times; the lag does not. */
export const queue = ({ name, queueUrl, functionName }: DeployedPipeline): Check => ({
  name: `${name}: queue`,
  actions: ['sqs:GetQueueAttributes', 'cloudwatch:GetMetricStatistics'],
  run: async ({ clients: { sqs, cloudWatch } }) => {
    const { waiting, received, delayed } = await depth(sqs, queueUrl);
    const recent = { statistic: 'Maximum', minutes: 15 } as const;
    const points = await Promise.all([
      readMetric(cloudWatch, {
        ...recent,
        namespace: 'AWS/SQS',
        name: 'ApproximateAgeOfOldestMessage',
        dimensions: { QueueName: queueUrl.slice(queueUrl.lastIndexOf('/') + 1) },
      }),
      readMetric(cloudWatch, {
        ...recent,
        namespace: EMF_NAMESPACE,
        name: 'DeliveryLag',
        dimensions: { [EMF_DIMENSION]: name },
      }),
    ]);
    const seconds = Math.round(Math.max(0, ...points.flatMap((list) => list.at(-1)?.value ?? 0)));
    const found = `${waiting} waiting, ${received} received, ${delayed} delayed; the oldest is ${seconds} s old`;
    return seconds < LATE.toSeconds()
      ? ok(found)
      : fail(
          found,
          `data is late, not lost: the log of ${functionName} names what Scout or the token endpoint answers (field missing)`,
        );
  },
});

/** What was given up, and why. */
export const deadLetters = ({ name, deadLetterQueueUrl, functionName }: DeployedPipeline): Check => ({
  name: `${name}: dead letters`,
  actions: ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  run: async ({ clients: { sqs } }) => {
    const { waiting, received, delayed } = await depth(sqs, deadLetterQueueUrl);
    const total = waiting + received + delayed;
    if (total === 0) return ok('none');
    const letters = await peek(sqs, deadLetterQueueUrl);
    const types = [...new Set(letters.map(({ type }) => type))];
    const reasons = letters.map(({ type, reason }) => (reason === undefined ? type : `${type} (${reason})`));
    const found = [`${total}`, [...new Set(reasons)].join('; ')].filter(Boolean).join(': ');
    return fail(found, [...types.map((type) => remedyFor(type, functionName)), SEND_AGAIN].join('. '));
  },
});

const SEND_AGAIN = 'Then send them to the queue again, as docs/operations.md says';

/** Whether anything reached Scout lately. */
export const delivered = ({ name }: DeployedPipeline): Check => ({
  name: `${name}: last delivery`,
  actions: ['cloudwatch:GetMetricStatistics'],
  run: async ({ clients }) => {
    const objects = await readMetric(clients.cloudWatch, {
      namespace: EMF_NAMESPACE,
      name: 'ObjectsForwarded',
      dimensions: { [EMF_DIMENSION]: name },
      statistic: 'Sum',
      minutes: 180,
    });
    const last = lastAbove0(objects);
    return last === undefined
      ? warn('no object was forwarded in the last 3 hours', QUIET[name])
      : ok(`an object was forwarded ${last}`);
  },
});

const QUIET = {
  metrics: 'the first comes minutes after a deploy; later, the lines above say where it stops',
  logs: 'a load balancer without requests writes no log; else the lines above say where it stops (--alb ARN looks at a load balancer too)',
} as const;

const depth = async (
  sqs: SQSClient,
  QueueUrl: string,
): Promise<Readonly<Record<'waiting' | 'received' | 'delayed', number>>> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    received: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
  };
};
