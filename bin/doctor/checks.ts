import type { DeployedPipeline } from '../shared/deployed-stack.ts';
import { balancerLogName, balancerLogs, checkBalancerLog } from './access-logs.ts';
import { ok, once, type Row, row } from './check.ts';
import type { Context, ScoutContext } from './context.ts';
import { checkBucketPolicy, checkDelivered, deliveredKinds, kindsWithoutAttributes } from './log-delivery.ts';
import { checkDeliveryStream, checkLastDelivery, checkMetricStream } from './metric-stream.ts';
import { checkEventSource, checkFunctionErrors, checkNotifications, pipelines } from './pipeline.ts';
import { checkDeadLetters, checkForwarded, checkQueue } from './queue.ts';
import { checkCompression, checkPath, checkToken } from './scout.ts';
import { checkSecret, checkSettings, checkStack } from './stack.ts';
import { checkTag, checkUntagged, taggingPipelines, tagKeys } from './tags.ts';

const of =
  (output: 'MetricStreamName' | 'DeliveryStreamName') =>
  async ({ outputs }: Context): Promise<readonly string[]> => {
    const { [output]: name } = await outputs();
    return name === undefined ? [] : [name];
  };

const named =
  (name: string) =>
  (pipeline: DeployedPipeline): string =>
    `${pipeline.name}: ${name}`;

const METRICS = ['cloudwatch:GetMetricStatistics'];

/** About Scout alone. */
const SCOUT: readonly Row<ScoutContext>[] = [
  row({ name: 'token', actions: [], subjects: once, run: checkToken }),
  row({ name: 'Scout accepts metrics', actions: [], subjects: once, run: checkPath('/v1/metrics') }),
  row({ name: 'Scout accepts logs', actions: [], subjects: once, run: checkPath('/v1/logs') }),
  row({ name: 'compression', actions: [], subjects: once, run: checkCompression }),
];

/** With Scout from the environment: nothing of AWS is asked. */
export const SCOUT_CHECKS: readonly Row<ScoutContext>[] = [
  row({
    name: 'settings',
    actions: [],
    subjects: once,
    run: ({ scout }: ScoutContext) => ok(`complete, for Scout at ${scout.settings().endpoint}`),
  }),
  ...SCOUT,
];

/** Every check of a stack, from Scout back to the sources and on to what was delivered. */
export const CHECKS: readonly Row<Context>[] = [
  row({ name: 'settings', actions: [], subjects: once, run: checkSettings }),
  row({ name: 'secret', actions: ['secretsmanager:GetSecretValue'], subjects: once, run: checkSecret }),
  ...SCOUT,
  row({ name: 'stack', actions: ['cloudformation:DescribeStacks'], subjects: once, run: checkStack }),
  row({
    name: 'metric stream',
    actions: ['cloudwatch:GetMetricStream'],
    subjects: of('MetricStreamName'),
    run: checkMetricStream,
  }),
  row({
    name: 'delivery stream',
    actions: ['firehose:DescribeDeliveryStream'],
    subjects: of('DeliveryStreamName'),
    run: checkDeliveryStream,
  }),
  row({
    name: 'last delivery to S3',
    actions: METRICS,
    subjects: of('DeliveryStreamName'),
    run: checkLastDelivery,
  }),
  row({
    name: balancerLogName,
    actions: ['elasticloadbalancing:DescribeLoadBalancerAttributes'],
    subjects: balancerLogs,
    run: checkBalancerLog,
  }),
  row({
    name: ({ kind }) => `${kind}: bucket policy`,
    actions: ['s3:GetBucketPolicy'],
    subjects: deliveredKinds,
    run: checkBucketPolicy,
  }),
  row({
    name: ({ kind }) => `${kind}: delivery`,
    actions: ['s3:ListBucket'],
    subjects: kindsWithoutAttributes,
    run: checkDelivered,
  }),
  row({
    name: named('notifications'),
    actions: ['s3:GetBucketNotification'],
    subjects: pipelines,
    run: checkNotifications,
  }),
  row({
    name: named('event source'),
    actions: ['lambda:ListEventSourceMappings'],
    subjects: pipelines,
    run: checkEventSource,
  }),
  row({ name: named('function errors'), actions: METRICS, subjects: pipelines, run: checkFunctionErrors }),
  row({
    name: named('queue'),
    actions: ['sqs:GetQueueAttributes', ...METRICS],
    subjects: pipelines,
    run: checkQueue,
  }),
  row({
    name: named('dead letters'),
    actions: ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    subjects: pipelines,
    run: checkDeadLetters,
  }),
  row({
    name: (key: string) => `tag ${key}`,
    actions: ['tag:GetResources'],
    subjects: tagKeys,
    run: checkTag,
  }),
  row({
    name: named('records without tags'),
    actions: METRICS,
    subjects: taggingPipelines,
    run: checkUntagged,
  }),
  row({ name: named('last delivery'), actions: METRICS, subjects: pipelines, run: checkForwarded }),
];
