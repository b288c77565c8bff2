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
  /** First and last date, as keys spell it: `yyyy/mm/dd`, or with `/hh`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only keys after this one. */
  readonly startAfter?: string | undefined;
}

/**
 * The objects under a prefix in the order of their keys. It goes down folder by folder and leaves out those whose
 * date lies outside the range, as far as their name tells, so that a year of logs is not listed for a day of them.
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
      folder: true as const,
    }));
    const objects = (page.Contents ?? []).map(({ Key = '', Size = 0, ETag }) => ({
      key: Key,
      size: Size,
      etag: ETag?.replaceAll('"', ''),
      folder: false as const,
    }));
    for (const { folder, ...found } of [...folders, ...objects].toSorted((a, b) =>
      a.key < b.key ? -1 : 1,
    )) {
      if (!isInRange(found.key, within)) continue;
      if (folder) {
        if (startAfter !== undefined && found.key < startAfter && !startAfter.startsWith(found.key)) continue;
        yield* walk(client, { ...within, prefix: found.key });
      } else if (startAfter === undefined || found.key > startAfter) yield found as FoundObject;
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** `…/yyyy/mm/dd/hh/…`, as far as the key goes. */
const DATE = /(?:^|\/)(\d{4}(?:\/\d\d(?:\/\d\d(?:\/\d\d)?)?)?)\//;

/** Whether what lies under a key, or the key itself, may be of the range; what has no date is. */
const isInRange = (key: string, { from, to }: Walk): boolean => {
  const date = DATE.exec(key)?.[1];
  if (date === undefined) return true;
  const isBefore = (one: string, other: string): boolean => {
    const length = Math.min(one.length, other.length);
    return one.slice(0, length) < other.slice(0, length);
  };
  return !(from !== undefined && isBefore(date, from)) && !(to !== undefined && isBefore(to, date));
};
