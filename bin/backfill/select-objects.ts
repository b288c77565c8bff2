import type { ListedObject, Objects } from '../../lambdas/aws/objects.ts';

export interface Selection {
  readonly bucket: string;
  readonly prefix: string;
  /** First and last date, as `yyyy/mm/dd`, or with `/hh`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only keys after this one. */
  readonly startAfter?: string | undefined;
}

/**
 * The date folders of a key: the hour at which Firehose wrote
 * (https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html), or the day or hour of a log, in AWS's own
 * layout or in Hive's
 * (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html). The last date counts: a
 * prefix of the user's may hold another.
 */
const DATE = /^.*\/(?:year=)?(\d{4})\/(?:month=)?(\d\d)\/(?:day=)?(\d\d)(?:\/(?:hour=)?(\d\d))?(?=\/)/;

/** Folders that hold nothing but date folders, so that keys in them are in the order of their dates. */
const BEFORE_DATE = /^(?:metrics\/|(?:.*\/)?(?:elasticloadbalancing|vpcflowlogs)\/[a-z0-9-]+\/)/;

/**
 * The objects of the selection, in the order of their keys. If the prefix reaches to the date folders, only the days
 * asked for are listed; else every key under the prefix is (a year of metric objects is 525 calls, a third of a cent).
 */
export async function* selectObjects(
  { list }: Pick<Objects, 'list'>,
  { bucket, prefix, from, to, startAfter }: Selection,
): AsyncGenerator<ListedObject> {
  const folder = BEFORE_DATE.exec(prefix)?.[0];
  const beforeFirst = folder === undefined || from === undefined ? undefined : folder + from;
  for await (const object of list(bucket, prefix, later(startAfter, beforeFirst))) {
    const date = dateOf(object.key);
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

const dateOf = (key: string): string | undefined =>
  DATE.exec(`/${key}`)
    ?.slice(1)
    .filter((part) => part !== undefined)
    .join('/');

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
