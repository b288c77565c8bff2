import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { ELB_METRICS } from '../../lib/settings/elb-metrics.ts';
import { asText, createStack, resource, synth } from '../support/harness/synth.ts';

const metricStream = (context?: object) =>
  asText(resource(synth({ ...context }), 'AWS::CloudWatch::MetricStream', 'Metrics').Properties) as Record<
    string,
    unknown
  >;

describe('the metric stream', () => {
  test('writes JSON of every namespace but its own', () => {
    expect(metricStream({ metricStatistics: 'none' })).toEqual({
      OutputFormat: 'json',
      FirehoseArn: '${MetricsDeliveryStream.Arn}',
      RoleArn: '${MetricsMetricStreamRole.Arn}',
      ExcludeFilters: [{ Namespace: 'ScoutForwarder' }],
      IncludeLinkedAccountsMetrics: false,
    });
  });

  test('includes what the settings name, and then excludes nothing', () => {
    const properties = metricStream({
      metricInclude: ['AWS/EC2', { namespace: 'AWS/RDS', metricNames: ['CPUUtilization'] }],
    });
    expect(properties.IncludeFilters).toEqual([
      { Namespace: 'AWS/EC2' },
      { Namespace: 'AWS/RDS', MetricNames: ['CPUUtilization'] },
    ]);
    expect(properties).not.toHaveProperty('ExcludeFilters');
  });

  test('includes presets beside what is named', () => {
    const { IncludeFilters } = metricStream({ metricPreset: 'alb,rds', metricInclude: 'AWS/EC2,AWS/RDS' });
    expect(IncludeFilters).toEqual([
      { Namespace: 'AWS/EC2' },
      { Namespace: 'AWS/RDS' },
      { Namespace: 'AWS/ApplicationELB', MetricNames: ELB_METRICS.map(({ name }) => name) },
    ]);
  });

  test('excludes what the settings name beside its own namespace', () => {
    expect(metricStream({ metricExclude: 'AWS/EC2' }).ExcludeFilters).toEqual([
      { Namespace: 'ScoutForwarder' },
      { Namespace: 'AWS/EC2' },
    ]);
  });

  test('streams percentiles of the response time of load balancers by default', () => {
    expect(metricStream().StatisticsConfigurations).toEqual([
      {
        IncludeMetrics: [{ Namespace: 'AWS/ApplicationELB', MetricName: 'TargetResponseTime' }],
        AdditionalStatistics: ['p50', 'p90', 'p95', 'p99'],
      },
    ]);
  });

  test('adds statistics to the metrics named, in place of the default ones', () => {
    const metricStatistics = [
      { namespace: 'AWS/RDS', metricNames: ['ReadLatency'], statistics: ['p90', 'p99'] },
    ];
    expect(metricStream({ metricStatistics }).StatisticsConfigurations).toEqual([
      {
        IncludeMetrics: [{ Namespace: 'AWS/RDS', MetricName: 'ReadLatency' }],
        AdditionalStatistics: ['p90', 'p99'],
      },
    ]);
  });

  test('streams no percentiles where the setting is none', () => {
    expect(metricStream({ metricStatistics: 'none' })).not.toHaveProperty('StatisticsConfigurations');
  });

  test('streams linked accounts where it is told to', () => {
    expect(metricStream({ metricLinkedAccounts: 'true' }).IncludeLinkedAccountsMetrics).toBe(true);
  });

  test('may write to the delivery stream before it is created, and nothing else', () => {
    const template = synth();
    const policy = resource(template, 'AWS::IAM::Policy', 'MetricsMetricStreamRole');
    expect(asText(policy.Properties.PolicyDocument)).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Action: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
          Resource: '${MetricsDeliveryStream.Arn}',
        },
      ],
    });
    const { DependsOn } = resource(template, 'AWS::CloudWatch::MetricStream', 'Metrics');
    expect(DependsOn).toContain(policy.logicalId);
    expect(resource(template, 'AWS::IAM::Role', 'MetricsMetricStreamRole').Properties).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'streams.metrics.cloudwatch.amazonaws.com' },
          },
        ],
      },
    });
  });
});

describe('the delivery stream', () => {
  const template = synth();

  test('writes gzipped lines under metrics/, and its errors apart', () => {
    expect(asText(resource(template, 'AWS::KinesisFirehose::DeliveryStream', 'Metrics').Properties)).toEqual({
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      ExtendedS3DestinationConfiguration: {
        BucketARN: '${Bucket.Arn}',
        RoleARN: '${MetricsDeliveryRole.Arn}',
        Prefix: 'metrics/',
        ErrorOutputPrefix: 'firehose-errors/!{firehose:error-output-type}/',
        CompressionFormat: 'GZIP',
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 5 },
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [{ Type: 'AppendDelimiterToRecord', Parameters: [] }],
        },
        CloudWatchLoggingOptions: {
          Enabled: true,
          LogGroupName: '${MetricsDeliveryLogGroup}',
          LogStreamName: '${MetricsDeliveryLogGroupS3Destination}',
        },
      },
    });
  });

  test('buffers as the settings say', () => {
    const { Properties } = resource(
      synth({ firehoseBufferSeconds: 300, firehoseBufferMiB: '64' }),
      'AWS::KinesisFirehose::DeliveryStream',
      'Metrics',
    );
    expect(Properties).toMatchObject({
      ExtendedS3DestinationConfiguration: { BufferingHints: { IntervalInSeconds: 300, SizeInMBs: 64 } },
    });
  });

  test('may do this and nothing else', () => {
    const { Properties } = resource(template, 'AWS::IAM::Policy', 'MetricsDeliveryRole');
    expect((asText(Properties.PolicyDocument) as { Statement: unknown }).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        Resource: ['${Bucket.Arn}/metrics/*', '${Bucket.Arn}/firehose-errors/*'],
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        Resource: '${Bucket.Arn}',
      },
      { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '${MetricsDeliveryLogGroup.Arn}' },
    ]);
  });

  test('has an alarm for what it cannot write in time', () => {
    expect(
      asText(resource(template, 'AWS::CloudWatch::Alarm', 'MetricsDeliveryStreamLateAlarm').Properties),
    ).toMatchObject({
      Namespace: 'AWS/Firehose',
      MetricName: 'DeliveryToS3.DataFreshness',
      Statistic: 'Maximum',
      Threshold: 900,
    });
  });

  test.each([
    ['PublishErrorsAlarm', 'AWS/CloudWatch/MetricStreams', 'PublishErrorRate', 'GreaterThanThreshold', 0],
    ['ThrottledRecordsAlarm', 'AWS/Firehose', 'ThrottledRecords', 'GreaterThanOrEqualToThreshold', 1],
  ])('has a %s for metrics that are lost', (id, Namespace, MetricName, ComparisonOperator, Threshold) => {
    expect(resource(template, 'AWS::CloudWatch::Alarm', `Metrics${id}`).Properties).toMatchObject({
      Namespace,
      MetricName,
      ComparisonOperator,
      Threshold,
      TreatMissingData: 'notBreaching',
    });
  });

  test('has an alarm for objects that stop reaching the function', () => {
    expect(resource(template, 'AWS::CloudWatch::Alarm', 'MetricsNoObjectsAlarm').Properties).toMatchObject({
      Namespace: 'ScoutForwarder',
      MetricName: 'ObjectsForwarded',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 900,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
  });

  test('has alarms for silence of two days where it includes some metrics only, which may be daily', () => {
    for (const id of ['MetricsMetricStreamSilentAlarm', 'MetricsNoObjectsAlarm']) {
      const alarm = resource(synth({ metricPreset: 's3' }), 'AWS::CloudWatch::Alarm', id);
      expect(alarm.Properties).toMatchObject({
        EvaluationPeriods: 48,
        Period: 3600,
        AlarmDescription: expect.stringContaining('for 2 days'),
      });
    }
  });

  test('warns at synth that every metric is streamed, unless something is chosen', () => {
    const warning = Match.stringLikeRegexp('carries every metric');
    Annotations.fromStack(createStack()).hasWarning('/Stack/Metrics', warning);
    for (const context of [{ metricPreset: 'alb' }, { metricExclude: 'AWS/Usage' }])
      Annotations.fromStack(createStack(context)).hasNoWarning('/Stack/Metrics', warning);
  });

  test('has an alarm for a silent metric stream, which says nothing by saying nothing', () => {
    expect(
      asText(resource(template, 'AWS::CloudWatch::Alarm', 'MetricsMetricStreamSilentAlarm').Properties),
    ).toMatchObject({
      Namespace: 'AWS/Firehose',
      MetricName: 'IncomingRecords',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 2,
      Period: 900,
      TreatMissingData: 'breaching',
    });
  });
});
