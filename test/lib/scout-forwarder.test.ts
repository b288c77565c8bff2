import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { EMF_METRICS, EMF_METRICS_OF_SETTINGS } from '../../lambdas/forwarding/ledger.ts';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { asText, createStack, resource, synth } from '../support/harness/synth.ts';

const PIPELINES = [
  { pipeline: 'metrics', id: 'Metrics', objects: '${Bucket.Arn}/metrics/*', memory: 512 },
  { pipeline: 'logs', id: 'AlbLogs', objects: ['${Bucket.Arn}/logs/*', '${Bucket.Arn}/alb/*'], memory: 1769 },
] as const;

const DAYS_14 = 14 * 24 * 3600;

/** The statements of a forwarding function's policy, one line each. */
const statements = (template: Template, id: string): unknown[] => {
  const { PolicyDocument } = resource(template, 'AWS::IAM::Policy', `${id}ForwarderRole`).Properties;
  return (asText(PolicyDocument) as { Statement: unknown[] }).Statement;
};

const SECRET = 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret';

test('synth warns of more memory than a new account allows', () => {
  const warning = Match.stringLikeRegexp('logs has 3009 MB');
  Annotations.fromStack(createStack({ albMemory: 3009 })).hasWarning('/Stack/AlbLogs/Forwarder', warning);
  Annotations.fromStack(createStack({ albMemory: 3008 })).hasNoWarning(
    '*',
    Match.stringLikeRegexp('MB of memory'),
  );
});

describe.each(PIPELINES)('the forwarder of $pipeline', ({ pipeline, id, objects, memory }) => {
  const template = synth();
  const lambda = resource(template, 'AWS::Lambda::Function', `${id}ForwarderFunction`);

  test('keeps messages for 14 days and hands each out 300 times', () => {
    const { Properties } = resource(template, 'AWS::SQS::Queue', `${id}ForwarderQueue`);
    expect(asText(Properties)).toEqual({
      MessageRetentionPeriod: DAYS_14,
      VisibilityTimeout: 6 * 300,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: `\${${id}ForwarderDeadLetterQueue.Arn}`, maxReceiveCount: 300 },
    });
  });

  test('keeps dead letters for 14 days', () => {
    const { Properties } = resource(template, 'AWS::SQS::Queue', `${id}ForwarderDeadLetterQueue`);
    expect(Properties).toEqual({ MessageRetentionPeriod: DAYS_14, SqsManagedSseEnabled: true });
  });

  test.each(['Queue', 'DeadLetterQueue'])('denies access to its %s without TLS', (queue) => {
    const { Properties } = resource(template, 'AWS::SQS::QueuePolicy', `${id}Forwarder${queue}Policy`);
    expect(asText(Properties)).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  test('handles one message per invocation, reports failures per message, and limits concurrency', () => {
    const { Properties } = resource(template, 'AWS::Lambda::EventSourceMapping', `${id}Forwarder`);
    expect(asText(Properties)).toEqual({
      BatchSize: 1,
      EventSourceArn: `\${${id}ForwarderQueue.Arn}`,
      FunctionName: `\${${id}ForwarderFunction}`,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  test('is Node.js 24 on arm64 with JSON logs in its own log group, and may call itself through its queue', () => {
    expect(asText(lambda.Properties)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: memory,
      Timeout: 300,
      RecursiveLoop: 'Allow',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: `\${${id}ForwarderLogGroup}` },
    });
    const { Properties } = resource(template, 'AWS::Logs::LogGroup', `${id}ForwarderLogGroup`);
    expect(Properties).toEqual({ RetentionInDays: 30 });
  });

  test('tells the function where its queues and buckets are, in a way it understands', () => {
    const { Environment } = asText(lambda.Properties) as {
      Environment: { Variables: Record<string, string> };
    };
    expect(Environment.Variables).toEqual({
      SCOUT_ENDPOINT: 'https://otel.example.com/tenant/otlp',
      SCOUT_TOKEN_URL: 'https://id.example.com/oauth/token',
      SCOUT_SECRET_NAME: 'scout/oauth-client',
      QUEUE_URL: `\${${id}ForwarderQueue}`,
      DEAD_LETTER_QUEUE_URL: `\${${id}ForwarderDeadLetterQueue}`,
      SOURCE_BUCKET: '${Bucket}',
      REJECTED_BUCKET: '${Bucket}',
      REJECTED_PREFIX: 'rejected/',
      NODE_OPTIONS: '--max-semi-space-size=8',
      ...(pipeline === 'logs' && { LOG_KINDS: 'alb' }),
    });
    expect(() => readFunctionSettings(Environment.Variables)).not.toThrow();
  });

  test('may do this and nothing else', () => {
    expect(statements(template, id)).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: `\${${id}ForwarderLogGroup.Arn}`,
      },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: objects },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: '${Bucket.Arn}' },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: '${Bucket.Arn}/rejected/*' },
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: [`\${${id}ForwarderQueue.Arn}`, `\${${id}ForwarderDeadLetterQueue.Arn}`],
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: `${SECRET}:scout/oauth-client-??????`,
      },
      {
        Effect: 'Allow',
        Action: [
          'sqs:ReceiveMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:GetQueueUrl',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
        ],
        Resource: `\${${id}ForwarderQueue.Arn}`,
      },
    ]);
    const { Properties } = resource(template, 'AWS::IAM::Role', `${id}ForwarderRole`);
    expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(Properties).not.toHaveProperty('Policies');
  });

  test.each([
    ['DeadLettersAlarm', 'GreaterThanOrEqualToThreshold', 1],
    ['LateAlarm', 'GreaterThanOrEqualToThreshold', 900],
    ['RejectedAlarm', 'GreaterThanOrEqualToThreshold', 1],
    ['ErrorsAlarm', 'GreaterThanOrEqualToThreshold', 1],
    ['ThrottlesAlarm', 'GreaterThanOrEqualToThreshold', 1],
    ['LedgerAlarm', 'GreaterThanOrEqualToThreshold', 1],
  ])('has a %s that says what to do', (name, ComparisonOperator, Threshold) => {
    const { Properties } = resource(template, 'AWS::CloudWatch::Alarm', `${id}Forwarder${name}`);
    expect(Properties).toMatchObject({
      AlarmName: `Stack-${pipeline}-${name}`,
      ComparisonOperator,
      Threshold,
      TreatMissingData: 'notBreaching',
      AlarmDescription: expect.stringMatching(new RegExp(`^${pipeline}: .{60}`)),
    });
  });

  test('sees data as late by what failed as well as by what waits', () => {
    const { Properties } = resource(template, 'AWS::CloudWatch::Alarm', `${id}ForwarderLateAlarm`);
    const { Metrics } = Properties as { Metrics: { MetricStat?: { Metric: { MetricName: string } } }[] };
    expect(Metrics.map(({ MetricStat }) => MetricStat?.Metric.MetricName)).toEqual([
      undefined,
      'DeliveryLag',
      'ApproximateAgeOfOldestMessage',
    ]);
  });
});

const policies = (context: object): string =>
  JSON.stringify(synth({ ...context }).findResources('AWS::IAM::Policy'));

describe('a function that sends tags', () => {
  test('may read the tags of resources, and no other may', () => {
    expect(
      policies({ resourceTags: 'team' }).match(
        /"Action":"tag:GetResources","Effect":"Allow","Resource":"\*"/g,
      ),
    ).toHaveLength(2);
    expect(policies({})).not.toContain('tag:');
  });
});

describe('a forwarding function', () => {
  test('may delete objects only where it is told to', () => {
    expect(statements(synth({ deleteProcessedFiles: true }), 'Metrics')).toContainEqual({
      Effect: 'Allow',
      Action: 's3:DeleteObject',
      Resource: '${Bucket.Arn}/metrics/*',
    });
  });

  test('may decrypt with the key of the secret, through Secrets Manager', () => {
    const secretKmsKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
    expect(statements(synth({ secretKmsKeyArn }), 'AlbLogs')).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: secretKmsKeyArn,
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.${AWS::Region}.${AWS::URLSuffix}' } },
    });
  });

  test('reads the secret that the settings name', () => {
    expect(statements(synth({ scoutSecretName: 'team/scout' }), 'Metrics')).toContainEqual({
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: `${SECRET}:team/scout-??????`,
    });
  });

  test('has the memory, the time and the concurrency of the settings', () => {
    const template = synth({ albMemory: 1024, albTimeout: 600, albConcurrency: 50, logRetentionDays: 7 });
    expect(resource(template, 'AWS::Lambda::Function', 'AlbLogsForwarder').Properties).toMatchObject({
      MemorySize: 1024,
      Timeout: 600,
    });
    expect(resource(template, 'AWS::SQS::Queue', 'AlbLogsForwarderQueue').Properties).toMatchObject({
      VisibilityTimeout: 3600,
    });
    expect(resource(template, 'AWS::Lambda::EventSourceMapping', 'AlbLogs').Properties).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 50 },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('counts nothing that no alarm and no graph reads', () => {
    const text = JSON.stringify(synth().toJSON());
    for (const name of [...Object.keys(EMF_METRICS), ...Object.keys(EMF_METRICS_OF_SETTINGS)])
      expect(text).toContain(name);
  });
});
