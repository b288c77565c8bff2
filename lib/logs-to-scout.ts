import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Construct } from 'constructs';
import { LogSwitch } from './log-switch.ts';
import { ScoutForwarder } from './scout-forwarder.ts';
import type { StackSettings } from './settings.ts';

export interface LogsToScoutProps {
  readonly settings: StackSettings;
  /** Directory that holds the bundles `logs` and `log-switch`. */
  readonly bundles: string;
  /** The stack's own bucket. */
  readonly bucket: s3.Bucket;
}

/** Logs that load balancers deliver into the stack's bucket, or those that an existing bucket holds, to Scout. */
export class LogsToScout extends Construct {
  readonly forwarder: ScoutForwarder;
  /** Turns the logs on and off, where the settings say of which load balancers. */
  readonly logSwitch: LogSwitch | undefined;

  constructor(scope: Construct, id: string, props: LogsToScoutProps) {
    super(scope, id);
    const { settings, bucket } = props;
    const source =
      settings.albLogBucketName === undefined
        ? { bucket, prefix: `${ALB_PREFIX}/` }
        : {
            bucket: s3.Bucket.fromBucketName(this, 'LogBucket', settings.albLogBucketName),
            prefix: settings.albLogPrefix ?? '',
          };
    this.forwarder = new ScoutForwarder(this, 'Forwarder', {
      ...props,
      pipeline: 'logs',
      source,
      memorySize: settings.albMemory,
      timeout: Duration.seconds(settings.albTimeout),
      maxConcurrency: settings.albConcurrency,
    });
    if (settings.albLogSource === 'eventbridge') createRule(this, source, this.forwarder);
    else {
      source.bucket.addEventNotification(
        s3.EventType.OBJECT_CREATED,
        new SqsDestination(this.forwarder.queue),
        ...(source.prefix === '' ? [] : [{ prefix: source.prefix }]),
      );
    }
    if (source.bucket === bucket) {
      allowDelivery(bucket, [Stack.of(this).account, ...(settings.albLogAccounts ?? [])]);
      this.logSwitch = this.turnOn(props);
    }
  }

  /** Turns the logs on, or says how to. */
  private turnOn({ settings, bundles, bucket }: LogsToScoutProps): LogSwitch | undefined {
    const logs = settings.logKinds.includes('alb-connection') ? LOGS : LOGS.slice(0, 1);
    const { albArns, logRetentionDays } = settings;
    if (albArns !== undefined) {
      return new LogSwitch(this, 'Switch', {
        bundles,
        bucket,
        prefix: ALB_PREFIX,
        loadBalancerArns: albArns,
        logs: logs.map(({ log }) => log),
        logRetention: logRetentionDays,
      });
    }
    for (const { log, output } of logs) {
      new CfnOutput(Stack.of(this), output, { value: turnOnCommand(log, bucket) });
    }
    return undefined;
  }
}

const ALB_PREFIX = 'alb';

const LOGS = [
  { log: 'access_logs', output: 'TurnOnAccessLogs' },
  { log: 'connection_logs', output: 'TurnOnConnectionLogs' },
] as const;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy */
const allowDelivery = (bucket: s3.Bucket, accounts: readonly string[]): void => {
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: accounts.map((account) => bucket.arnForObjects(`${ALB_PREFIX}/AWSLogs/${account}/*`)),
    }),
  );
};

const turnOnCommand = (log: string, bucket: s3.IBucket): string =>
  `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes ${[
    `Key=${log}.s3.enabled,Value=true`,
    `Key=${log}.s3.bucket,Value=${bucket.bucketName}`,
    `Key=${log}.s3.prefix,Value=${ALB_PREFIX}`,
  ].join(' ')}`;

/** An event that EventBridge cannot deliver for a day is dead-lettered with the others, as it is. */
const createRule = (
  scope: Construct,
  { bucket, prefix }: { readonly bucket: s3.IBucket; readonly prefix: string },
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
