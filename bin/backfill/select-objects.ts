import type { ListedObject, Objects } from '../../lambdas/aws/objects.ts';

export interface Selection {
  readonly bucket: string;
  readonly prefix: string;
  /** The part of a key before its date folders. */
  readonly beforeDate: RegExp;
  /** First and last date, as keys spell it: `yyyy/mm/dd`, or with `/hh`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only keys after this one. */
  readonly startAfter?: string | undefined;
}

/**
 * Date folders are the hour at which Firehose wrote
 * (https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html), or the day on which AWS delivered a log
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format,
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html).
 */
export const BEFORE_DATE = {
  metrics: /^metrics\//,
  logs: /^(?:.*\/)?(?:elasticloadbalancing|vpcflowlogs)\/[a-z0-9-]+\//,
} as const;

const DATE = /^\d{4}\/\d\d\/\d\d(?:\/\d\d)?(?=\/)/;

/**
 * The objects of the selection, in the order of their keys. If the prefix reaches to the date folders, only the days
 * asked for are listed; else every key under the prefix is (a year of metric objects is 525 calls, a third of a cent).
 */
export async function* selectObjects(
  { list }: Pick<Objects, 'list'>,
  { bucket, prefix, beforeDate, from, to, startAfter }: Selection,
): AsyncGenerator<ListedObject> {
  const folder = beforeDate.exec(prefix)?.[0];
  const beforeFirst = folder === undefined || from === undefined ? undefined : folder + from;
  for await (const object of list(bucket, prefix, later(startAfter, beforeFirst))) {
    const date = dateOf(object.key, beforeDate);
    if (to !== undefined && date !== undefined && isBefore(to, date)) {
      if (folder !== undefined) return;
      continue;
    }
    if (
      date === undefined ? from !== undefined || to !== undefined : from !== undefined && isBefore(date, from)
    )
      continue;
    yield object;
  }
}

const dateOf = (key: string, beforeDate: RegExp): string | undefined => {
  const folder = beforeDate.exec(key)?.[0];
  return folder === undefined ? undefined : DATE.exec(key.slice(folder.length))?.[0];
};

/** The later of two keys, by their UTF-8 bytes, as S3 orders them. */
const later = (one: string | undefined, other: string | undefined): string | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0 ? one : other;
};

/** Whether one date ends before the other begins; one may have the hour and the other not. */
export const isBefore = (one: string, other: string): boolean => {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length) < other.slice(0, length);
};
