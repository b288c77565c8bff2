import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { asText, createStack, resource, synth } from '../../support/harness/synth.ts';

const alarms = (context?: object) =>
  Object.values(synth({ ...context }).findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => asText(Properties) as { AlarmActions?: unknown; OKActions?: unknown },
  );

describe('alarms', () => {
  test('notify no one by default, and synth warns of it', () => {
    for (const alarm of alarms()) expect(alarm).not.toHaveProperty('AlarmActions');
    const warning = Match.stringLikeRegexp('alarmEmail or alarmTopicArn');
    Annotations.fromStack(createStack()).hasWarning('/Stack', warning);
    Annotations.fromStack(createStack({ alarmEmail: 'ops@example.com' })).hasNoWarning('/Stack', warning);
  });

  test('tell the topic of the settings when they begin and when they end', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
    for (const alarm of alarms({ alarmTopicArn })) {
      expect(alarm).toMatchObject({ AlarmActions: [alarmTopicArn], OKActions: [alarmTopicArn] });
    }
  });

  test('are mailed through a topic of their own, which lets only them in, over TLS', () => {
    const alarmEmail = 'ops@example.com';
    for (const alarm of alarms({ alarmEmail })) {
      expect(alarm).toMatchObject({
        AlarmActions: ['${AlarmEmailTopic}'],
        OKActions: ['${AlarmEmailTopic}'],
      });
    }
    const template = synth({ alarmEmail });
    expect(resource(template, 'AWS::SNS::Subscription', 'AlarmEmailTopic').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: alarmEmail,
    });
    const { PolicyDocument } = resource(template, 'AWS::SNS::TopicPolicy', 'AlarmEmailTopic').Properties;
    expect(asText(PolicyDocument)).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
        {
          Sid: '1',
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Resource: '${AlarmEmailTopic}',
          Condition: { StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' } },
        },
      ]),
    });
  });
});
