import {
  Aspects,
  CfnOutput,
  Duration,
  RemovalPolicies,
  Size,
  Stack,
  type StackProps,
  Token,
} from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Pipeline } from '../lambdas/function-settings.ts';
import { createBucket } from './forwarder-bucket.ts';
import { importNetwork } from './forwarder/network.ts';
import { LogsToScout, type LogsToScoutProps } from './logs-to-scout.ts';
import { ManagedLogGroups } from './managed-log-groups.ts';
import { MetricStreamToScout, type MetricStreamToScoutProps } from './metric-stream-to-scout.ts';
import { notifyOnAlarm } from './monitoring/alarm-actions.ts';
import { createDashboard } from './monitoring/dashboard.ts';
import { createLogQueries } from './monitoring/log-queries.ts';
import { consoleHost } from './region-facts.ts';
import type { ForwardingProps, ScoutForwarder } from './scout-forwarder.ts';
import { functionEnvironment, type StackSettings } from './settings.ts';
import { includedMetrics } from './settings/metric-presets.ts';
import type { OutputName } from './stack-outputs.ts';

export interface ScoutForwarderStackProps extends StackProps {
  readonly settings: StackSettings;
  /**
   * Directory with a bundle for each function.
   * @default the bundles that the package ships
   */
  readonly bundles?: string;
}

/** Forwards CloudWatch metrics and logs of load balancers and VPCs of one region to Scout. `cdk destroy` leaves nothing of it. */
export class ScoutForwarderStack extends Stack {
  constructor(scope: Construct, id: string, props: ScoutForwarderStackProps) {
    super(scope, id, {
      description: 'CloudWatch metrics, logs of load balancers and VPC Flow Logs into base14 Scout',
      ...props,
    });
    const { settings, bundles } = props;
    const bucket = createBucket(this, 'Bucket', Duration.days(settings.bucketRetentionDays));
    const common = { ...forwardingProps(this, settings), bucket, bundles };
    const named = (pipeline: Pipeline) => ({ alarmNamePrefix: `${this.stackName}-${pipeline}` });
    const metrics = settings.metrics
      ? new MetricStreamToScout(this, 'Metrics', { ...common, ...named('metrics'), ...metricProps(settings) })
      : undefined;
    const logs = settings.albLogs
      ? new LogsToScout(this, 'AlbLogs', { ...common, ...named('logs'), ...logProps(this, settings) })
      : undefined;

    const forwarders = [metrics, logs].flatMap((construct) => construct?.forwarder ?? []);
    const alarms = this.node.findAll().filter((construct) => construct instanceof cloudwatch.Alarm);
    notifyOnAlarm(this, alarms, settings);
    createLogQueries(this, forwarders);
    if (settings.dashboard) {
      const { dashboardName } = createDashboard(this, forwarders, metrics, alarms);
      this.outputDashboard(dashboardName);
    }

    this.output('BucketName', bucket.bucketName);
    if (metrics) {
      this.outputForwarder('Metrics', metrics.forwarder);
      this.output('MetricStreamName', metrics.metricStream.ref);
      this.output('DeliveryStreamName', metrics.deliveryStream.deliveryStreamName);
    }
    if (logs) {
      this.outputForwarder('Logs', logs.forwarder);
      for (const [name, command] of Object.entries(logs.turnOnCommands))
        this.output(name as OutputName, command);
    }

    Aspects.of(this).add(new ManagedLogGroups(settings.logRetentionDays));
    RemovalPolicies.of(this).destroy();
  }

  private outputForwarder(name: 'Metrics' | 'Logs', forwarder: ScoutForwarder): void {
    this.output(`${name}QueueUrl`, forwarder.queue.queueUrl);
    this.output(`${name}DeadLetterQueueUrl`, forwarder.deadLetterQueue.queueUrl);
    this.output(`${name}FunctionName`, forwarder.function.functionName);
  }

  private outputDashboard(name: string): void {
    const host = consoleHost(this.region);
    if (host === undefined) return;
    this.output(
      'DashboardUrl',
      `https://${host}/cloudwatch/home?region=${this.region}#dashboards/dashboard/${name}`,
    );
  }

  private output(name: OutputName, value: string): void {
    new CfnOutput(this, name, { value });
  }
}

const forwardingProps = (scope: Construct, settings: StackSettings): ForwardingProps => {
  const { secretKmsKeyArn, vpcId, subnetIds = [], securityGroupIds } = settings;
  return {
    scout: {
      endpoint: settings.scoutEndpoint,
      tokenUrl: settings.scoutTokenUrl,
      secret: secretsmanager.Secret.fromSecretNameV2(scope, 'Secret', settings.scoutSecretName),
      secretKey: secretKmsKeyArn ? kms.Key.fromKeyArn(scope, 'SecretKey', secretKmsKeyArn) : undefined,
    },
    deleteProcessedFiles: settings.deleteProcessedFiles,
    caCertificateFile: settings.caCertificateFile,
    logRetention: settings.logRetentionDays,
    ...importNetwork(scope, vpcId, subnetIds, securityGroupIds),
  };
};

const metricProps = (settings: StackSettings): Partial<MetricStreamToScoutProps> => ({
  environment: functionEnvironment(settings, 'metrics'),
  memorySize: settings.metricMemory,
  timeout: Duration.seconds(settings.metricTimeout),
  maxConcurrency: settings.metricConcurrency,
  includeFilters: includedMetrics(settings),
  excludeFilters: settings.metricExclude,
  statisticsConfigurations: settings.metricStatistics,
  includeLinkedAccountsMetrics: settings.metricLinkedAccounts,
  bufferingInterval: Duration.seconds(settings.firehoseBufferSeconds),
  bufferingSize: Size.mebibytes(settings.firehoseBufferMiB),
});

const logProps = (stack: Stack, settings: StackSettings): Partial<LogsToScoutProps> => {
  const { albArns, albLogTopicArn } = settings;
  return {
    environment: functionEnvironment(settings, 'logs'),
    memorySize: settings.albMemory,
    timeout: Duration.seconds(settings.albTimeout),
    maxConcurrency: settings.albConcurrency,
    logKinds: settings.logKinds,
    // One setting for the stacks of all regions.
    loadBalancers: albArns
      ?.filter((arn) => Token.isUnresolved(stack.region) || arn.split(':')[3] === stack.region)
      .map((loadBalancerArn) => ({ loadBalancerArn })),
    logAccounts: settings.albLogAccounts,
    logBucket: importLogBucket(stack, settings),
    logPrefix: settings.albLogPrefix,
    logEvents: settings.albLogSource,
    silenceAlarm: settings.logSilenceHours ? Duration.hours(settings.logSilenceHours) : undefined,
    logTopic: albLogTopicArn ? sns.Topic.fromTopicArn(stack, 'LogTopic', albLogTopicArn) : undefined,
  };
};

const importLogBucket = (stack: Stack, settings: StackSettings): s3.IBucket | undefined => {
  const { albLogBucketName, albLogBucketAccount, albLogBucketKeyArn } = settings;
  if (albLogBucketName === undefined) return undefined;
  return s3.Bucket.fromBucketAttributes(stack, 'LogBucket', {
    bucketName: albLogBucketName,
    ...(albLogBucketAccount && { account: albLogBucketAccount }),
    ...(albLogBucketKeyArn && {
      encryptionKey: kms.Key.fromKeyArn(stack, 'LogBucketKey', albLogBucketKeyArn),
    }),
  });
};
