import {
  type CloudWatchClientResolvedConfig,
  GetMetricStatisticsCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-cloudwatch';
import { App } from 'aws-cdk-lib';
import type { AwsStub } from 'aws-sdk-client-mock';
import { type Check, type Finding, runCheck } from '../../../bin/doctor/check.ts';
import { type Context, createContext } from '../../../bin/doctor/context.ts';
import type { DeployedPipeline } from '../../../bin/doctor/pipelines.ts';
import { readStackSettings, type StackSettings } from '../../../lib/settings.ts';
import { SCOUT } from './synth.ts';

export const REGION = 'eu-west-1';

/** Context keys as the user gives them; `overrides` past what the settings allow, such as http: on loopback. */
export const contextOf = async (
  keys: Readonly<Record<string, unknown>> = {},
  overrides: Partial<StackSettings> = {},
): Promise<Context> =>
  createContext({
    settings: { ...readStackSettings(new App({ context: { ...SCOUT, ...keys } }).node), ...overrides },
    region: REGION,
    stackName: 'ScoutForwarder',
    loadBalancers: [],
  });

/** What the checks find, by name. */
export const examine = async (
  checks: readonly Check[],
  context: Context,
): Promise<Readonly<Record<string, Finding>>> => {
  const findings: Record<string, Finding> = {};
  for (const check of checks) findings[check.name] = await runCheck(check, context);
  return findings;
};

/** An error as the SDK throws it. */
export const awsError = (name: string, message = name, httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

/** Where SQS keeps the queues of an account. */
export const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/123456789012';

/** A pipeline as a stack deploys it. */
export const PIPELINE: DeployedPipeline = {
  name: 'metrics',
  queueUrl: `${QUEUES}/metrics-queue`,
  deadLetterQueueUrl: `${QUEUES}/metrics-dead`,
  functionName: 'forward-metrics',
  source: { bucket: 'ours', prefixes: ['metrics/'], kind: 'notifications' },
};

/** Answers with data points of metrics of metrics, by namespace and name: minutes ago and value. */
export const metricsAre = (
  cloudWatch: AwsStub<ServiceInputTypes, ServiceOutputTypes, CloudWatchClientResolvedConfig>,
  metrics: Readonly<Record<string, readonly (readonly [number, number])[]>>,
): void => {
  cloudWatch
    .on(GetMetricStatisticsCommand)
    .callsFake(({ Namespace, MetricName, Statistics: [statistic] }) => ({
      // CloudWatch gives them in any order.
      Datapoints: (metrics[`${Namespace} ${MetricName}`] ?? []).toReversed().map(([minutes, value]) => ({
        Timestamp: new Date(Date.now() - minutes * 60_000),
        [statistic]: value,
      })),
    }));
};
