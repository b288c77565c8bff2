import { setTimeout } from 'node:timers/promises';
import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import type { LogSwitchProperties } from './log-switch-properties.ts';

// A role or bucket policy that is seconds old may not be in force everywhere yet.
const PERMISSION_RETRIES = 12;
const PERMISSION_RETRY_DELAY_MS = 5000;
const PERMISSION_ERROR = /^(?:AccessDenied|InvalidConfigurationRequest)(?:Exception)?$/;

type Event = CloudFormationCustomResourceEvent<LogSwitchProperties, LogSwitchProperties>;

/**
 * Handler of the custom resource. Create and Update turn the log on. Delete turns it off if it still goes to the bucket
 * and prefix, even if someone else turned it on: the bucket is deleted next, and another account could then take its name.
 */
export const handler = async (event: Event): Promise<void> => {
  const outcome = await carryOut(event);
  console.info({ message: event.RequestType, ...event.ResourceProperties, ...outcome });
  await respond(event, outcome);
};

type Outcome = Pick<CloudFormationCustomResourceResponse, 'Status' | 'PhysicalResourceId'> & {
  Reason?: string;
};

/** Errors become a FAILED response, whose reason the deploy shows. */
const carryOut = async (event: Event): Promise<Outcome> => {
  const PhysicalResourceId =
    event.RequestType === 'Create' ? physicalId(event.ResourceProperties) : event.PhysicalResourceId;
  try {
    if (event.RequestType === 'Delete') {
      await turnOff(event.ResourceProperties);
      return { Status: 'SUCCESS', PhysicalResourceId };
    }
    await turnOn(event);
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId(event.ResourceProperties) };
  } catch (error) {
    const Reason = error instanceof Error ? error.message : String(error);
    return { Status: 'FAILED', PhysicalResourceId, Reason };
  }
};

const physicalId = (properties: LogSwitchProperties): string =>
  `${properties.Log} of ${properties.LoadBalancerArn} to ${targetOf(properties)}`;

const targetOf = ({ Bucket, Prefix }: Pick<LogSwitchProperties, 'Bucket' | 'Prefix'>): string =>
  `${Bucket}/${Prefix}`;

const turnOn = async (event: Exclude<Event, { RequestType: 'Delete' }>): Promise<void> => {
  const { ResourceProperties: wanted } = event;
  const { enabled, target } = await read(wanted);
  if (enabled && target === targetOf(wanted)) return;
  const isOld = event.RequestType === 'Update' && target === targetOf(event.OldResourceProperties);
  if (enabled && !isOld) {
    throw new Error(
      `${wanted.LoadBalancerArn} already writes its ${wanted.Log} to s3://${target}; turn that off first, or remove the load balancer from the stack's list`,
    );
  }
  await write(wanted, { enabled: 'true', bucket: wanted.Bucket, prefix: wanted.Prefix });
};

const turnOff = async (properties: LogSwitchProperties): Promise<void> => {
  try {
    const { enabled, target } = await read(properties);
    if (enabled && target === targetOf(properties)) await write(properties, { enabled: 'false' });
  } catch (error) {
    if (!(error instanceof LoadBalancerNotFoundException)) throw error;
  }
};

// CloudFormation starts all switches of a stack at once, and the API allows 10 calls a second:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/elb-api-throttling.html
const client = new ElasticLoadBalancingV2Client({ maxAttempts: 10, retryMode: 'adaptive' });

/** Whether the log is on, and the bucket and prefix that it goes to. */
const read = async ({
  LoadBalancerArn,
  Log,
}: LogSwitchProperties): Promise<{ enabled: boolean; target: string }> => {
  const { Attributes = [] } = await whenPermitted(async () =>
    client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
  );
  const value = (name: string): string =>
    Attributes.find(({ Key }) => Key === `${Log}.s3.${name}`)?.Value ?? '';
  const target = targetOf({ Bucket: value('bucket'), Prefix: value('prefix') });
  return { enabled: value('enabled') === 'true', target };
};

const write = async (
  { LoadBalancerArn, Log }: LogSwitchProperties,
  values: Readonly<Record<string, string>>,
): Promise<void> => {
  const Attributes = Object.entries(values).map(([name, Value]) => ({ Key: `${Log}.s3.${name}`, Value }));
  await whenPermitted(async () =>
    client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })),
  );
};

/** Repeats a call that is not permitted, for up to a minute. */
const whenPermitted = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let retries = 0; ; retries++) {
    try {
      return await call();
    } catch (error) {
      const isPermission = error instanceof Error && PERMISSION_ERROR.test(error.name);
      if (!isPermission || retries === PERMISSION_RETRIES) throw error;
      await setTimeout(PERMISSION_RETRY_DELAY_MS);
    }
  }
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const respond = async (event: Event, outcome: Outcome): Promise<void> => {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  // The URL is signed for a request without a content type, which bytes do not get.
  const body = Buffer.from(JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  const { ok, status } = await fetch(ResponseURL, { method: 'PUT', body });
  // A failed invocation is repeated by Lambda.
  if (!ok) throw new Error(`CloudFormation's response URL returned ${status}`);
};
