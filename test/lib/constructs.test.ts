import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { LogsToScout, type LogsToScoutProps } from '../../lib/logs-to-scout.ts';
import { MetricStreamToScout, type MetricStreamToScoutProps } from '../../lib/metric-stream-to-scout.ts';
import { asText, createBundles, resource } from '../support/harness/synth.ts';
import { ALB } from '../support/harness/variants.ts';

const bundles = createBundles();

const newStack = (): Stack => new Stack(new App({ builtinCloudFormationValidation: false }), 'Other');

const scoutOf = (stack: Stack): LogsToScoutProps['scout'] => ({
  endpoint: 'https://otel.example.com/tenant/otlp',
  tokenUrl: 'https://id.example.com/oauth/token',
  secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'scout/oauth-client'),
});

describe('the constructs in the stack of another app', () => {
  test('need nothing but Scout, and several fit in one stack', () => {
    const stack = newStack();
    const scout = scoutOf(stack);
    for (const id of ['A', 'B']) {
      new MetricStreamToScout(stack, `Metrics${id}`, { scout, bundles });
      new LogsToScout(stack, `Logs${id}`, { scout, bundles });
    }
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 4);
    template.resourceCountIs('AWS::CloudWatch::MetricStream', 2);
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 4);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const names = alarms.map(({ Properties }) => String((Properties as { AlarmName?: string }).AlarmName));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('Other-LogsA-Forwarder-LateAlarm');
  });

  test('leave no log group behind', () => {
    const stack = newStack();
    new MetricStreamToScout(stack, 'Metrics', { scout: scoutOf(stack), bundles });
    const groups = Template.fromStack(stack).findResources('AWS::Logs::LogGroup');
    expect(Object.values(groups).map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Delete', 'Delete']);
  });

  test('share a bucket, and run in a VPC', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const common = { scout: scoutOf(stack), bundles, bucket: new s3.Bucket(stack, 'Shared'), vpc };
    new MetricStreamToScout(stack, 'Metrics', common);
    new LogsToScout(stack, 'Logs', { ...common, logKinds: ['alb', 'alb-connection'] });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(asText(resource(template, 'AWS::Lambda::Function', 'LogsForwarder').Properties)).toMatchObject({
      Environment: { Variables: { LOG_KINDS: 'alb,alb-connection' } },
      VpcConfig: { SecurityGroupIds: ['${LogsForwarderSecurityGroup.GroupId}'] },
    });
  });

  test('turn on the logs of a load balancer whose ARN only the deploy knows', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Web', { vpc });
    const logs = new LogsToScout(stack, 'Logs', {
      scout: scoutOf(stack),
      bundles,
      loadBalancers: [balancer],
    });
    expect(logs.turnOnCommands).toEqual({});
    const { Properties } = resource(Template.fromStack(stack), 'Custom::AlbLogSwitch', 'Logs');
    expect(asText(Properties)).toMatchObject({ LoadBalancerArn: '${Web}', Prefix: 'logs/alb' });
  });

  test('read the exact secret that they are given, by its own key', () => {
    const stack = newStack();
    const secret = new secretsmanager.Secret(stack, 'Own');
    new LogsToScout(stack, 'Logs', { scout: { ...scoutOf(stack), secret }, bundles });
    const { PolicyDocument } = resource(
      Template.fromStack(stack),
      'AWS::IAM::Policy',
      'LogsForwarder',
    ).Properties;
    expect(asText(PolicyDocument)).toMatchObject({
      Statement: expect.arrayContaining([
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '${Own}' },
      ]),
    });
  });

  test('refuse at synth to add a notification to a bucket of another account', () => {
    const stack = newStack();
    const attributes = { bucketName: 'central-logs', account: '210987654321' };
    const logBucket = s3.Bucket.fromBucketAttributes(stack, 'Central', attributes);
    const create = (): unknown =>
      new LogsToScout(stack, 'Logs', { scout: scoutOf(stack), bundles, logBucket });
    expect(create).toThrow(/central-logs belongs to account 210987654321.*logEvents: 'eventbridge'/);
  });

  test('refuse at synth events of an existing bucket that is not given', () => {
    const stack = newStack();
    const create = (): unknown =>
      new LogsToScout(stack, 'Logs', { scout: scoutOf(stack), bundles, logEvents: 'eventbridge' });
    expect(create).toThrow('need logBucket');
  });

  test('warn where the bucket for logs is imported, whose policy the deploy cannot change', () => {
    const stack = newStack();
    const scout = scoutOf(stack);
    const warnings = (): number =>
      Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('cannot change its policy'))
        .length;
    new LogsToScout(stack, 'Own', { scout, bundles, bucket: new s3.Bucket(stack, 'Bucket') });
    expect(warnings()).toBe(0);
    const bucket = s3.Bucket.fromBucketName(stack, 'Imported', 'central-logs');
    new LogsToScout(stack, 'Logs', { scout, bundles, bucket });
    expect(warnings()).toBe(1);
  });

  test('use the key of a bucket that they are given: to read, to write, and to keep rejected records', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Own', { encryption: s3.BucketEncryption.KMS });
    new MetricStreamToScout(stack, 'Metrics', { scout: scoutOf(stack), bundles, bucket });
    const template = Template.fromStack(stack);
    const keyActions = (role: string): unknown => {
      const { PolicyDocument } = resource(template, 'AWS::IAM::Policy', role).Properties;
      const { Statement } = PolicyDocument as {
        readonly Statement: { readonly Action: string | string[] }[];
      };
      return Statement.map(({ Action }) => Action).filter((action) =>
        JSON.stringify(action).includes('kms:'),
      );
    };
    expect(keyActions('MetricsForwarderRole')).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(keyActions('MetricsDeliveryRole')).toEqual([['kms:Decrypt', 'kms:GenerateDataKey']]);
  });

  test('refuse at synth what the function could not read, naming every wrong variable', () => {
    const stack = newStack();
    const environment = { ALB_BODY: 'xml', BATCH_SIZE: '0' };
    const create = (): unknown =>
      new LogsToScout(stack, 'Logs', { scout: scoutOf(stack), bundles, environment });
    expect(create).toThrow(/BATCH_SIZE is "0".*ALB_BODY is "xml"/);
  });

  test.each<[string, Omit<LogsToScoutProps, 'scout'>, string]>([
    ['a prefix without its bucket', { logPrefix: 'prod/' }, 'logTopic, logEvents and logPrefix'],
    ['no kind of log', { logKinds: [] }, 'logKinds is empty'],
    ['a silence that no alarm can span', { silenceAlarm: Duration.days(8) }, 'silenceAlarm is 8 days'],
    ['a time-out too long', { timeout: Duration.minutes(11) }, 'timeout is 11 minutes; it must be 60 to 600'],
    [
      'a time-out too short',
      { timeout: Duration.seconds(30) },
      'timeout is 30 seconds; it must be 60 to 600',
    ],
    ['subnets without a VPC', { vpcSubnets: {} }, 'vpcSubnets and securityGroups need vpc'],
  ])('refuse at synth %s', (_, props, message) => {
    const stack = newStack();
    const create = (): unknown =>
      new LogsToScout(stack, 'Logs', { scout: scoutOf(stack), bundles, ...props });
    expect(create).toThrow(message);
  });

  test.each<[string, Omit<LogsToScoutProps, 'scout'>, string]>([
    ['load balancers', { loadBalancers: [{ loadBalancerArn: ALB }] }, 'loadBalancers and logAccounts'],
    ['other accounts', { logAccounts: ['210987654321'] }, 'loadBalancers and logAccounts'],
    ['the deletion of its objects', { deleteProcessedFiles: true }, 'logBucket is only read'],
  ])('refuse at synth an existing bucket with %s', (_, props, message) => {
    const stack = newStack();
    const logBucket = s3.Bucket.fromBucketName(stack, 'Central', 'central-logs');
    const create = (): unknown =>
      new LogsToScout(stack, 'Logs', { scout: scoutOf(stack), bundles, logBucket, ...props });
    expect(create).toThrow(message);
  });

  test('refuse at synth two ways of announcing new objects, and name each fault', () => {
    const stack = newStack();
    const logTopic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:objects');
    const props = {
      scout: scoutOf(stack),
      bundles,
      logTopic,
      logEvents: 'eventbridge',
      logKinds: [],
    } as const;
    const logBucket = s3.Bucket.fromBucketName(stack, 'Central', 'central-logs');
    const create = (): unknown => new LogsToScout(stack, 'Logs', { ...props, logBucket });
    expect(create).toThrow(/logKinds is empty.*announced one way/);
  });

  test.each<[string, Omit<MetricStreamToScoutProps, 'scout'>, string]>([
    [
      'filters of both kinds',
      { includeFilters: [{ namespace: 'AWS/EC2' }], excludeFilters: [{ namespace: 'AWS/EBS' }] },
      'excludeFilters is given with includeFilters',
    ],
    [
      'more names than a filter may have',
      { excludeFilters: Array.from({ length: 1_000 }, (_, index) => ({ namespace: `Shop/${index}` })) },
      'the filter of the metric stream has 1001 names; it must have 1000 at most',
    ],
  ])('refuse at synth %s', (_, props, message) => {
    const stack = newStack();
    const create = (): unknown =>
      new MetricStreamToScout(stack, 'Metrics', { scout: scoutOf(stack), bundles, ...props });
    expect(create).toThrow(message);
  });

  test('set memory, time-out and concurrency', () => {
    const stack = newStack();
    const sizes = { memorySize: 1024, timeout: Duration.minutes(10), maxConcurrency: 50 };
    new MetricStreamToScout(stack, 'Metrics', { scout: scoutOf(stack), bundles, ...sizes });
    const template = Template.fromStack(stack);
    expect(resource(template, 'AWS::Lambda::Function', 'MetricsForwarder').Properties).toMatchObject({
      MemorySize: 1024,
      Timeout: 600,
    });
    expect(resource(template, 'AWS::SQS::Queue', 'MetricsForwarderQueue').Properties).toMatchObject({
      VisibilityTimeout: 3600,
    });
  });
});
