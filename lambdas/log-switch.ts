import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

/** Which log of which load balancer goes where. */
export interface LogSwitchProperties {
  readonly LoadBalancerArn: string;
  /** What its attributes begin with: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html */
  readonly Log: 'access_logs' | 'connection_logs';
  readonly Bucket: string;
  readonly Prefix: string;
}

type Event = CloudFormationCustomResourceEvent<LogSwitchProperties, LogSwitchProperties>;

/**
 * Handler of the custom resource. Creating it turns a log on, deleting it turns the log off again if it was off before.
 * What went wrong is told to CloudFormation, which shows it in the deploy.
 */
export const handler = async (event: Event): Promise<void> => {
  const outcome = await carryOut(event);
  console.info({ message: event.RequestType, ...event.ResourceProperties, ...outcome });
  await answer(event, outcome);
};

type Outcome = Pick<CloudFormationCustomResourceResponse, 'Status' | 'PhysicalResourceId'> & {
  Reason?: string;
};

/** The id of a resource tells, when it is deleted, whether the log was off before. */
const TURNED_ON = 'turned on';
const FOUND_ON = 'found on';
const UNTOUCHED = 'untouched';

const carryOut = async (event: Event): Promise<Outcome> => {
  try {
    const PhysicalResourceId = event.RequestType === 'Delete' ? await turnOff(event) : await turnOn(event);
    return { Status: 'SUCCESS', PhysicalResourceId };
  } catch (error) {
    const PhysicalResourceId = 'PhysicalResourceId' in event ? event.PhysicalResourceId : UNTOUCHED;
    return {
      Status: 'FAILED',
      PhysicalResourceId,
      Reason: error instanceof Error ? error.message : String(error),
    };
  }
};

const turnOn = async (event: Exclude<Event, { RequestType: 'Delete' }>): Promise<string> => {
  const { LoadBalancerArn, Log, Bucket, Prefix } = event.ResourceProperties;
  const wanted = `${Bucket}/${Prefix}`;
  const old = event.RequestType === 'Update' ? event.OldResourceProperties : event.ResourceProperties;
  const { enabled, target } = await read(event.ResourceProperties);
  if (enabled && target !== wanted && target !== `${old.Bucket}/${old.Prefix}`) {
    throw new Error(
      `${LoadBalancerArn} already writes its ${Log} to s3://${target}; turn that off first, or take the load balancer out of albArns`,
    );
  }
  if (!enabled || target !== wanted) {
    await write(event.ResourceProperties, { enabled: 'true', bucket: Bucket, prefix: Prefix });
  }
  const wasOff = !enabled || (event.RequestType === 'Update' && event.PhysicalResourceId.endsWith(TURNED_ON));
  return `${Log} of ${LoadBalancerArn} to ${wanted}, ${wasOff ? TURNED_ON : FOUND_ON}`;
};

const turnOff = async (event: Extract<Event, { RequestType: 'Delete' }>): Promise<string> => {
  const { PhysicalResourceId, ResourceProperties } = event;
  if (!PhysicalResourceId.endsWith(TURNED_ON)) return PhysicalResourceId;
  try {
    const { enabled, target } = await read(ResourceProperties);
    const isOurs = target === `${ResourceProperties.Bucket}/${ResourceProperties.Prefix}`;
    if (enabled && isOurs) await write(ResourceProperties, { enabled: 'false' });
  } catch (error) {
    if (!(error instanceof LoadBalancerNotFoundException)) throw error;
  }
  return PhysicalResourceId;
};

const client = new ElasticLoadBalancingV2Client();

/** Whether the log is on, and to which bucket and prefix it goes. */
const read = async ({
  LoadBalancerArn,
  Log,
}: LogSwitchProperties): Promise<{ enabled: boolean; target: string }> => {
  const { Attributes = [] } = await client.send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
  );
  const value = (name: string): string =>
    Attributes.find(({ Key }) => Key === `${Log}.s3.${name}`)?.Value ?? '';
  return { enabled: value('enabled') === 'true', target: `${value('bucket')}/${value('prefix')}` };
};

const write = async (
  { LoadBalancerArn, Log }: LogSwitchProperties,
  values: Readonly<Record<string, string>>,
): Promise<void> => {
  const Attributes = Object.entries(values).map(([name, Value]) => ({ Key: `${Log}.s3.${name}`, Value }));
  await client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const answer = async (event: Event, outcome: Outcome): Promise<void> => {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  // The URL is signed for a request without a content type, which bytes do not get.
  const body = Buffer.from(JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  const { ok, status } = await fetch(ResponseURL, { method: 'PUT', body });
  // Lambda invokes again then.
  if (!ok) throw new Error(`cloudformation answered ${status}`);
};
