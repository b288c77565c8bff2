import type { AwsSource } from '../otlp/resource.ts';
import type { LogSchema } from './schema.ts';

/** One of AWS's logs: how its objects are named and read, and how AWS turns it on. A row of log-kinds.ts. */
export interface LogKind {
  /** `service.name`, unless a setting gives another. */
  readonly serviceName: string;
  /**
   * Name of its objects, without their folder. Its groups are facts: `account`, `region`, and what `resourceId` needs.
   * A name without them may still belong to the kind.
   */
  readonly objectName: RegExp;
  /**
   * ARN of the resource that writes the log, from the groups of `objectName`; for an object under another name from
   * `account` and `region`, which its folders name, and `resource`, which its lines name.
   */
  readonly resourceId: (groups: NameGroups) => string;
  readonly schema: LogSchema;
  readonly delivery: LogDelivery;
}

/** Log kinds by their name, as `LOG_KINDS` has it. */
export type LogKinds = Readonly<Record<string, LogKind>>;

export type NameGroups = Readonly<Record<string, string | undefined>>;

/** How AWS delivers a log into a bucket. */
export interface LogDelivery {
  /** Folder below `logs/`. */
  readonly folder: string;
  /** Service that writes the objects. */
  readonly principal: 'logdelivery.elasticloadbalancing.amazonaws.com' | 'delivery.logs.amazonaws.com';
  /** Whether CloudWatch Logs can deliver it too, into the same folder. */
  readonly vended?: true;
  /** Name of the stack's output that holds the command. */
  readonly output: `TurnOn${string}`;
  /** The AWS CLI command that turns the log on; the user replaces the word in capitals. */
  readonly turnOn: (target: DeliveryTarget) => string;
  /** Where attributes of a load balancer turn it on: of which type it is, and how their names begin. */
  readonly loadBalancer?: { readonly type: 'app' | 'net'; readonly attributes: LoadBalancerLog };
}

/** Where a log is delivered to. */
export interface DeliveryTarget {
  readonly bucketName: string;
  /** Of the bucket's ARN. */
  readonly partition: string;
  /** Without `/` at its end. */
  readonly prefix: string;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html */
export type LoadBalancerLog = 'access_logs' | 'connection_logs' | 'health_check_logs';

/**
 * Account, region and resource that a key names. Under a name that AWS does not give, these are what the folders name.
 * @param resource the text of the schema's field `resource` in a line of the object
 */
export const sourceOf = ({ objectName, resourceId }: LogKind, key: string, resource = ''): AwsSource => {
  const groups = objectName.exec(nameOf(key))?.groups ?? {};
  const { account, region } = groups;
  if (account !== undefined) return { account, region, resourceId: resourceId(groups) };
  const folders: NameGroups = { ...ACCOUNT_FOLDER.exec(key)?.groups, ...REGION_FOLDER.exec(key)?.groups };
  const isKnown =
    folders['account'] !== undefined && folders['region'] !== undefined && !['', '-'].includes(resource);
  return { ...folders, ...(isKnown && { resourceId: resourceId({ ...folders, resource }) }) };
};

// Plain and Hive layouts: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
const ACCOUNT_FOLDER = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(?:aws-account-id=)?(?<account>\d{12})\//;
/** Every region has a point of the compass in its name; a folder of the user's such as `team-a-1` has none. */
const REGION_FOLDER =
  /(?:^|\/)(?:(?:aws-)?region=)?(?<region>[a-z]{2,4}(?:-[a-z]+)?-(?:central|(?:north|south)?(?:east|west)|north|south)-\d)\//;

/** A key without its folder. */
export const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
