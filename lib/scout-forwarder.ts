import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EMF_DIMENSION, type EMF_METRICS, EMF_NAMESPACE } from '../lambdas/forwarding/ledger.ts';
import { MAX_RECEIVE_COUNT } from '../lambdas/forwarding/settle/backoff.ts';
import type { Pipeline } from '../lambdas/function-settings.ts';
import { createForwarderAlarms } from './monitoring/forwarder-alarms.ts';
import { CA_CERTIFICATE_PATH, functionCode } from './forwarder/code.ts';
import { createForwarderRole, REJECTED_PREFIX } from './forwarder/role.ts';
import { functionNetwork } from './forwarder/network.ts';
import { functionEnvironment, type StackSettings } from './settings.ts';

export interface ScoutForwarderProps {
  /** Also the name of the bundle that runs. */
  readonly pipeline: Pipeline;
  readonly settings: StackSettings;
  /** Directory that holds the bundle of each pipeline. */
  readonly bundles: string;
  /** The objects to forward: those of `bucket` whose keys begin with `prefix`. */
  readonly source: { readonly bucket: s3.IBucket; readonly prefix: string };
  /** The stack's own bucket, where rejected records are kept. */
  readonly bucket: s3.IBucket;
  /** MB */
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly maxConcurrency: number;
}

/** What both pipelines share: a queue of objects, the function that forwards them, and a dead-letter queue. */
export class ScoutForwarder extends Construct {
  readonly pipeline: Pipeline;
  readonly memorySize: number;
  readonly deadLetterQueue: sqs.Queue;
  readonly queue: sqs.Queue;
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ScoutForwarderProps) {
    super(scope, id);
    this.pipeline = props.pipeline;
    this.memorySize = props.memorySize;
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetterQueue', QUEUE);
    this.queue = new sqs.Queue(this, 'Queue', {
      ...QUEUE,
      visibilityTimeout: Duration.seconds(6 * props.timeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.function = this.createFunction(props);
    // SqsEventSource would take its logical id from the stack's construct id, and Lambda refuses a second mapping of the
    // same queue while CloudFormation still holds the first: https://github.com/aws/aws-cdk/issues/18706
    this.function.addEventSourceMapping('QueueMapping', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: props.maxConcurrency,
    });
    this.queue.grantConsumeMessages(this.function);
    createForwarderAlarms(this);
  }

  /** What the function itself counts. */
  metric(metricName: keyof typeof EMF_METRICS, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: EMF_NAMESPACE,
      metricName,
      dimensionsMap: { [EMF_DIMENSION]: this.pipeline },
      ...options,
    });
  }

  private createFunction(props: ScoutForwarderProps): lambda.Function {
    const { pipeline, settings, source, bucket } = props;
    const logGroup = new logs.LogGroup(this, 'LogGroup', { retention: settings.logRetentionDays });
    return new lambda.Function(this, 'Function', {
      description: `Forwards ${pipeline} objects to Scout`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: functionCode(join(props.bundles, pipeline), settings.caCertificateFile),
      handler: 'index.handler',
      memorySize: props.memorySize,
      timeout: props.timeout,
      role: createForwarderRole(this, { ...props, logGroup, queues: [this.queue, this.deadLetterQueue] }),
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // A large object goes through its own queue more often than the 16 rounds after which Lambda sees a loop.
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
      environment: {
        ...functionEnvironment(settings, pipeline),
        QUEUE_URL: this.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: this.deadLetterQueue.queueUrl,
        SOURCE_BUCKET: source.bucket.bucketName,
        REJECTED_BUCKET: bucket.bucketName,
        REJECTED_PREFIX,
        ...(settings.caCertificateFile && { NODE_EXTRA_CA_CERTS: CA_CERTIFICATE_PATH }),
      },
      ...functionNetwork(this, settings),
    });
  }
}

const QUEUE: sqs.QueueProps = {
  encryption: sqs.QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};
