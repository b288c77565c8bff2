import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { type Check, fail, ok, warn } from './check.ts';
import { isQueue } from './notifications.ts';
import type { DeployedPipeline } from './pipelines.ts';
import { readMetric } from './read-metric.ts';

/** Whether Lambda takes messages off the queue. */
export const eventSource = ({ name, functionName, queueUrl }: DeployedPipeline): Check => ({
  name: `${name}: event source`,
  actions: ['lambda:ListEventSourceMappings'],
  run: async ({ clients }) => {
    const { EventSourceMappings = [] } = await clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: functionName }),
    );
    const mapping = EventSourceMappings.find(({ EventSourceArn }) => isQueue(EventSourceArn, queueUrl));
    if (mapping === undefined)
      return fail('Lambda does not poll the queue', 'put the event source back: npx cdk deploy');
    const { State = 'unknown', UUID = '', LastProcessingResult = '' } = mapping;
    if (State.startsWith('Dis')) {
      return fail(
        `Lambda does not poll the queue: ${State}`,
        `aws lambda update-event-source-mapping --enabled --uuid ${UUID}`,
      );
    }
    return LastProcessingResult.startsWith('PROBLEM')
      ? warn(`${State}, ${LastProcessingResult}`, `look at the log of ${functionName}, and at its role`)
      : ok(`Lambda polls the queue: ${State}`);
  },
});

/** Whether the function failed as a whole lately. What only Scout refused is no such error. */
export const functionErrors = ({ name, functionName }: DeployedPipeline): Check => ({
  name: `${name}: function errors`,
  actions: ['cloudwatch:GetMetricStatistics'],
  run: async ({ clients }) => {
    const errors = await readMetric(clients.cloudWatch, {
      namespace: 'AWS/Lambda',
      name: 'Errors',
      dimensions: { FunctionName: functionName },
      statistic: 'Sum',
      minutes: 60,
    });
    const sum = errors.reduce((total, { value }) => total + value, 0);
    return sum === 0
      ? ok('none in the last hour')
      : warn(
          `${sum} in the last hour`,
          `the log of ${functionName} says why: wrong settings, too little memory or time. What it was doing is tried again`,
        );
  },
});
