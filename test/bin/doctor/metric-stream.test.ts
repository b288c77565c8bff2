import { CloudWatchClient, GetMetricStreamCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { metricStreamChecks } from '../../../bin/doctor/metric-stream.ts';
import { awsError, contextOf, examine, metricsAre } from '../../support/harness/examine.ts';

const cloudWatch = mockClient(CloudWatchClient);
const firehose = mockClient(FirehoseClient);
beforeEach(() => {
  cloudWatch.reset();
  firehose.reset();
  metricsAre(cloudWatch, {});
});

describe('from CloudWatch to the bucket', () => {
  it('all runs, and something was delivered', async () => {
    streams('running', 'json', 'ACTIVE');
    metricsAre(cloudWatch, {
      'AWS/Firehose DeliveryToS3.Records': [
        [40, 7],
        [7, 3],
        [2, 0],
      ],
    });
    expect(await doctor()).toEqual({
      'metric stream': { status: 'ok', found: 'running' },
      'delivery stream': { status: 'ok', found: 'ACTIVE' },
      'last delivery to S3': { status: 'ok', found: '7 min ago' },
    });
  });

  it('nothing runs, and nothing was delivered', async () => {
    streams('stopped', 'json', 'CREATING_FAILED');
    expect(await doctor()).toMatchObject({
      'metric stream': { status: 'fail', remedy: 'aws cloudwatch start-metric-streams --names stream' },
      'delivery stream': { status: 'fail', found: 'CREATING_FAILED' },
      'last delivery to S3': { status: 'warn', found: 'none in the last 3 hours' },
    });
  });

  it('the format is one that the function does not read', async () => {
    streams('running', 'opentelemetry1.0', 'ACTIVE');
    expect(await doctor()).toMatchObject({
      'metric stream': { status: 'fail', found: 'its output format is opentelemetry1.0' },
    });
  });

  it('one is gone, one may not be looked at, and the last is still looked at', async () => {
    cloudWatch.on(GetMetricStreamCommand).rejects(awsError('ResourceNotFoundException', 'gone', 404));
    firehose.on(DescribeDeliveryStreamCommand).rejects(awsError('AccessDeniedException', 'no'));
    metricsAre(cloudWatch, { 'AWS/Firehose DeliveryToS3.Records': [[1, 1]] });
    expect(await doctor()).toMatchObject({
      'metric stream': { status: 'fail', remedy: expect.stringContaining('put it back with npx cdk deploy') },
      'delivery stream': {
        status: 'warn',
        remedy: expect.stringContaining('firehose:DescribeDeliveryStream'),
      },
      'last delivery to S3': { status: 'ok' },
    });
  });

  it('is no matter where the stack has no metrics', () => {
    expect(metricStreamChecks({ BucketName: 'ours' })).toEqual([]);
  });
});

const checks = metricStreamChecks({ MetricStreamName: 'stream', DeliveryStreamName: 'delivery' });

const doctor = async () => examine(checks, await contextOf());

const streams = (State: string, OutputFormat: 'json' | 'opentelemetry1.0', status: string): void => {
  cloudWatch.on(GetMetricStreamCommand, { Name: 'stream' }).resolves({ State, OutputFormat });
  firehose.on(DescribeDeliveryStreamCommand, { DeliveryStreamName: 'delivery' }).resolves({
    DeliveryStreamDescription: { DeliveryStreamStatus: status } as never,
  });
};
