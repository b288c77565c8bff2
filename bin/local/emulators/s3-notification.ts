/** An object as S3's notification names it. */
export interface NotifiedObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/**
 * The event that S3 sends for a created object: the key is URL-encoded with `+` for a space, the ETag without quotes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
 */
export const s3Notification = ({ bucket, key, size, etag }: NotifiedObject) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventName: 'ObjectCreated:Put',
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: { key: encodeKey(key), size, eTag: etag.replaceAll('"', ''), sequencer: '0' },
      },
    },
  ],
});

/** An event as Lambda's event source makes it of messages of one queue, each received for the first time. */
export const sqsEvent = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body,
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:local',
    awsRegion: 'us-east-1',
  })),
});

const encodeKey = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
