import { parseWorkItem, type WorkItem, serializeWorkItem } from './work-item.ts';

/** An object that an event names: the work, and what else the event knows of it. */
export interface ObjectEvent {
  readonly work: WorkItem;
  /** Bytes. */
  readonly size?: number | undefined;
  /** When S3 saw it, in milliseconds since the epoch. */
  readonly timeMs?: number | undefined;
}

/** One message of an event: its objects are received and retried together. */
export interface Message {
  /** Absent where the function was not invoked by SQS. */
  readonly sqs?: { readonly id: string; readonly receiptHandle: string } | undefined;
  readonly receives: number;
  readonly sentMs?: number | undefined;
  readonly objects: readonly ObjectEvent[];
  readonly unreadable: readonly Unreadable[];
}

/** A message, or one of its records, that names no object. */
export interface Unreadable {
  /** As it can be sent again. */
  readonly body: string;
  readonly reason: string;
}

/** A listing that is requested by hand. */
export interface ListRequest {
  readonly bucket?: string | undefined;
  readonly prefix: string;
  readonly dryRun: boolean;
  /** Where an earlier listing stopped. */
  readonly startAfter?: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The listing that a manual event asks for, if it is one.
 * @throws Error if a member is of another type: a dry run that is not one would forward everything
 */
export const listingOf = (event: unknown): ListRequest | undefined => {
  if (!isObject(event) || typeof event['prefix'] !== 'string') return undefined;
  const { bucket, prefix, dryRun = false, startAfter } = event;
  if (typeof dryRun !== 'boolean') throw new Error(`dryRun is ${excerpt(dryRun)}; it must be true or false`);
  for (const [name, value] of Object.entries({ bucket, startAfter })) {
    if (value !== undefined && typeof value !== 'string')
      throw new Error(`${name} is ${excerpt(value)}; it must be text`);
  }
  return { bucket: text(bucket), prefix, dryRun, startAfter: text(startAfter) };
};

/**
 * The messages of an event, of every shape that a user can wire up.
 * @throws Error if the event is not from SQS and holds nothing known
 */
export const messagesOf = (event: unknown): readonly Message[] => {
  const records = isObject(event) && Array.isArray(event['Records']) ? event['Records'].filter(isObject) : [];
  const sqs = records.filter((record) => record['eventSource'] === 'aws:sqs');
  if (sqs.length > 0) return sqs.map(sqsMessage);
  const { objects, unreadable } = divided(found(event));
  if (objects.length === 0 && unreadable[0] !== undefined) throw new Error(unreadable[0].reason);
  return [{ receives: 1, objects, unreadable }];
};

const sqsMessage = (record: Json): Message => {
  const body = text(record['body']) ?? '';
  const attributes = objectOf(record['attributes']);
  return {
    sqs: { id: text(record['messageId']) ?? '', receiptHandle: text(record['receiptHandle']) ?? '' },
    receives: Number(attributes['ApproximateReceiveCount'] ?? 1),
    sentMs: attributes['SentTimestamp'] === undefined ? undefined : Number(attributes['SentTimestamp']),
    ...divided(
      body.trim() === '' ? ignored('empty body') : orUnreadable(body, () => found(JSON.parse(body))),
    ),
  };
};

type Found = ObjectEvent | Unreadable;

/** An object that is named twice in one message is forwarded once. */
const divided = (all: readonly Found[]): Pick<Message, 'objects' | 'unreadable'> => {
  const objects = all.filter((one) => 'work' in one);
  return {
    objects: [...new Map(objects.map((object) => [serializeWorkItem(object.work), object])).values()],
    unreadable: all.filter((one) => 'reason' in one),
  };
};

const orUnreadable = (body: string, find: () => readonly Found[]): readonly Found[] => {
  try {
    return find();
  } catch (error) {
    return [{ body, reason: error instanceof Error ? error.message : String(error) }];
  }
};

/** The objects named by anything that is not SQS: a notification, its envelope, or a work item. */
const found = (value: unknown): readonly Found[] => {
  if (!isObject(value)) throw unknown(value);
  const work = parseWorkItem(value);
  if (work !== undefined) return [{ work }];
  if (value['Event'] === 's3:TestEvent') return ignored('s3:TestEvent');
  if (Array.isArray(value['Records'])) {
    // One record that cannot be read does not keep the others from being forwarded.
    return value['Records'].flatMap((record: unknown) =>
      orUnreadable(JSON.stringify({ Records: [record] }), () => foundInRecord(record)),
    );
  }
  if (value['Type'] === 'Notification' && typeof value['Message'] === 'string')
    return found(JSON.parse(value['Message']));
  if (value['source'] === 'aws.s3') return foundInEventBridge(value);
  throw unknown(value);
};

const unknown = (value: unknown): Error =>
  new Error(`unknown event: ${excerpt(value)}; it must be an S3 notification or a work item`);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const foundInRecord = (record: unknown): readonly Found[] => {
  const { Sns: sns, s3, eventName, eventTime } = objectOf(record);
  if (isObject(sns)) return found(JSON.parse(String(sns['Message'])));
  const bucket = text(objectOf(objectOf(s3)['bucket'])['name']);
  const { key: urlEncoded, versionId, eTag, size } = objectOf(objectOf(s3)['object']);
  const key = text(urlEncoded);
  if (bucket === undefined || key === undefined) {
    throw new Error(
      `unknown record: ${excerpt(record)}; it must be of an S3 notification, with bucket and key`,
    );
  }
  const name = text(eventName) ?? 'ObjectCreated';
  if (!/^(?:s3:)?ObjectCreated/.test(name)) return ignored(name);
  return [named(bucket, decodeKey(key), versionId, eTag, size, eventTime)];
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const foundInEventBridge = (event: Json): readonly ObjectEvent[] => {
  if (event['detail-type'] !== 'Object Created') return ignored(String(event['detail-type']));
  const detail = objectOf(event['detail']);
  const bucket = text(objectOf(detail['bucket'])['name']);
  const object = objectOf(detail['object']);
  const key = text(object['key']);
  if (bucket === undefined || key === undefined)
    throw new Error(`EventBridge event without bucket or key: ${excerpt(event)}`);
  return [named(bucket, key, object['version-id'], object['etag'], object['size'], event['time'])];
};

const decodeKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new Error(`key ${excerpt(key)} cannot be decoded; it must be URL-encoded UTF-8`);
  }
};

const named = (
  bucket: string,
  key: string,
  versionId: unknown,
  etag: unknown,
  size: unknown,
  time: unknown,
): ObjectEvent => {
  const timeMs = Date.parse(text(time) ?? '');
  return {
    work: { bucket, key, versionId: text(versionId), etag: text(etag) },
    size: typeof size === 'number' ? size : undefined,
    timeMs: Number.isNaN(timeMs) ? undefined : timeMs,
  };
};

const ignored = (what: string): readonly ObjectEvent[] => {
  console.info({ message: 'ignored', what });
  return [];
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The object, or an empty one: a member of it is then undefined. */
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const excerpt = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 200);
