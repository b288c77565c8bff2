import { describe, expect, test } from 'vitest';
import { LOG_KIND_NAMES } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import type { LogKind } from '../../lambdas/log-lines/log-kind.ts';
import { asText, resource, synth } from '../support/harness/synth.ts';

const ALB = (region: string) =>
  `arn:aws:elasticloadbalancing:${region}:123456789012:loadbalancer/app/web/0123456789abcdef`;

const delivery = (context?: object) => {
  const { PolicyDocument } = resource(synth({ ...context }), 'AWS::S3::BucketPolicy', 'Bucket').Properties;
  const { Statement } = asText(PolicyDocument) as { Statement: { Principal: { Service?: string } }[] };
  return Statement.filter(({ Principal }) => Principal.Service?.startsWith('logdelivery.'));
};

describe('load balancers', () => {
  test('of the account may deliver logs under their prefix, and nothing else', () => {
    expect(delivery()).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Resource: [
          '${Bucket.Arn}/logs/alb/AWSLogs/${AWS::AccountId}/*',
          // Load balancers that were turned on by hand before there was `logs/`.
          '${Bucket.Arn}/alb/AWSLogs/${AWS::AccountId}/*',
        ],
      },
    ]);
  });

  test('of other accounts may, where the settings name them', () => {
    expect(delivery({ albLogAccounts: '210987654321,012345678901' })).toMatchObject([
      {
        Resource: [
          '${Bucket.Arn}/logs/alb/AWSLogs/${AWS::AccountId}/*',
          '${Bucket.Arn}/logs/alb/AWSLogs/210987654321/*',
          '${Bucket.Arn}/logs/alb/AWSLogs/012345678901/*',
          '${Bucket.Arn}/alb/AWSLogs/${AWS::AccountId}/*',
          '${Bucket.Arn}/alb/AWSLogs/210987654321/*',
          '${Bucket.Arn}/alb/AWSLogs/012345678901/*',
        ],
      },
    ]);
  });

  test('are turned on by hand with a command for each kind of log', () => {
    const { Outputs } = synth({ albConnectionLogs: true }).toJSON() as {
      Outputs: Record<string, { Value: unknown }>;
    };
    expect(asText(Outputs.TurnOnConnectionLogs?.Value)).toBe(
      'aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes Key=connection_logs.s3.enabled,Value=true Key=connection_logs.s3.bucket,Value=${Bucket} Key=connection_logs.s3.prefix,Value=logs/alb',
    );
    expect(Outputs).toHaveProperty('TurnOnAccessLogs');
  });
});

describe.each(LOG_KIND_NAMES)('a stack that forwards logs of the kind %s', (kind) => {
  const { delivery }: LogKind = LOG_KINDS[kind];
  const created = () => synth({ logKinds: kind });

  test('lets AWS write them to their folder', () => {
    const { PolicyDocument } = resource(created(), 'AWS::S3::BucketPolicy', 'Bucket').Properties;
    const { Statement } = asText(PolicyDocument) as {
      Statement: { Principal: { Service?: string }; Action: string; Resource: string | string[] }[];
    };
    const written = Statement.filter(
      ({ Principal, Action }) => Principal.Service === delivery.principal && Action === 's3:PutObject',
    ).flatMap(({ Resource }) => Resource);
    expect(written).toContainEqual(expect.stringContaining(`\${Bucket.Arn}/logs/${delivery.folder}/`));
  });

  test('outputs the command that turns them on, with bucket and folder', () => {
    const { Outputs } = created().toJSON() as { Outputs: Record<string, { Value: unknown }> };
    const command = asText(Outputs[delivery.output]?.Value);
    expect(command).toMatch(/^aws [a-z0-9]+ [a-z-]+ /);
    expect(command).toContain('${Bucket}');
    expect(command).toContain(`logs/${delivery.folder}`);
    expect(Object.keys(Outputs).filter((name) => name.startsWith('TurnOn'))).toEqual([delivery.output]);
  });
});

describe('load balancers that the settings name', () => {
  const template = synth({ albArns: ALB('eu-west-1') });

  test('are switched on once they may write to the bucket', () => {
    const policy = resource(template, 'AWS::S3::BucketPolicy', 'Bucket').logicalId;
    const { Properties, DependsOn } = resource(template, 'Custom::AlbLogSwitch', 'AlbLogs');
    expect(asText(Properties)).toEqual({
      ServiceToken: '${AlbLogsSwitchFunction.Arn}',
      ServiceTimeout: '300',
      LoadBalancerArn: ALB('eu-west-1'),
      Log: 'access_logs',
      Bucket: '${Bucket}',
      Prefix: 'logs/alb',
    });
    expect(DependsOn).toContain(policy);
  });

  test('need no command then', () => {
    expect(Object.keys(template.toJSON().Outputs as object)).not.toContain('TurnOnAccessLogs');
  });

  test('leave the commands of those kinds that none of them writes', () => {
    const net = ALB('eu-west-1').replace('/app/', '/net/');
    const { Outputs } = synth({ albArns: [ALB('eu-west-1'), net], logKinds: LOG_KIND_NAMES }).toJSON() as {
      Outputs: object;
    };
    const left = LOG_KIND_NAMES.filter((kind) => !('loadBalancer' in LOG_KINDS[kind].delivery));
    expect(Object.keys(Outputs).filter((name) => name.startsWith('TurnOn'))).toEqual(
      left.map((kind) => LOG_KINDS[kind].delivery.output),
    );
  });

  test('the switch may change any load balancer of the account and region, so that a removed one is turned off', () => {
    const { PolicyDocument } = resource(template, 'AWS::IAM::Policy', 'AlbLogsSwitchRole').Properties;
    const arn = 'arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:loadbalancer';
    expect((asText(PolicyDocument) as { Statement: unknown }).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '${AlbLogsSwitchLogGroup.Arn}',
      },
      {
        Effect: 'Allow',
        Action: 'elasticloadbalancing:ModifyLoadBalancerAttributes',
        Resource: [`${arn}/app/*/*`, `${arn}/net/*/*`],
      },
      { Effect: 'Allow', Action: 'elasticloadbalancing:DescribeLoadBalancerAttributes', Resource: '*' },
    ]);
    const many = Array.from({ length: 200 }, (_, index) => `${ALB('eu-west-1')}${index}`);
    const ofMany = resource(synth({ albArns: many }), 'AWS::IAM::Policy', 'AlbLogsSwitchRole');
    expect(asText(ofMany.Properties.PolicyDocument)).toEqual(asText(PolicyDocument));
  });

  test('have their connection logs switched on too, where those are forwarded', () => {
    const both = synth({ albArns: ALB('eu-west-1'), albConnectionLogs: true });
    const logs = Object.values(both.findResources('Custom::AlbLogSwitch')).map(
      ({ Properties }) => Properties.Log,
    );
    expect(logs).toEqual(['access_logs', 'connection_logs']);
  });

  test('are switched on by the stack of their region', () => {
    const albArns = [ALB('eu-west-1'), ALB('us-east-1')];
    const there = synth({ albArns, regions: 'eu-west-1,us-east-1' }, 'us-east-1');
    const arns = Object.values(there.findResources('Custom::AlbLogSwitch')).map(
      ({ Properties }) => Properties.LoadBalancerArn,
    );
    expect(arns).toEqual([ALB('us-east-1')]);
  });
});

describe('logs that stop', () => {
  test('raise an alarm after the hours of the settings', () => {
    const alarm = resource(
      synth({ logSilenceHours: 6 }),
      'AWS::CloudWatch::Alarm',
      'AlbLogsForwarderNoObjectsAlarm',
    );
    expect(alarm.Properties).toMatchObject({
      AlarmName: 'Stack-logs-NoObjectsAlarm',
      MetricName: 'ObjectsForwarded',
      Dimensions: [{ Name: 'Pipeline', Value: 'logs' }],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 3600,
      EvaluationPeriods: 6,
      TreatMissingData: 'breaching',
    });
  });

  test('raise none by default: load balancers without requests write nothing', () => {
    const ids = Object.keys(synth().findResources('AWS::CloudWatch::Alarm'));
    expect(ids.filter((id) => /AlbLogs.*(?:Silent|NoObjects)/.test(id))).toEqual([]);
  });
});

describe('an existing bucket', () => {
  const existing = { albLogBucketName: 'logs.example.com', albLogPrefix: '/prod', metrics: false };
  const BUCKET = 'arn:${AWS::Partition}:s3:::logs.example.com';

  test('is only read, under its prefix, and rejected records are stored in the bucket of the stack', () => {
    const template = synth(existing);
    const { PolicyDocument } = resource(template, 'AWS::IAM::Policy', 'AlbLogsForwarderRole').Properties;
    const { Statement } = asText(PolicyDocument) as { Statement: { Action: string | string[] }[] };
    expect(
      Statement.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('s3:'))),
    ).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `${BUCKET}/prod/*` },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: BUCKET },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: '${Bucket.Arn}/rejected/*' },
    ]);
    expect(resource(template, 'AWS::Lambda::Function', 'AlbLogsForwarder').Properties).toMatchObject({
      Environment: {
        Variables: { SOURCE_BUCKET: 'logs.example.com', REJECTED_BUCKET: { Ref: expect.any(String) } },
      },
    });
    expect(delivery(existing)).toEqual([]);
    expect(Object.keys(template.toJSON().Outputs as object)).not.toContain('TurnOnAccessLogs');
  });

  test('gets a notification beside those it has', () => {
    const { Properties } = resource(synth(existing), 'Custom::S3BucketNotifications', 'LogBucket');
    expect(asText(Properties)).toMatchObject({
      BucketName: 'logs.example.com',
      // CDK's handler then reads what is there and adds to it, or takes away what this stack added.
      Managed: false,
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            Events: ['s3:ObjectCreated:*'],
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'prod/' }] } },
            QueueArn: '${AlbLogsForwarderQueue.Arn}',
          },
        ],
      },
    });
  });

  test('is taken whole where no prefix is given', () => {
    const { albLogPrefix: _, ...whole } = existing;
    const { Properties } = resource(synth(whole), 'Custom::S3BucketNotifications', 'LogBucket');
    expect(JSON.stringify(Properties)).not.toContain('FilterRules');
  });

  test('is not touched at all with EventBridge', () => {
    const template = synth({ ...existing, albLogSource: 'eventbridge' });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    expect(asText(resource(template, 'AWS::Events::Rule', 'AlbLogs').Properties)).toMatchObject({
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['logs.example.com'] }, object: { key: [{ prefix: 'prod/' }] } },
      },
      Targets: [
        {
          Arn: '${AlbLogsForwarderQueue.Arn}',
          DeadLetterConfig: { Arn: '${AlbLogsForwarderDeadLetterQueue.Arn}' },
        },
      ],
    });
  });
});

describe('an existing bucket of another account', () => {
  const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/01234567-89ab-cdef-0123-456789abcdef';
  const TOPIC = 'arn:aws:sns:eu-west-1:210987654321:new-logs';
  const central = {
    albLogBucketName: 'central-logs',
    albLogBucketAccount: '210987654321',
    albLogBucketKeyArn: KEY,
    metrics: false,
  };

  test('is announced by EventBridge, once its account may forward events about new objects, and no others', () => {
    const template = synth({ ...central, albLogSource: 'eventbridge' });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    expect(asText(resource(template, 'AWS::Events::Rule', 'AlbLogs').Properties)).toMatchObject({
      EventPattern: { detail: { bucket: { name: ['central-logs'] } } },
    });
    expect(asText(resource(template, 'AWS::Events::EventBusPolicy', 'AlbLogs').Properties)).toMatchObject({
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:${AWS::Partition}:iam::210987654321:root' },
        Action: 'events:PutEvents',
        Resource: 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default',
        Condition: {
          'ForAllValues:StringEquals': { 'events:source': 'aws.s3', 'events:detail-type': 'Object Created' },
        },
      },
    });
  });

  test('is announced by its topic, for objects under the prefix as S3 writes it', () => {
    const template = synth({ ...central, albLogPrefix: 'a team=web/(prod)', albLogTopicArn: TOPIC });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    template.resourceCountIs('AWS::Events::Rule', 0);
    expect(asText(resource(template, 'AWS::SNS::Subscription', 'AlbLogs').Properties)).toMatchObject({
      Protocol: 'sqs',
      TopicArn: TOPIC,
      Endpoint: '${AlbLogsForwarderQueue.Arn}',
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: { Records: { s3: { object: { key: [{ prefix: 'a+team%3Dweb/%28prod%29/' }] } } } },
      RedrivePolicy: { deadLetterTargetArn: '${AlbLogsForwarderDeadLetterQueue.Arn}' },
    });
    expect(
      asText(resource(template, 'AWS::SQS::QueuePolicy', 'AlbLogsForwarderQueue').Properties),
    ).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
          }),
        ]),
      },
    });
  });

  test('is read with its key, through S3 only', () => {
    const template = synth({ ...central, albLogSource: 'eventbridge' });
    const { PolicyDocument } = resource(template, 'AWS::IAM::Policy', 'AlbLogsForwarderRole').Properties;
    expect(asText(PolicyDocument)).toMatchObject({
      Statement: expect.arrayContaining([
        {
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: KEY,
          Condition: { StringEquals: { 'kms:ViaService': 's3.${AWS::Region}.${AWS::URLSuffix}' } },
        },
      ]),
    });
  });
});
