import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Messages of a queue, as SQS counts them: approximately, and a while late. */
export interface QueueDepth {
  /** To be received now. */
  readonly visible: number;
  /** Received, and neither deleted nor visible again. */
  readonly received: number;
  readonly delayed: number;
  readonly total: number;
}

export const queueDepth = async (sqs: SQSClient, queueUrl: string): Promise<QueueDepth> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  const visible = Number(Attributes['ApproximateNumberOfMessages'] ?? 0);
  const received = Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0);
  const delayed = Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0);
  return { visible, received, delayed, total: visible + received + delayed };
};
