import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface DeadLetter {
  /** `error.type`, or `moved by SQS`. */
  readonly type: string;
  readonly reason?: string | undefined;
}

/** What a message is that SQS moved: nobody could say why. */
const MOVED = 'moved by SQS';

/** The first messages of a dead-letter queue. They stay, and whoever asks next gets them too. */
export const peek = async (sqs: SQSClient, QueueUrl: string): Promise<readonly DeadLetter[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      VisibilityTimeout: 0,
      MaxNumberOfMessages: 10,
      // Long polling asks all of SQS's servers.
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ MessageAttributes = {} }) => ({
    type: MessageAttributes['error.type']?.StringValue ?? MOVED,
    reason: MessageAttributes['error.message']?.StringValue,
  }));
};

/** What to do about dead letters of a type. */
export const remedyFor = (type: string, functionName: string): string =>
  `${type}: ${REMEDIES[type] ?? `the reason, or else the log of ${functionName}, says what to mend`}`;

const REMEDIES: Readonly<Record<string, string>> = {
  object_gone: 'the object was deleted too early; delete the message unless it comes back',
  access_denied: "the function may not read the object: see the bucket's policy and its encryption key",
  corrupt_gzip: 'what came before the fault was sent; replace the object',
  wrong_format: 'the prefix holds something else: set the metric stream to json, and delete the message',
  unreadable_message: 'somebody sent the queue something unknown; delete the message',
  [MOVED]: 'the function crashed or ran out of time on it every time; its log says where',
};
