import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EMF_DIMENSION, EMF_NAMESPACE, type EmfMetric } from '../lambdas/forwarding/ledger.ts';
import { MAX_RECEIVE_COUNT } from '../lambdas/forwarding/limits.ts';
import type { Pipeline } from '../lambdas/function-settings.ts';
import { NODE_OPTIONS } from '../lambdas/runtime/gc.ts';
import { REJECTED_PREFIX } from '../lambdas/key-prefixes.ts';
import { checkProps } from './check-props.ts';
import { CA_CERTIFICATE_PATH, functionCode } from './forwarder/code.ts';
import { checkEnvironment, type FunctionEnvironment } from './forwarder/environment.ts';
import { createLogGroup } from './forwarder/log-group.ts';
import { createForwarderRole } from './forwarder/role.ts';
import { createForwarderAlarms } from './monitoring/forwarder-alarms.ts';
import { detectsLoops } from './region-facts.ts';
import { MAX_TIMEOUT_SECONDS, MIN_TIMEOUT_SECONDS } from './settings/settings-table.ts';

const DEFAULT_TIMEOUT = Duration.minutes(5);
const DEFAULT_MAX_CONCURRENCY = 10;
/** In MB, of a new account: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const NEW_ACCOUNT_MEMORY = 3008;

/** The bundles that the package ships. */
export const PACKAGED_BUNDLES = fileURLToPath(new URL('../dist', import.meta.url));

/** base14 Scout, as the functions reach it. */
export interface ScoutProps {
  /** OTLP base URL, such as `https://otel.example.com/tenant/otlp`. */
  readonly endpoint: string;
  /** OAuth2 token endpoint. */
  readonly tokenUrl: string;
  /** Secret with the JSON `{"clientId": …, "clientSecret": …}`. */
  readonly secret: secretsmanager.ISecret;
  /**
   * Customer-managed key that encrypts the secret.
   * @default the secret's own `encryptionKey`
   */
  readonly secretKey?: kms.IKey | undefined;
}

/** Props that both pipelines share. */
export interface ForwardingProps {
  readonly scout: ScoutProps;
  /**
   * Settings of the function, by environment variable: docs/settings.md lists them.
   * @default every setting has its default
   */
  readonly environment?: FunctionEnvironment | undefined;
  /**
   * Concurrent invocations of the function, at least 2.
   * @default 10
   */
  readonly maxConcurrency?: number | undefined;
  /**
   * Time-out of the function, from 1 to 10 minutes.
   * @default 5 minutes
   */
  readonly timeout?: Duration | undefined;
  /**
   * Delete an object once all of it was delivered. Not for a bucket that is only read.
   * @default false: objects expire with the bucket's lifecycle rule
   */
  readonly deleteProcessedFiles?: boolean | undefined;
  /**
   * VPC of the function. S3, SQS, Secrets Manager, Scout and its token endpoint must be reachable from it.
   * @default no VPC
   */
  readonly vpc?: ec2.IVpc | undefined;
  /**
   * Subnets of the function in the VPC.
   * @default the VPC's private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection | undefined;
  /**
   * Security groups of the function in the VPC.
   * @default a new one, outbound only
   */
  readonly securityGroups?: readonly ec2.ISecurityGroup[] | undefined;
  /**
   * PEM file with the certificates of a private CA, trusted beside the public ones.
   * @default none
   */
  readonly caCertificateFile?: string | undefined;
  /**
   * Retention of the function's log.
   * @default one month
   */
  readonly logRetention?: logs.RetentionDays | undefined;
  /**
   * First part of the names of the alarms. Names of alarms are unique in an account and region.
   * @default the names of the stack and of the construct's path in it, separated by dashes
   */
  readonly alarmNamePrefix?: string | undefined;
  /**
   * Directory with a bundle for each function.
   * @default the bundles that the package ships
   */
  readonly bundles?: string | undefined;
}

export interface ScoutForwarderProps extends ForwardingProps {
  /** Also the name of the function's bundle. */
  readonly pipeline: Pipeline;
  /** Objects to forward: those of `bucket` whose keys begin with one of `prefixes`. */
  readonly source: { readonly bucket: s3.IBucket; readonly prefixes: readonly string[] };
  /** Bucket for rejected records. */
  readonly bucket: s3.IBucket;
  /** MB. */
  readonly memorySize: number;
  /** More variables of the function. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A queue of objects, the function that forwards them to Scout, a dead-letter queue, and alarms. */
export class ScoutForwarder extends Construct {
  readonly pipeline: Pipeline;
  /** MB. */
  readonly memorySize: number;
  readonly deadLetterQueue: sqs.Queue;
  readonly queue: sqs.Queue;
  readonly function: lambda.Function;
  readonly alarmNamePrefix: string;

  constructor(scope: Construct, id: string, props: ScoutForwarderProps) {
    super(scope, id);
    const { timeout = DEFAULT_TIMEOUT, maxConcurrency = DEFAULT_MAX_CONCURRENCY } = props;
    checkProps([
      [
        timeout.toSeconds() < MIN_TIMEOUT_SECONDS || timeout.toSeconds() > MAX_TIMEOUT_SECONDS,
        `timeout is ${timeout.toHumanString()}; it must be ${MIN_TIMEOUT_SECONDS} to ${MAX_TIMEOUT_SECONDS} seconds`,
      ],
      [!props.vpc && (props.vpcSubnets ?? props.securityGroups), 'vpcSubnets and securityGroups need vpc'],
    ]);
    this.pipeline = props.pipeline;
    this.memorySize = props.memorySize;
    this.alarmNamePrefix = props.alarmNamePrefix ?? pathName(this);
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetterQueue', QUEUE);
    this.queue = new sqs.Queue(this, 'Queue', {
      ...QUEUE,
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.function = this.createFunction(props, timeout);
    // SqsEventSource would take its logical id from the stack's construct id, and Lambda refuses a second mapping of the
    // same queue while CloudFormation still holds the first: https://github.com/aws/aws-cdk/issues/18706
    this.function.addEventSourceMapping('QueueMapping', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency,
    });
    this.queue.grantConsumeMessages(this.function);
    createForwarderAlarms(this);
    if (this.memorySize > NEW_ACCOUNT_MEMORY) {
      Annotations.of(this).addWarningV2(
        'scout-forwarder:memoryQuota',
        `The function of ${this.pipeline} has ${this.memorySize} MB of memory; an account whose quota was never raised allows ${NEW_ACCOUNT_MEMORY} MB, and the deploy would fail.`,
      );
    }
  }

  /** A metric that the function itself reports. All instances of a pipeline in a region share it. */
  metric(metricName: EmfMetric, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: EMF_NAMESPACE,
      metricName,
      dimensionsMap: { [EMF_DIMENSION]: this.pipeline },
      ...options,
    });
  }

  private createFunction(props: ScoutForwarderProps, timeout: Duration): lambda.Function {
    const { pipeline, scout, vpc, caCertificateFile, bundles = PACKAGED_BUNDLES } = props;
    const logGroup = createLogGroup(this, 'LogGroup', props.logRetention);
    return new lambda.Function(this, 'Function', {
      description: `Forwards ${pipeline} objects to Scout`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: functionCode(join(bundles, pipeline), caCertificateFile),
      handler: 'index.handler',
      memorySize: props.memorySize,
      timeout,
      role: createForwarderRole(this, {
        ...props,
        logGroup,
        queues: [this.queue, this.deadLetterQueue],
        secret: scout.secret,
        secretKey: scout.secretKey ?? scout.secret.encryptionKey,
        deletesObjects: props.deleteProcessedFiles ?? false,
        readsTags: props.environment?.RESOURCE_TAGS !== undefined,
        isInVpc: vpc !== undefined,
      }),
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // A large object goes through its own queue more often than the 16 rounds after which Lambda sees a loop.
      ...(detectsLoops(Stack.of(this).region) && { recursiveLoop: lambda.RecursiveLoop.ALLOW }),
      environment: this.variables(props),
      ...(vpc && {
        vpc,
        ...(props.vpcSubnets && { vpcSubnets: props.vpcSubnets }),
        securityGroups: [...(props.securityGroups ?? [this.createSecurityGroup(vpc)])],
      }),
    });
  }

  private variables(props: ScoutForwarderProps): Record<string, string> {
    const { scout, environment, variables, source, bucket } = props;
    return checkEnvironment({
      ...environment,
      ...variables,
      SCOUT_ENDPOINT: scout.endpoint,
      SCOUT_TOKEN_URL: scout.tokenUrl,
      SCOUT_SECRET_NAME: scout.secret.secretName,
      ...(props.deleteProcessedFiles && { DELETE_PROCESSED_FILES: 'true' }),
      QUEUE_URL: this.queue.queueUrl,
      DEAD_LETTER_QUEUE_URL: this.deadLetterQueue.queueUrl,
      SOURCE_BUCKET: source.bucket.bucketName,
      REJECTED_BUCKET: bucket.bucketName,
      REJECTED_PREFIX,
      NODE_OPTIONS,
      ...(props.caCertificateFile && { NODE_EXTRA_CA_CERTS: CA_CERTIFICATE_PATH }),
    });
  }

  private createSecurityGroup(vpc: ec2.IVpc): ec2.SecurityGroup {
    const description = 'Scout forwarder: outbound only';
    return new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description });
  }
}

/** The same at every deploy, and of no other construct in the account and region. */
const pathName = (construct: Construct): string => {
  const stack = Stack.of(construct);
  const path = construct.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...path].join('-');
};

const QUEUE: sqs.QueueProps = {
  encryption: sqs.QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};
