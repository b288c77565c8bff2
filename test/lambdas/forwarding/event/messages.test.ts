import { beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { listingOf, messagesOf, type ObjectEvent } from '../../../../lambdas/forwarding/event/messages.ts';
import { sqsEvent } from '../../../../bin/local/emulators/s3-notification.ts';

let info: MockInstance<typeof console.info>;
beforeEach(() => {
  info = vi.spyOn(console, 'info').mockImplementation(() => undefined);
});

/** The objects of all messages of an event. */
const named = (event: unknown): readonly ObjectEvent[] => messagesOf(event).flatMap(({ objects }) => objects);
const inSqs = (body: unknown) => sqsEvent(typeof body === 'string' ? body : JSON.stringify(body));

const record = (key: string, more: object = {}, eventName = 'ObjectCreated:Put') => ({
  eventSource: 'aws:s3',
  eventName,
  eventTime: '2026-01-02T03:04:05.678Z',
  s3: { bucket: { name: 'b' }, object: { key, size: 12, eTag: 'e1', sequencer: '0', ...more } },
});
const notification = (...keys: readonly string[]) => ({ Records: keys.map((key) => record(key)) });
const inSns = (message: unknown) => ({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:topic',
  Subject: 'Amazon S3 Notification',
  Message: JSON.stringify(message),
});
const fromSns = (message: unknown) => ({
  Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: inSns(message) }],
});
const eventBridge = (key: string, detailType = 'Object Created') => ({
  version: '0',
  source: 'aws.s3',
  'detail-type': detailType,
  time: '2026-01-02T03:04:05Z',
  detail: { bucket: { name: 'b' }, object: { key, size: 12, etag: 'e1', 'version-id': 'v1' } },
});

const NAMED = {
  work: { bucket: 'b', key: 'a/k', versionId: undefined, etag: 'e1' },
  size: 12,
  timeMs: Date.parse('2026-01-02T03:04:05.678Z'),
};
const FROM_EVENTBRIDGE = {
  work: { ...NAMED.work, versionId: 'v1' },
  size: 12,
  timeMs: Date.parse('2026-01-02T03:04:05Z'),
};

describe('an object is found in', () => {
  test.each<[string, unknown, object]>([
    ['an SQS message that holds an S3 notification', inSqs(notification('a/k')), NAMED],
    ['… that holds an SNS envelope of it', inSqs(inSns(notification('a/k'))), NAMED],
    ['… that holds an EventBridge event', inSqs(eventBridge('a/k')), FROM_EVENTBRIDGE],
    ['… that holds an SNS envelope of that', inSqs(inSns(eventBridge('a/k'))), FROM_EVENTBRIDGE],
    ['a direct S3 notification', notification('a/k'), NAMED],
    ['a direct SNS event', fromSns(notification('a/k')), NAMED],
    ['a direct EventBridge event', eventBridge('a/k'), FROM_EVENTBRIDGE],
  ])('%s', (_where, event, expected) => {
    expect(named(event)).toEqual([expected]);
  });

  test.each(['ObjectCreated:Put', 'ObjectCreated:CompleteMultipartUpload', 's3:ObjectCreated:Copy'])(
    'a notification of %s',
    (eventName) => {
      expect(named({ Records: [record('a/k', {}, eventName)] })).toEqual([NAMED]);
    },
  );

  test('a notification with a version, or without what is optional', () => {
    expect(named({ Records: [record('k', { versionId: 'v' })] })[0]?.work.versionId).toBe('v');
    const bare = { Records: [{ s3: { bucket: { name: 'b' }, object: { key: 'k' } } }] };
    expect(named(bare)).toEqual([
      {
        work: { bucket: 'b', key: 'k', versionId: undefined, etag: undefined },
        size: undefined,
        timeMs: undefined,
      },
    ]);
  });
});

describe('every record of an event counts', () => {
  const KEYS = ['one', 'two', 'three'];
  test.each<[string, unknown, number]>([
    ['a direct notification', notification(...KEYS), 1],
    ['one message', inSqs(notification(...KEYS)), 1],
    ['a message each', sqsEvent(...KEYS.map((key) => JSON.stringify(notification(key)))), 3],
    ['SNS records', { Records: KEYS.flatMap((key) => fromSns(notification(key)).Records) }, 1],
  ])('%s', (_how, event, messages) => {
    expect(named(event).map(({ work }) => work.key)).toEqual(KEYS);
    expect(messagesOf(event)).toHaveLength(messages);
  });

  test('but what is named twice in one message counts once', () => {
    expect(named(inSqs(notification('k', 'k', 'other', 'k'))).map(({ work }) => work.key)).toEqual([
      'k',
      'other',
    ]);
    const overwritten = { Records: [record('k'), record('k', { eTag: 'e2' })] };
    expect(named(overwritten).map(({ work }) => work.etag)).toEqual(['e1', 'e2']);
  });
});

describe('keys', () => {
  test.each([
    ['a+key', 'a key'],
    ['a%2Bkey', 'a+key'],
    ['100%25', '100%'],
    ['caf%C3%A9/%E6%97%A5%E6%9C%AC', 'café/日本'],
    ['%F0%9F%8D%8A', '🍊'],
    ['a%2Fb%3Dc%26d', 'a/b=c&d'],
    ['plain/key_1.log.gz', 'plain/key_1.log.gz'],
  ])('of a notification are URL-encoded: %s', (encoded, key) => {
    expect(named(notification(encoded))[0]?.work.key).toBe(key);
  });

  test.each(['a key', 'a+key', '100%', '100%25', 'café'])('of EventBridge are plain: %s', (key) => {
    expect(named(inSqs(eventBridge(key)))[0]?.work.key).toBe(key);
  });
});

describe('work items of the forwarder', () => {
  test.each<[string, object]>([
    ['a whole object', { bucket: 'b', key: 'a+b%20c' }],
    [
      'a range of one',
      { bucket: 'b', key: 'k', versionId: 'v', etag: 'e', fromLine: 3, toLine: 3, attempt: 2 },
    ],
    ['an open range', { bucket: 'b', key: 'k', fromLine: 3 }],
    ['a first attempt', { bucket: 'b', key: 'k', attempt: 0 }],
    ['a backfill', { bucket: 'b', key: 'k', backfill: true }],
  ])('%s', (_what, item) => {
    expect(named(inSqs(item))).toEqual([{ work: item }]);
    expect(named(item)).toEqual([{ work: item }]);
  });

  test.each<[string, object]>([
    ['without a bucket', { key: 'k' }],
    ['with an empty key', { bucket: 'b', key: '' }],
    ['with a line that is no number', { bucket: 'b', key: 'k', fromLine: '3' }],
    ['with a line 0', { bucket: 'b', key: 'k', fromLine: 0 }],
    ['with half a line', { bucket: 'b', key: 'k', toLine: 1.5 }],
    ['that ends before it begins', { bucket: 'b', key: 'k', fromLine: 5, toLine: 4 }],
    ['with an etag that is no text', { bucket: 'b', key: 'k', etag: 7 }],
    ['with an attempt below 0', { bucket: 'b', key: 'k', attempt: -1 }],
    ['with an attempt that is no number', { bucket: 'b', key: 'k', attempt: '2' }],
  ])('an item %s cannot be read', (_what, item) => {
    const [message] = messagesOf(inSqs(item));
    expect(message).toMatchObject({
      objects: [],
      unreadable: [{ reason: expect.stringContaining('unknown event: {') }],
    });
    expect(() => messagesOf(item)).toThrow('unknown event: {');
  });
});

describe('ignored, with a log line', () => {
  test.each<[string, unknown, string]>([
    ["S3's test event", inSqs({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }), 's3:TestEvent'],
    ['… through SNS', inSqs(inSns({ Service: 'Amazon S3', Event: 's3:TestEvent' })), 's3:TestEvent'],
    ['… sent directly', { Service: 'Amazon S3', Event: 's3:TestEvent' }, 's3:TestEvent'],
    ['an empty body', inSqs(''), 'empty body'],
    ['a blank body', inSqs(' \n'), 'empty body'],
    ['a delete', inSqs({ Records: [record('k', {}, 'ObjectRemoved:Delete')] }), 'ObjectRemoved:Delete'],
    [
      'an event whose name only holds it',
      { Records: [record('k', {}, 'NoObjectCreated:Put')] },
      'NoObjectCreated:Put',
    ],
    ['an expiry', { Records: [record('k', {}, 'LifecycleExpiration:Delete')] }, 'LifecycleExpiration:Delete'],
    ['a delete from EventBridge', eventBridge('k', 'Object Deleted'), 'Object Deleted'],
  ])('%s', (_what, event, what) => {
    expect(messagesOf(event)).toMatchObject([{ objects: [] }]);
    expect(messagesOf(event)[0]?.unreadable).toEqual([]);
    expect(info).toHaveBeenCalledWith({ message: 'ignored', what });
  });

  test('a delete beside a creation takes nothing from it', () => {
    const event = { Records: [record('gone', {}, 'ObjectRemoved:Delete'), record('a/k')] };
    expect(named(inSqs(event))).toEqual([NAMED]);
  });
});

describe('an unreadable record', () => {
  test.each<[string, unknown, RegExp]>([
    ['no JSON', 'hello', /JSON/],
    ['cut off', '{"Records":[', /JSON/],
    ['a number', '5', /^unknown event: 5; it must be an S3 notification or a work item$/],
    ['null', 'null', /^unknown event: null/],
    ['an empty object', {}, /^unknown event: \{\}/],
    [
      'a record without a key',
      { Records: [{ s3: { bucket: { name: 'b' } } }] },
      /^unknown record: .*bucket and key$/,
    ],
    ['a record without a bucket', { Records: [{ s3: { object: { key: 'k' } } }] }, /^unknown record: /],
    ['a record with an empty key', notification(''), /^unknown record: /],
    [
      'a record with a key that is no text',
      { Records: [{ s3: { bucket: { name: 'b' }, object: { key: 5 } } }] },
      /^unknown record: /,
    ],
    ["another service's record", { Records: [{ eventName: 'INSERT', dynamodb: {} }] }, /^unknown record: /],
    [
      'an EventBridge event without a key',
      { ...eventBridge('k'), detail: { bucket: { name: 'b' } } },
      /^EventBridge event without bucket/,
    ],
    [
      '… without a bucket',
      { ...eventBridge('k'), detail: { object: { key: 'k' } } },
      /^EventBridge event without bucket/,
    ],
    ['a key that is not URL-encoded', notification('100%'), /^key "100%" cannot be decoded/],
    ['a key that is not UTF-8', notification('%E9'), /^key "%E9" cannot be decoded/],
    ['an envelope of nothing', inSns('hello'), /^unknown event: "hello"/],
    ['an envelope without a message', { Type: 'Notification' }, /^unknown event: \{"Type":"Notification"\}/],
    [
      'a message of SNS itself',
      { Type: 'SubscriptionConfirmation', Message: 'To confirm the subscription, …' },
      /^unknown event: \{"Type":"SubscriptionConfirmation"/,
    ],
    ['a long event, of which the reason has the start', { x: 'y'.repeat(999) }, /^unknown event: .{200}; it/],
  ])('%s', (_what, body, reason) => {
    const [message] = messagesOf(inSqs(body));
    expect(message?.unreadable).toMatchObject([{ reason: expect.stringMatching(reason) }]);
    expect(message?.objects).toEqual([]);
  });

  test('takes no other message with it', () => {
    const messages = messagesOf(sqsEvent('hello', JSON.stringify(notification('k'))));
    expect(messages.map(({ objects }) => objects.length)).toEqual([0, 1]);
  });

  test('and did not come from SQS fails the invocation', () => {
    for (const event of [{}, 'hello', undefined, { Records: [{ kinesis: {} }] }, { Records: [null] }])
      expect(() => messagesOf(event)).toThrow(/^unknown (?:event|record): /);
  });
});

test('a message knows how often it was received, and since when it waits', () => {
  const event = sqsEvent('');
  Object.assign(event.Records[0]?.attributes ?? {}, {
    ApproximateReceiveCount: '7',
    SentTimestamp: '1767225600000',
  });
  expect(messagesOf(event)[0]).toMatchObject({
    receives: 7,
    sentMs: 1_767_225_600_000,
    sqs: { id: 'message-0', receiptHandle: 'receipt-0' },
  });
});

test.each<[string, unknown, object | undefined]>([
  [
    'a prefix',
    { prefix: 'alb/' },
    { prefix: 'alb/', bucket: undefined, dryRun: false, startAfter: undefined },
  ],
  ['every prefix', { prefix: '' }, { prefix: '', bucket: undefined, dryRun: false, startAfter: undefined }],
  [
    'all that can be said',
    { bucket: 'b', prefix: 'p', dryRun: true, startAfter: 'p/5' },
    { bucket: 'b', prefix: 'p', dryRun: true, startAfter: 'p/5' },
  ],
  ['anything but a prefix', { bucket: 'b', key: 'k' }, undefined],
  ['a prefix that is no text', { prefix: 5 }, undefined],
  ['nothing', undefined, undefined],
])('a listing by hand: %s', (_what, event, expected) => {
  expect(listingOf(event)).toEqual(expected);
});

test.each([
  [{ dryRun: 'true' }, 'dryRun is "true"; it must be true or false'],
  [{ bucket: ['b'] }, 'bucket is ["b"]; it must be text'],
  [{ startAfter: 5 }, 'startAfter is 5; it must be text'],
])('a listing by hand with a wrong member is refused: %j', (members, message) => {
  expect(() => listingOf({ prefix: 'alb/', ...members })).toThrow(message);
});
