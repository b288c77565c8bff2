import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose';
import { ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scout, startScout } from '../../bin/local/emulators/scout.ts';
import { sampleHour } from '../../bin/local/samples/hour.ts';
import { KIND_SAMPLES } from '../../bin/local/samples/kinds.ts';
import { random } from '../../bin/local/samples/random.ts';
import { queueDepth } from '../../bin/shared/queue-depth.ts';
import { LOG_KIND_NAMES } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { program } from '../integration/support/program.ts';
import { cdk, deploy, destroy } from './support/cdk.ts';
import { ACCOUNT, type Cloud, REGION, startCloud } from './support/cloud.ts';

const python = program('LOCALSTACK_PYTHON');
const motoServer = program('MOTO_SERVER');

/** moto does not know the attributes of health check logs. */
const KINDS = LOG_KIND_NAMES.filter((kind) => !kind.includes('health-check'));
const STACK = 'ScoutForwarder';
const CREDENTIALS = { clientId: 'forwarder', clientSecret: 'a secret' };
const MINUTES = 60_000;
const START = Date.UTC(2026, 0, 31, 12);

describe.skipIf(python === undefined || motoServer === undefined)(
  'the stack, deployed on loopback',
  { timeout: 15 * MINUTES },
  () => {
    let cloud: Cloud;
    let scout: Scout;
    let settings: Readonly<Record<string, string>>;
    let aws: ReturnType<typeof clients>;
    let balancers: readonly [string, string];

    beforeAll(async () => {
      cloud = await startCloud(python ?? '', motoServer ?? '');
      scout = await startScout({ ...CREDENTIALS, tls: cloud.tls });
      settings = {
        scoutEndpoint: scout.endpoint,
        scoutTokenUrl: scout.tokenUrl,
        caCertificateFile: cloud.caFile,
      };
      aws = clients(cloud);
      await cdk(cloud, ['bootstrap', `aws://${ACCOUNT}/${REGION}`, '--no-notices'], settings);
      await aws.secrets.send(
        new CreateSecretCommand({ Name: 'scout/oauth-client', SecretString: JSON.stringify(CREDENTIALS) }),
      );
      balancers = await createLoadBalancers(aws.motoCloudFormation);
    }, 10 * MINUTES);

    afterAll(async () => {
      await scout?.close();
      await cloud?.stop();
    });

    describe('with defaults', () => {
      let outputs: Readonly<Record<string, string>>;

      beforeAll(async () => {
        await deploy(cloud, settings);
        outputs = await outputsOf(aws.cloudFormation);
      }, 10 * MINUTES);

      test('forwards objects from S3 through the queues and the published bundles to Scout', async () => {
        const objects = sampleHour(START).filter((_, index) => index % 5 === 0);
        for (const { key, body } of objects) await put(aws.s3, outputs['BucketName'], key, body);
        await until(async () => {
          const queues = [outputs['MetricsQueueUrl'], outputs['LogsQueueUrl']];
          const depths = await Promise.all(queues.map(async (url = '') => queueDepth(aws.sqs, url)));
          const isEmpty = depths.every(({ total }) => total === 0);
          return isEmpty && scout.metrics().length > 0 && scout.logs().length > 0;
        });
        expect(new Set(scout.requests.map(({ path }) => path))).toEqual(new Set(['/v1/metrics', '/v1/logs']));
      });

      test('forwards what Firehose writes to the bucket', async () => {
        const datum = {
          account_id: ACCOUNT,
          region: REGION,
          namespace: 'AWS/Test',
          metric_name: 'FromFirehose',
          dimensions: {},
          timestamp: START,
          value: { count: 1, sum: 1, min: 1, max: 1 },
          unit: 'Count',
        };
        await aws.firehose.send(
          new PutRecordCommand({
            DeliveryStreamName: outputs['DeliveryStreamName'],
            Record: { Data: Buffer.from(`${JSON.stringify(datum)}\n`) },
          }),
        );
        const name = 'amazonaws.com/AWS/Test/FromFirehose';
        await until(() => scout.metrics().some(({ metric }) => metric.name === name));
      });

      test('sends a broken object to the dead-letter queue with its reason', async () => {
        const [{ body } = { body: Buffer.alloc(0) }] = accessLogObjects();
        await put(aws.s3, outputs['BucketName'], albKey('cut'), body.subarray(0, body.length / 2));
        const letter = await receive(aws.sqs, outputs['LogsDeadLetterQueueUrl']);
        expect(letter.MessageAttributes?.['error.type']?.StringValue).toBe('corrupt_gzip');
      });

      test('updates: load balancers are turned on, one of them off again, and nothing stateful is replaced', async () => {
        const before = await statefulOf(aws.cloudFormation);
        await deploy(cloud, { ...settings, albArns: balancers.join(',') });
        for (const arn of balancers)
          expect(await accessLogs(aws.elb, arn)).toBe(`true ${outputs['BucketName']}`);
        await deploy(cloud, { ...settings, albArns: balancers[0] });
        expect(await accessLogs(aws.elb, balancers[0])).toBe(`true ${outputs['BucketName']}`);
        expect(await accessLogs(aws.elb, balancers[1])).toMatch(/^false/);
        expect(await statefulOf(aws.cloudFormation)).toEqual(before);
      });

      test('updates: a list of regions keeps every resource', async () => {
        const before = await statefulOf(aws.cloudFormation);
        const mapping = await physicalIds(aws.cloudFormation, 'AWS::Lambda::EventSourceMapping');
        await deploy(cloud, { ...settings, albArns: balancers[0], regions: REGION });
        expect(await statefulOf(aws.cloudFormation)).toEqual(before);
        expect(await physicalIds(aws.cloudFormation, 'AWS::Lambda::EventSourceMapping')).toEqual(mapping);
      });

      test('is destroyed with nothing left', async () => {
        await destroy(cloud, { ...settings, albArns: balancers[0], regions: REGION });
        expect(await accessLogs(aws.elb, balancers[0])).toMatch(/^false/);
        expect(await leftovers(aws)).toEqual([]);
      });
    });

    test('with every option on, deploys, forwards and is destroyed with nothing left', async () => {
      const everything = {
        ...settings,
        logKinds: KINDS.join(','),
        albArns: balancers.join(','),
        albLogAccounts: '111122223333',
        albBody: 'none',
        albAttributes: 'both',
        albQueryStrings: 'mask',
        albClientAddress: 'mask',
        albSampleRate: '0.5',
        metricPreset: 'alb,lambda',
        metricStatistics:
          '[{"namespace":"AWS/ApplicationELB","metricNames":["TargetResponseTime"],"statistics":["p99"]}]',
        metricUnits: 'ucum',
        deleteProcessedFiles: 'true',
        alarmEmail: 'on-call@example.com',
        scoutEnvironment: 'staging',
        scoutResourceAttributes: 'team=web',
      };
      await deploy(cloud, everything);
      const outputs = await outputsOf(aws.cloudFormation);
      const before = scout.logs().length;
      for (const kind of KINDS) {
        const { key, body } = KIND_SAMPLES[kind](random(1), START);
        await put(aws.s3, outputs['BucketName'], key, body);
      }
      await until(() => {
        const scopes = new Set(
          scout
            .logs()
            .slice(before)
            .map(({ scope }) => scope.name),
        );
        return KINDS.every((kind) => scopes.has(LOG_KINDS[kind].schema.scope));
      });
      await destroy(cloud, everything);
      for (const arn of balancers) expect(await accessLogs(aws.elb, arn)).toMatch(/^false/);
      expect(await leftovers(aws)).toEqual([]);
    });
  },
);

const clients = ({ environment }: Cloud) => {
  const common = { region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const cloud = { ...common, endpoint: environment['AWS_ENDPOINT_URL'] ?? '' };
  const moto = {
    ...common,
    endpoint: environment['AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2'] ?? '',
  };
  return {
    cloudFormation: new CloudFormationClient(cloud),
    firehose: new FirehoseClient(cloud),
    lambda: new LambdaClient(cloud),
    s3: new S3Client({ ...cloud, forcePathStyle: true }),
    secrets: new SecretsManagerClient(cloud),
    sqs: new SQSClient(cloud),
    motoCloudFormation: new CloudFormationClient(moto),
    elb: new ElasticLoadBalancingV2Client(moto),
  };
};

const until = async (isTrue: () => boolean | Promise<boolean>, seconds = 180): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not true within ${seconds} seconds`);
    await sleep(500);
  }
};

const accessLogObjects = () => sampleHour(START).filter(({ key }) => /_app\..*\.log\.gz$/.test(key));

const albKey = (name: string): string =>
  `alb/AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/2026/01/31/${ACCOUNT}_elasticloadbalancing_${REGION}_app.shop.0123456789abcdef_20260131T1205Z_10.0.0.1_${name}.log.gz`;

const put = async (s3: S3Client, Bucket: string | undefined, Key: string, Body: Buffer): Promise<void> => {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
};

const receive = async (sqs: SQSClient, QueueUrl: string | undefined) => {
  for (let tries = 0; tries < 12; tries++) {
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] }),
    );
    if (message !== undefined) return message;
  }
  throw new Error(`no message came to ${QueueUrl}`);
};

const subnet = (CidrBlock: string) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock },
});
const balancer = (Name: string) => ({
  Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  Properties: { Name, Subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }] },
});

/** Two load balancers, in moto. */
const createLoadBalancers = async (
  cloudFormation: CloudFormationClient,
): Promise<readonly [string, string]> => {
  const template = {
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
      SubnetA: subnet('10.0.0.0/24'),
      SubnetB: subnet('10.0.1.0/24'),
      First: balancer('first'),
      Second: balancer('second'),
    },
    Outputs: { First: { Value: { Ref: 'First' } }, Second: { Value: { Ref: 'Second' } } },
  };
  await cloudFormation.send(
    new CreateStackCommand({ StackName: 'LoadBalancers', TemplateBody: JSON.stringify(template) }),
  );
  const { First = '', Second = '' } = await outputsOf(cloudFormation, 'LoadBalancers');
  return [First, Second];
};

/** The state and target of a load balancer's access logs. */
const accessLogs = async (elb: ElasticLoadBalancingV2Client, LoadBalancerArn: string): Promise<string> => {
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const value = (name: string): string =>
    Attributes.find(({ Key }) => Key === `access_logs.s3.${name}`)?.Value ?? '';
  return `${value('enabled')} ${value('bucket')}`;
};

const outputsOf = async (
  cloudFormation: CloudFormationClient,
  StackName = STACK,
): Promise<Readonly<Record<string, string>>> => {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return Object.fromEntries(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
};

const physicalIds = async (
  cloudFormation: CloudFormationClient,
  type: string,
): Promise<Readonly<Record<string, string>>> => {
  const { StackResources = [] } = await cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: STACK }),
  );
  return Object.fromEntries(
    StackResources.filter(({ ResourceType }) => ResourceType === type).map(
      ({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId],
    ),
  );
};

const statefulOf = async (
  cloudFormation: CloudFormationClient,
): Promise<Readonly<Record<string, string>>> => ({
  ...(await physicalIds(cloudFormation, 'AWS::S3::Bucket')),
  ...(await physicalIds(cloudFormation, 'AWS::SQS::Queue')),
});

/** Buckets, queues and functions that are there beside the CDK's own bucket. */
const leftovers = async ({ s3, sqs, lambda }: ReturnType<typeof clients>): Promise<readonly string[]> => {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  return [
    ...Buckets.flatMap(({ Name = '' }) => (Name.startsWith('cdk-') ? [] : [Name])),
    ...QueueUrls,
    ...Functions.map(({ FunctionName = '' }) => FunctionName),
  ];
};
