import {
  Aspects,
  CfnOutput,
  Duration,
  RemovalPolicies,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { notifyOnAlarm } from './monitoring/alarm-actions.ts';
import { LogsToScout } from './logs-to-scout.ts';
import { createDashboard } from './monitoring/dashboard.ts';
import { MetricStreamToScout } from './metric-stream-to-scout.ts';
import { ManagedLogGroups } from './managed-log-groups.ts';
import type { ScoutForwarder } from './scout-forwarder.ts';
import type { StackSettings } from './settings.ts';

export interface ScoutForwarderStackProps extends StackProps {
  readonly settings: StackSettings;
  /**
   * Directory that holds the functions' bundles.
   * @default 'dist'
   */
  readonly bundles?: string;
}

/** CloudWatch metrics and ALB access logs of one region, to Scout. `cdk destroy` leaves nothing of it. */
export class ScoutForwarderStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings, bundles = 'dist', ...props }: ScoutForwarderStackProps,
  ) {
    super(scope, id, { description: 'CloudWatch metrics and ALB access logs into base14 Scout', ...props });
    const bucket = createBucket(this, settings);
    const pipeline = { settings, bundles, bucket };
    const metrics = settings.metrics ? new MetricStreamToScout(this, 'Metrics', pipeline) : undefined;
    const albLogs = settings.albLogs ? new LogsToScout(this, 'AlbLogs', pipeline) : undefined;

    const forwarders = [metrics, albLogs].flatMap((construct) => construct?.forwarder ?? []);
    const alarms = this.node.findAll().filter((construct) => construct instanceof cloudwatch.Alarm);
    notifyOnAlarm(this, alarms, settings);
    if (settings.dashboard) {
      const dashboard = createDashboard(this, forwarders, metrics, alarms);
      this.output('DashboardUrl', dashboardUrl(this, dashboard));
    }

    this.output('BucketName', bucket.bucketName);
    if (metrics) {
      this.outputForwarder('Metrics', metrics.forwarder);
      this.output('MetricStreamName', metrics.metricStream.ref);
      this.output('DeliveryStreamName', metrics.deliveryStream.deliveryStreamName);
    }
    if (albLogs) this.outputForwarder('Logs', albLogs.forwarder);

    Aspects.of(this).add(new ManagedLogGroups(settings.logRetentionDays));
    RemovalPolicies.of(this).destroy();
    destroyBefore(bucket, [
      metrics?.deliveryStream,
      albLogs?.logSwitch,
      ...forwarders.map((forwarder) => forwarder.function),
    ]);
    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W7001',
      reason: "CDK's DeliveryStream always brings a mapping that only Redshift destinations need.",
    });
  }

  private outputForwarder(name: string, forwarder: ScoutForwarder): void {
    this.output(`${name}QueueUrl`, forwarder.queue.queueUrl);
    this.output(`${name}DeadLetterQueueUrl`, forwarder.deadLetterQueue.queueUrl);
    this.output(`${name}FunctionName`, forwarder.function.functionName);
  }

  private output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}

const createBucket = (scope: Construct, settings: StackSettings): s3.Bucket => {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    // The only kind that load balancers can write to.
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    lifecycleRules: [
      {
        expiration: Duration.days(settings.bucketRetentionDays),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    autoDeleteObjects: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Objects only pass through; a log of every request for them would cost more than they do.',
  });
  return bucket;
};

/** What writes to the bucket goes first, then what empties it, or it would not be empty in the end. */
const destroyBefore = (bucket: s3.Bucket, writers: readonly (Construct | undefined)[]): void => {
  const emptied = bucket.node.findChild('AutoDeleteObjectsCustomResource');
  for (const writer of writers) writer?.node.addDependency(emptied);
};

const dashboardUrl = ({ region }: Stack, { dashboardName }: cloudwatch.Dashboard): string =>
  `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
