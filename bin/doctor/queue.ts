import { EMF_DIMENSION, EMF_NAMESPACE } from '../../lambdas/forwarding/ledger.ts';
import { LATE_SECONDS } from '../../lib/monitoring/late.ts';
import { peek } from '../letters/dead-letters.ts';
import { remedyFor } from '../letters/remedies.ts';
import type { DeployedPipeline } from '../shared/deployed-stack.ts';
import { queueDepth } from '../shared/queue-depth.ts';
import { type Finding, fail, ok, warn } from './check.ts';
import type { Context } from './context.ts';
import { tailCommand } from './pipeline.ts';
import { newestAboveZero, readMetric } from './read-metric.ts';

const MAX_REASON_LENGTH = 100;
const RECENT_MINUTES = 15;
/** Scout's `Retry-After` holds work back for an hour at most; and metrics are minutes late. */
const LONGEST_WAIT_MINUTES = 75;

/** How much waits, and for how long. SQS's own age leaves out messages received three times; the lag does not. */
export const checkQueue = async (
  { clients: { sqs, cloudWatch }, region }: Context,
  { name, queueUrl, functionName }: DeployedPipeline,
): Promise<Finding> => {
  const { visible, received, delayed, total } = await queueDepth(sqs, queueUrl);
  const points = await Promise.all([
    readMetric(cloudWatch, {
      statistic: 'Maximum',
      minutes: RECENT_MINUTES,
      namespace: 'AWS/SQS',
      name: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: queueUrl.slice(queueUrl.lastIndexOf('/') + 1) },
    }),
    readMetric(cloudWatch, {
      statistic: 'Maximum',
      // Failing work says how late it is each time that it is tried.
      minutes: total > 0 ? LONGEST_WAIT_MINUTES : RECENT_MINUTES,
      namespace: EMF_NAMESPACE,
      name: 'DeliveryLag',
      dimensions: { [EMF_DIMENSION]: name },
    }),
  ]);
  const seconds = Math.round(Math.max(0, ...points.flatMap((list) => list.at(-1)?.value ?? 0)));
  const found = `${visible} waiting, ${received} received, ${delayed} delayed; the oldest is ${seconds} s old`;
  return seconds < LATE_SECONDS
    ? ok(found)
    : fail(
        found,
        `data is late, not lost. The log says what Scout or the token endpoint responds: ${tailCommand(functionName, region, '{ $.message.continued > 0 }')}`,
      );
};

/** Messages of the dead-letter queue by reason, from a sample of them. */
export const checkDeadLetters = async (
  { clients: { sqs } }: Context,
  { name, deadLetterQueueUrl }: DeployedPipeline,
): Promise<Finding> => {
  const { total } = await queueDepth(sqs, deadLetterQueueUrl);
  if (total === 0) return ok('none');
  const letters = await peek(sqs, deadLetterQueueUrl);
  const types = [...new Set(letters.map(({ type }) => type))];
  const reasonOf = (type: string): string => {
    const reason = letters.find((letter) => letter.type === type && letter.reason !== undefined)?.reason;
    return reason === undefined ? type : `${type} (${reason.slice(0, MAX_REASON_LENGTH)})`;
  };
  const found = [`${total}`, types.map(reasonOf).join('; ')].filter(Boolean).join(': ');
  const remedies = types.map((type) => {
    const { text, verb } = remedyFor(type, name);
    return `${type}: ${text}, then npm run letters -- ${verb} --pipeline ${name} --type ${type}`;
  });
  return fail(found, [`npm run letters -- list --pipeline ${name}`, ...remedies].join('. '));
};

/** Whether anything reached Scout lately. */
export const checkForwarded = async ({ clients }: Context, { name }: DeployedPipeline): Promise<Finding> => {
  const objects = await readMetric(clients.cloudWatch, {
    namespace: EMF_NAMESPACE,
    name: 'ObjectsForwarded',
    dimensions: { [EMF_DIMENSION]: name },
    statistic: 'Sum',
    minutes: 180,
  });
  const newest = newestAboveZero(objects);
  return newest === undefined
    ? warn('no object was forwarded in the last 3 hours', QUIET[name])
    : ok(`an object was forwarded ${newest}`);
};

const QUIET = {
  metrics: 'the first comes minutes after a deploy. Later, the lines above show which step fails',
  logs: 'a load balancer without requests writes no log. Else the lines above show which step fails (--alb ARN looks at a load balancer too)',
} as const;
