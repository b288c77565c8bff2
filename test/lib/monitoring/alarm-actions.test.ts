import { describe, expect, it } from 'vitest';
import { asText, resource, synth } from '../../support/harness/synth.ts';

const alarms = (context?: object) =>
  Object.values(synth({ ...context }).findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => asText(Properties) as { AlarmActions?: unknown; OKActions?: unknown },
  );

describe('alarms', () => {
  it('tell nobody by default', () => {
    for (const alarm of alarms()) expect(alarm).not.toHaveProperty('AlarmActions');
  });

  it('tell the topic of the settings when they begin and when they end', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
    for (const alarm of alarms({ alarmTopicArn })) {
      expect(alarm).toMatchObject({ AlarmActions: [alarmTopicArn], OKActions: [alarmTopicArn] });
    }
  });

  it('are mailed through a topic of their own, which lets only them in, over TLS', () => {
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
