import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import type { Deployment } from './deployment.ts';
import { clientOptions, type Moto } from './moto.ts';

/** The outputs by which commands find their way in a deployed stack; and the ARN of a load balancer beside it. */
export interface DeployedStack {
  readonly outputs: Readonly<Record<string, string>>;
  readonly loadBalancerArn: string;
}

/**
 * Deploys what CloudFormation of moto can: the stack's bucket, queues, functions and delivery stream under the outputs of
 * the real one, and an Application Load Balancer. Notifications and the bucket's policy are left to the test.
 */
export const deployStack = async (stackName: string, moto: Moto): Promise<DeployedStack> => {
  const options = clientOptions(moto);
  const cloudFormation = new CloudFormationClient(options);
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: stackName,
      TemplateBody: JSON.stringify({ Resources, Outputs: outputsAt(options.endpoint) }),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
  cloudFormation.destroy();
  const outputs = Object.fromEntries(
    (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  const { LoadBalancerArn: loadBalancerArn = '' } = outputs;
  return { outputs, loadBalancerArn };
};

const ref = (id: string) => ({ Ref: id });
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const pipeline = (name: string) => ({
  [`${name}Queue`]: { Type: 'AWS::SQS::Queue' },
  [`${name}DeadLetterQueue`]: { Type: 'AWS::SQS::Queue' },
  [`${name}Function`]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: arnOf('Role'),
      Code: { ZipFile: 'exports.handler = () => {}' },
    },
  },
  [`${name}Source`]: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: ref(`${name}Function`), EventSourceArn: arnOf(`${name}Queue`) },
  },
});

const subnet = (zone: string, CidrBlock: string) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: ref('Vpc'), CidrBlock, AvailabilityZone: zone },
});

const Resources = {
  Bucket: { Type: 'AWS::S3::Bucket' },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    },
  },
  ...pipeline('Metrics'),
  ...pipeline('Logs'),
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  SubnetA: subnet('us-east-1a', '10.0.0.0/24'),
  SubnetB: subnet('us-east-1b', '10.0.1.0/24'),
  LoadBalancer: {
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: { Name: 'shop', Scheme: 'internal', Subnets: [ref('SubnetA'), ref('SubnetB')] },
  },
};

/** moto's reference to a queue is AWS's URL, wherever moto listens. */
const queueUrl = (endpoint: string, id: string) => ({
  'Fn::Join': ['/', [endpoint, '123456789012', { 'Fn::GetAtt': [id, 'QueueName'] }]],
});

const outputsOf = (endpoint: string, name: string) => ({
  [`${name}QueueUrl`]: { Value: queueUrl(endpoint, `${name}Queue`) },
  [`${name}DeadLetterQueueUrl`]: { Value: queueUrl(endpoint, `${name}DeadLetterQueue`) },
  [`${name}FunctionName`]: { Value: ref(`${name}Function`) },
});

const outputsAt = (endpoint: string) => ({
  BucketName: { Value: ref('Bucket') },
  MetricStreamName: { Value: 'metric-stream' },
  DeliveryStreamName: { Value: 'delivery-stream' },
  ...outputsOf(endpoint, 'Metrics'),
  ...outputsOf(endpoint, 'Logs'),
  LoadBalancerArn: { Value: ref('LoadBalancer') },
});

/** Describes a deployment as a stack of that name, by whose outputs commands find it. Returns what deletes it. */
export const describeAsStack = async (
  StackName: string,
  { bucket, queues }: Pick<Deployment, 'bucket' | 'queues'>,
  moto: Moto,
): Promise<() => Promise<void>> => {
  const client = new CloudFormationClient(clientOptions(moto));
  const outputs = {
    BucketName: bucket,
    ...Object.fromEntries(
      (
        [
          ['Metrics', queues.metrics],
          ['Logs', queues.logs],
        ] as const
      ).flatMap(([name, { queue, deadLetters }]) => [
        [`${name}QueueUrl`, queue.url],
        [`${name}DeadLetterQueueUrl`, deadLetters.url],
        [`${name}FunctionName`, `forward-${name}`],
      ]),
    ),
  };
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
  // A template needs a resource.
  const TemplateBody = JSON.stringify({ Resources: { Unused: { Type: 'AWS::SQS::Queue' } }, Outputs });
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  return async () => {
    await client.send(new DeleteStackCommand({ StackName }));
    client.destroy();
  };
};
