import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

export interface FoundObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly etag?: string | undefined;
}

export interface Walk {
  readonly bucket: string;
  readonly prefix: string;
  /** Where in a key its date is: the first group, as far down as the key goes. */
  readonly layout: RegExp;
  /** First and last date, as keys spell it: `yyyy/mm/dd`, or with `/hh`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only keys after this one. */
  readonly startAfter?: string | undefined;
}

/**
 * Date folders are the hour at which Firehose wrote
 * (https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html), or the day on which a load balancer did
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format).
 */
export const LAYOUTS = {
  metrics: /^metrics\/(\d{4}(?:\/\d\d){0,3})\//,
  albLogs: /(?:^|\/)elasticloadbalancing\/[a-z0-9-]+\/(\d{4}(?:\/\d\d){0,2})\//,
} as const;

/**
 * The objects under a prefix in the order of their keys, which is that of their UTF-8 bytes. It goes down folder by
 * folder and leaves out those whose date lies outside the range, so that a year of logs is not listed for a day of them.
 */
export async function* walk(client: S3Client, within: Walk): AsyncGenerator<FoundObject> {
  const { bucket, prefix, startAfter } = within;
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: token }),
    );
    const folders = (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => ({
      key: Prefix,
      object: undefined,
    }));
    const objects = (page.Contents ?? []).map(({ Key: key = '', Size: size = 0, ETag }) => ({
      key,
      object: { key, size, etag: ETag?.replaceAll('"', '') },
    }));
    for (const { key, object } of [...folders, ...objects].toSorted((a, b) => byteOrder(a.key, b.key))) {
      if (!isInRange(key, within) || isDone(key, object === undefined, startAfter)) continue;
      if (object === undefined) yield* walk(client, { ...within, prefix: key });
      else yield object;
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Whether an object, or all that a folder can hold, comes no later than `startAfter`. */
const isDone = (key: string, isFolder: boolean, startAfter: string | undefined): boolean =>
  startAfter !== undefined && byteOrder(key, startAfter) <= 0 && !(isFolder && startAfter.startsWith(key));

/** Whether what lies under a key, or the key itself, may be of the range; what has no date is. */
const isInRange = (key: string, { layout, from, to }: Walk): boolean => {
  const date = layout.exec(key)?.[1];
  if (date === undefined) return true;
  return !(from !== undefined && isBefore(date, from)) && !(to !== undefined && isBefore(to, date));
};

/** Whether one date ends before the other begins; a folder's may be a year or a month. */
export const isBefore = (one: string, other: string): boolean => {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length) < other.slice(0, length);
};
