import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { asText, createStack, resource, synth } from '../support/harness/synth.ts';
import { ALB, VARIANTS } from '../support/harness/variants.ts';

/** The property that would name a resource. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::CloudWatch::MetricStream': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::KinesisFirehose::DeliveryStream': 'DeliveryStreamName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};

describe.each(VARIANTS)('the stack, with %s', (_, context) => {
  const stack = createStack(context);
  const app = stack.node.root as App;
  const { Resources: resources } = app.synth().getStackByName('Stack').template as {
    Resources: Record<
      string,
      { Type: string; Properties?: Record<string, unknown>; DeletionPolicy?: string }
    >;
  };
  const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);

  test('has no finding of cdk-nag left unexplained', () => {
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
  });

  test('leaves no resource behind', () => {
    for (const [id, { DeletionPolicy }] of Object.entries(resources)) {
      expect({ id, DeletionPolicy }).toEqual({ id, DeletionPolicy: 'Delete' });
    }
  });

  test("gives each function, CDK's own too, a log group that goes with the stack", () => {
    const logGroups = ofType('AWS::Lambda::Function').map(
      ({ Properties }) =>
        (Properties?.LoggingConfig as { LogGroup?: { Ref: string } } | undefined)?.LogGroup?.Ref,
    );
    expect(logGroups.length).toBeGreaterThanOrEqual(3);
    for (const logGroup of logGroups) expect(resources[logGroup ?? '']?.Type).toBe('AWS::Logs::LogGroup');
  });

  test('lets no function make another log group', () => {
    expect(JSON.stringify(resources)).not.toContain('CreateLogGroup');
    for (const { Properties } of ofType('AWS::IAM::Role'))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('fixes no name; those of alarms begin with its own', () => {
    const named = Object.values(resources).filter(({ Type, Properties }) => {
      const property = NAMES[Type];
      const name = property === undefined ? undefined : Properties?.[property];
      return (
        name !== undefined &&
        !(Type === 'AWS::CloudWatch::Alarm' && JSON.stringify(name).startsWith('"Stack-'))
      );
    });
    expect(named).toEqual([]);
  });
});

/** The part of a bucket's notifications that is about one queue. */
const told = (prefix: string, queue: string) => ({
  Events: ['s3:ObjectCreated:*'],
  Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
  QueueArn: `\${${queue}.Arn}`,
});

describe('the bucket', () => {
  const template = synth();

  test('is private, encrypted with SSE-S3, and forgets', () => {
    expect(resource(template, 'AWS::S3::Bucket', 'Bucket').Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            ExpirationInDays: 30,
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
        ],
      },
    });
  });

  test('takes only requests over TLS', () => {
    const { Properties } = resource(template, 'AWS::S3::BucketPolicy', 'Bucket');
    expect(asText(Properties)).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Resource: ['${Bucket.Arn}', '${Bucket.Arn}/*'],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ]),
      },
    });
  });

  test('tells each queue of the objects under its own prefix', () => {
    const { Properties } = resource(template, 'Custom::S3BucketNotifications', 'Bucket');
    expect(asText(Properties)).toMatchObject({
      NotificationConfiguration: {
        QueueConfigurations: [
          told('metrics/', 'MetricsForwarderQueue'),
          told('logs/', 'AlbLogsForwarderQueue'),
          told('alb/', 'AlbLogsForwarderQueue'),
        ],
      },
    });
  });

  test('is emptied after all that writes to it is gone', () => {
    const emptied = resource(template, 'Custom::S3AutoDeleteObjects', 'Bucket').logicalId;
    for (const [type, id] of [
      ['AWS::KinesisFirehose::DeliveryStream', 'Metrics'],
      ['AWS::Lambda::Function', 'MetricsForwarder'],
      ['AWS::Lambda::Function', 'AlbLogsForwarder'],
    ] as const) {
      expect(resource(template, type, id).DependsOn).toContain(emptied);
    }
    const withSwitch = synth({ albArns: ALB });
    expect(resource(withSwitch, 'Custom::AlbLogSwitch', 'AlbLogs').DependsOn).toContain(emptied);
  });

  test('keeps objects as long as the settings say', () => {
    const { Properties } = resource(synth({ bucketRetentionDays: 90 }), 'AWS::S3::Bucket', 'Bucket');
    expect(Properties).toMatchObject({ LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90 }] } });
  });
});

describe('the stack', () => {
  test('is what it was', () => {
    const template = JSON.stringify(synth().toJSON(), undefined, 1).replace(/[0-9a-f]{64}/g, '<hash>');
    expect(JSON.parse(template)).toMatchSnapshot();
  });

  test('tells where everything is', () => {
    const { Outputs } = synth().toJSON() as { Outputs: Record<string, { Value: unknown }> };
    const outputs = Object.fromEntries(
      Object.entries(Outputs).map(([name, { Value }]) => [name, asText(Value)]),
    );
    expect(outputs).toEqual({
      BucketName: '${Bucket}',
      MetricsQueueUrl: '${MetricsForwarderQueue}',
      MetricsDeadLetterQueueUrl: '${MetricsForwarderDeadLetterQueue}',
      MetricsFunctionName: '${MetricsForwarderFunction}',
      MetricStreamName: '${MetricsMetricStream}',
      DeliveryStreamName: '${MetricsDeliveryStream}',
      LogsQueueUrl: '${AlbLogsForwarderQueue}',
      LogsDeadLetterQueueUrl: '${AlbLogsForwarderDeadLetterQueue}',
      LogsFunctionName: '${AlbLogsForwarderFunction}',
      TurnOnAccessLogs:
        'aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=${Bucket} Key=access_logs.s3.prefix,Value=logs/alb',
      DashboardUrl:
        'https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}#dashboards/dashboard/${Dashboard}',
    });
  });

  test('has one pipeline where the other is left out', () => {
    const metrics = synth({ albLogs: false });
    metrics.resourceCountIs('AWS::SQS::Queue', 2);
    metrics.resourceCountIs('AWS::CloudWatch::MetricStream', 1);
    expect(JSON.stringify(metrics.toJSON())).not.toContain('logdelivery');
    const albLogs = synth({ metrics: 'false' });
    albLogs.resourceCountIs('AWS::SQS::Queue', 2);
    albLogs.resourceCountIs('AWS::CloudWatch::MetricStream', 0);
    albLogs.resourceCountIs('AWS::KinesisFirehose::DeliveryStream', 0);
  });

  test('can do without a dashboard', () => {
    synth().resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    const template = synth({ dashboard: false });
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect(Object.keys(template.toJSON().Outputs as object)).not.toContain('DashboardUrl');
  });
});
