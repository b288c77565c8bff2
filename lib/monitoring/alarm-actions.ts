import { Annotations, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { StackSettings } from '../settings.ts';

/** Sends each alarm, and its end, to the topic and the address of the settings. */
export const notifyOnAlarm = (
  scope: Construct,
  alarms: readonly cloudwatch.Alarm[],
  settings: StackSettings,
): void => {
  const { alarmTopicArn, alarmEmail } = settings;
  const topics = [
    ...(alarmTopicArn ? [sns.Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn)] : []),
    ...(alarmEmail ? [createEmailTopic(scope, alarmEmail)] : []),
  ];
  if (topics.length === 0) {
    Annotations.of(scope).addWarningV2(
      'scout-forwarder:alarmsReachNoOne',
      'No alarm notifies anyone. Set alarmEmail or alarmTopicArn.',
    );
  }
  for (const action of topics.map((topic) => new SnsAction(topic))) {
    for (const alarm of alarms) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
};

const createEmailTopic = (scope: Construct, address: string): sns.Topic => {
  const topic = new sns.Topic(scope, 'AlarmEmailTopic', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(address));
  // A topic with a policy of its own has lost the one that let the account's alarms in.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return topic;
};
