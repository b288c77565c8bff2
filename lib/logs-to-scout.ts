import { type Duration, Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { FUNCTION_SETTINGS, type LogKindName } from '../lambdas/function-settings.ts';
import { deliveryPrefix, FORMER_LOGS_PREFIX, LOGS_PREFIX } from '../lambdas/key-prefixes.ts';
import { LOG_KINDS, type TurnOnOutput } from '../lambdas/log-kinds.ts';
import type { LogDelivery } from '../lambdas/log-lines/log-kind.ts';
import { checkProps } from './check-props.ts';
import { createBucket, deleteWritersFirst } from './forwarder-bucket.ts';
import { withoutLog, writes } from './load-balancer.ts';
import { type LoadBalancer, typeOf } from './load-balancer-construct.ts';
import { allowDelivery } from './log-delivery.ts';
import { createRule, notifyOfObjects, subscribe } from './log-events.ts';
import { LogSwitch } from './log-switch.ts';
import { createSilenceAlarm } from './monitoring/forwarder-alarms.ts';
import { type ForwardingProps, PACKAGED_BUNDLES, ScoutForwarder } from './scout-forwarder.ts';

// One vCPU.
const DEFAULT_MEMORY_MB = 1769;

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const MAX_SILENCE_DAYS = 7;

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
   * Existing bucket that holds the logs, in the stack's region. It is only read. The owner of a bucket of another account
   * (`s3.Bucket.fromBucketAttributes` with `account`) must allow that, and so must the policy of its `encryptionKey`.
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
   * the bucket's owner must have turned on. The owner of a bucket of another account forwards its events to the default
   * event bus; the deploy lets that account.
   * @default 'notifications'
   */
  readonly logEvents?: 'notifications' | 'eventbridge' | undefined;
  /**
   * Topic that is notified of new objects in `logBucket`, in its region and of any account. The deploy subscribes the
   * queue to it.
   * @default events come as `logEvents` says
   */
  readonly logTopic?: sns.ITopic | undefined;
  /**
   * Raise an alarm when no object was forwarded for so long, rounded up to whole hours; seven days at most.
   * @default no alarm: load balancers without requests write no logs
   */
  readonly silenceAlarm?: Duration | undefined;
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
    checkProps([
      ...rules(props),
      ...(loadBalancers ?? [])
        .flatMap((one) => withoutLog(one.loadBalancerArn, typeOf(one), logKinds))
        .map((fault) => [true, fault] as const),
    ]);
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
    if (props.silenceAlarm) createLogSilenceAlarm(this.forwarder, props.silenceAlarm);
    if (props.logTopic) subscribe(props.logTopic, source, this.forwarder);
    else if (props.logEvents === 'eventbridge') createRule(this, source, this.forwarder);
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
        logRetention: props.logRetention,
      });
    const { partition } = Stack.of(this);
    this.turnOnCommands = Object.fromEntries(
      deliveries
        .filter((delivery) => !loadBalancers?.some((one) => writes(typeOf(one), delivery)))
        .map((delivery) => {
          const target = { bucketName: bucket.bucketName, partition, prefix: deliveryPrefix(delivery) };
          return [delivery.output, delivery.turnOn(target)];
        }),
    );
    deleteWritersFirst(bucket, [this.logSwitch, this.forwarder.function]);
  }
}

const rules = ({ logBucket, logTopic, logEvents, ...props }: LogsToScoutProps) =>
  [
    [props.logKinds?.length === 0, 'logKinds is empty; it must name the kinds of logs to forward'],
    [
      !logBucket && (logTopic ?? props.logPrefix ?? logEvents === 'eventbridge'),
      'logTopic, logEvents and logPrefix are about an existing bucket; they need logBucket',
    ],
    [
      logTopic && logEvents === 'eventbridge',
      "logTopic is given with logEvents: 'eventbridge'; new objects are announced one way",
    ],
    [
      logBucket && (props.loadBalancers ?? props.logAccounts),
      'loadBalancers and logAccounts deliver into bucket; they cannot be given with logBucket, which is only read',
    ],
    [logBucket && props.deleteProcessedFiles, 'deleteProcessedFiles is true, but logBucket is only read'],
    [
      (props.silenceAlarm?.toDays({ integral: false }) ?? 0) > MAX_SILENCE_DAYS,
      `silenceAlarm is ${props.silenceAlarm?.toHumanString()}; it must be ${MAX_SILENCE_DAYS} days at most`,
    ],
  ] as const;

const createLogSilenceAlarm = (forwarder: ScoutForwarder, silence: Duration): void => {
  createSilenceAlarm(forwarder, 'NoObjectsAlarm', forwarder, silence, {
    metric: (options) => forwarder.metric('ObjectsForwarded', options),
    alarmDescription: `logs: no object was forwarded for ${silence.toHumanString()}. Check that the logs are still turned on, and that their bucket notifies the queue: npm run doctor.`,
  });
};
