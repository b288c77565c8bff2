import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Construct } from 'constructs';
import { FUNCTION_SETTINGS, type LogKindName } from '../lambdas/function-settings.ts';
import { FORMER_LOGS_PREFIX, LOGS_PREFIX } from '../lambdas/key-prefixes.ts';
import { LOG_KINDS, type TurnOnOutput } from '../lambdas/log-kinds.ts';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';
import { createBucket, deleteWritersFirst } from './forwarder-bucket.ts';
import { type LoadBalancer, loadBalancersWithoutLog, writes } from './load-balancer.ts';
import { allowDelivery, deliveryPrefix } from './log-delivery.ts';
import { LogSwitch } from './log-switch.ts';
import {
  DEFAULT_LOG_RETENTION,
  type ForwardingProps,
  PACKAGED_BUNDLES,
  ScoutForwarder,
} from './scout-forwarder.ts';

// One vCPU.
const DEFAULT_MEMORY_MB = 1769;

export interface LogsToScoutProps extends ForwardingProps {
  /**
   * Bucket that logs are delivered into, and where rejected records are stored. AWS must be able to write to it: SSE-S3,
   * and in the region of the load balancers.
   * @default a new bucket, which is emptied and deleted with the stack
   */
  readonly bucket?: s3.IBucket | undefined;
  /**
   * Kinds of logs to forward; objects of other kinds are skipped.
   * @default ['alb']
   */
  readonly logKinds?: readonly LogKindName[] | undefined;
  /**
   * Application and Network Load Balancers of the stack's account and region. The deploy turns on those of their logs
   * that are in `logKinds`, and destroy turns them off.
   * @default none: `turnOnCommands` turn logs on
   */
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
  /**
   * Other accounts that may deliver logs into the bucket.
   * @default none
   */
  readonly logAccounts?: readonly string[] | undefined;
  /**
   * Existing bucket that holds the logs, in the stack's account and region. It is only read.
   * @default logs are delivered into `bucket`
   */
  readonly logBucket?: s3.IBucket | undefined;
  /**
   * Prefix of the logs in `logBucket`.
   * @default the whole bucket
   */
  readonly logPrefix?: string | undefined;
  /**
   * Source of events about new objects in `logBucket`: S3 notifications, which the deploy adds, or EventBridge, which
   * the bucket's owner must have turned on.
   * @default 'notifications'
   */
  readonly logEvents?: 'notifications' | 'eventbridge' | undefined;
  /**
   * Memory of the function in MB.
   * @default 1769, which is one vCPU
   */
  readonly memorySize?: number | undefined;
}

/** Forwards logs that AWS delivers into a bucket, or that an existing bucket holds, to Scout. */
export class LogsToScout extends Construct {
  readonly forwarder: ScoutForwarder;
  readonly bucket: s3.IBucket;
  /** Turns the logs of `loadBalancers` on and off. */
  readonly logSwitch: LogSwitch | undefined;
  /** AWS CLI commands by output name: one for each kind of log that the deploy does not turn on; none with `logBucket`. */
  readonly turnOnCommands: Readonly<Partial<Record<TurnOnOutput, string>>>;

  constructor(scope: Construct, id: string, props: LogsToScoutProps) {
    super(scope, id);
    const { logBucket, logPrefix = '', logKinds = FUNCTION_SETTINGS.logKinds.default, loadBalancers } = props;
    const faults = loadBalancersWithoutLog(loadBalancers ?? [], logKinds);
    if (faults.length > 0) throw new Error(faults.join('. '));
    const bucket = props.bucket ?? createBucket(this, 'Bucket');
    this.bucket = bucket;
    const source = logBucket
      ? { bucket: logBucket, prefixes: [logPrefix] }
      : { bucket, prefixes: [LOGS_PREFIX, FORMER_LOGS_PREFIX] };
    this.forwarder = new ScoutForwarder(this, 'Forwarder', {
      ...props,
      bucket,
      pipeline: 'logs',
      source,
      memorySize: props.memorySize ?? DEFAULT_MEMORY_MB,
      variables: { LOG_KINDS: logKinds.join(',') },
    });
    if (props.logEvents === 'eventbridge') createRule(this, source.bucket, logPrefix, this.forwarder);
    else notifyOfObjects(source, this.forwarder);

    const deliveries = logBucket ? [] : logKinds.map((kind): LogDelivery => LOG_KINDS[kind].delivery);
    allowDelivery(bucket, deliveries, [Stack.of(this).account, ...(props.logAccounts ?? [])]);
    this.logSwitch =
      loadBalancers &&
      new LogSwitch(this, 'Switch', {
        bundles: props.bundles ?? PACKAGED_BUNDLES,
        bucket,
        loadBalancers,
        deliveries,
        logRetention: props.logRetention ?? DEFAULT_LOG_RETENTION,
      });
    const { partition } = Stack.of(this);
    this.turnOnCommands = Object.fromEntries(
      deliveries
        .filter((delivery) => !loadBalancers?.some((one) => writes(one, delivery)))
        .map((delivery) => {
          const target = { bucketName: bucket.bucketName, partition, prefix: deliveryPrefix(delivery) };
          return [delivery.output, delivery.turnOn(target)];
        }),
    );
    deleteWritersFirst(bucket, [this.logSwitch, this.forwarder.function]);
  }
}

const notifyOfObjects = (
  { bucket, prefixes }: { readonly bucket: s3.IBucket; readonly prefixes: readonly string[] },
  { queue }: ScoutForwarder,
): void => {
  for (const prefix of prefixes) {
    const filters = prefix === '' ? [] : [{ prefix }];
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(queue), ...filters);
  }
};

/** An event that EventBridge cannot deliver for a day goes to the dead-letter queue as it is. */
const createRule = (
  scope: Construct,
  bucket: s3.IBucket,
  prefix: string,
  { queue, deadLetterQueue }: ScoutForwarder,
): events.Rule =>
  new events.Rule(scope, 'ObjectCreated', {
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [bucket.bucketName] },
        ...(prefix !== '' && { object: { key: events.Match.prefix(prefix) } }),
      },
    },
    targets: [new SqsQueue(queue, { deadLetterQueue })],
  });
