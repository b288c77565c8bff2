import { partitionOf } from '../aws-partition.ts';
import type { AwsSource } from '../otlp/resource.ts';

/**
 * What the key of a load balancer's log says
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format):
 * nothing for a copy under another name.
 */
export const albObject = (key: string): AwsSource => {
  const { account, region = '', name, id } = NAME.exec(key)?.groups ?? {};
  if (account === undefined) return {};
  const resourceId = `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name}/${id}`;
  return { account, region, resourceId };
};

/** Whether an object is a connection log, by its name: `conn_log_123456789012_…`; AWS's page has a dot instead. */
export const isConnectionLog = (key: string): boolean => CONNECTION_LOG.test(nameOf(key));

/**
 * Why an object is not forwarded: it is none of the logs that are wanted.
 * @param size in bytes, where it is known
 */
export const skipReason = (
  key: string,
  size: number | undefined,
  connectionLogs = false,
): string | undefined => {
  if (size === 0) return 'zero-byte object';
  if (isConnectionLog(key) && !connectionLogs) return 'connection log';
  return NEIGHBOURS.find(({ pattern }) => pattern.test(nameOf(key)))?.reason;
};

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

const CONNECTION_LOG = /^conn_log/;

const NAME =
  /(?:^|\/)(?:conn_log[._])?(?<account>\d{12})_elasticloadbalancing_(?<region>[a-z0-9-]+)_app\.(?<name>[^/_]+)\.(?<id>[^./_]+)_[^/]*$/;

const NEIGHBOURS: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /LogTestFile/, reason: 'test file that Elastic Load Balancing writes when logs are turned on' },
  { pattern: /^health_check_log/, reason: 'health check log' },
  { pattern: /_elasticloadbalancing_[^_]+_net\./, reason: 'log of a Network Load Balancer' },
  { pattern: /(?<!\.log(?:\.gz)?)$/, reason: 'neither *.log nor *.log.gz' },
];
