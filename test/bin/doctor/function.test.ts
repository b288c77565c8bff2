import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventSource, functionErrors } from '../../../bin/doctor/function.ts';
import { contextOf, examine, metricsAre, PIPELINE } from '../../support/harness/examine.ts';

const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
beforeEach(() => {
  cloudWatch.reset();
  lambda.reset();
  metricsAre(cloudWatch, {});
});

describe('the function', () => {
  it.each([
    [{ State: 'Enabled', LastProcessingResult: 'OK' }, { status: 'ok' }],
    [
      { State: 'Enabled', LastProcessingResult: 'PROBLEM: no right' },
      { status: 'warn', found: 'Enabled, PROBLEM: no right' },
    ],
    [
      { State: 'Disabled' },
      { status: 'fail', remedy: 'aws lambda update-event-source-mapping --enabled --uuid u-1' },
    ],
    [undefined, { status: 'fail', found: 'Lambda does not poll the queue' }],
  ])('polls its queue: %j', async (mapping, finding) => {
    expect(await source(mapping)).toMatchObject(finding);
  });

  it('failed as a whole lately, or did not', async () => {
    expect(await errors()).toEqual({ status: 'ok', found: 'none in the last hour' });
    metricsAre(cloudWatch, {
      'AWS/Lambda Errors': [
        [30, 2],
        [5, 1],
      ],
    });
    expect(await errors()).toMatchObject({ status: 'warn', found: '3 in the last hour' });
  });
});

const source = async (mapping?: object) => {
  const EventSourceArn = 'arn:aws:sqs:eu-west-1:123456789012:metrics-queue';
  lambda.on(ListEventSourceMappingsCommand, { FunctionName: 'forward-metrics' }).resolves({
    EventSourceMappings: [
      { EventSourceArn: `${EventSourceArn}-2`, State: 'Disabled' },
      ...(mapping ? [{ EventSourceArn, UUID: 'u-1', ...mapping }] : []),
    ],
  });
  return (await examine([eventSource(PIPELINE)], await contextOf()))['metrics: event source'];
};

const errors = async () =>
  (await examine([functionErrors(PIPELINE)], await contextOf()))['metrics: function errors'];
