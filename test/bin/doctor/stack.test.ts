import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../bin/doctor/check.ts';
import { STACK_CHECK } from '../../../bin/doctor/stack.ts';
import { awsError, contextOf, examine } from '../../support/harness/examine.ts';

const cloudFormation = mockClient(CloudFormationClient);
beforeEach(() => void cloudFormation.reset());

describe('the stack', () => {
  it('may be missing yet', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(new Error('Stack with id ScoutForwarder does not exist'));
    expect(await stack()).toMatchObject({
      status: 'skip',
      found: expect.stringContaining('there is no ScoutForwarder in eu-west-1 yet'),
    });
  });

  it('is there, or half there', async () => {
    stackHas({ OutputKey: 'BucketName', OutputValue: 'ours' });
    expect(await stack()).toEqual({ status: 'ok', found: 'ScoutForwarder is deployed' });
    stackHas();
    expect(await stack()).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('npx cdk deploy'),
    });
  });

  it.each([
    [awsError('AccessDenied', 'no'), 'warn', 'allow the IAM action cloudformation:DescribeStacks'],
    [awsError('Other', 'no', 403), 'warn', 'allow the IAM action cloudformation:DescribeStacks'],
    [awsError('ExpiredToken', 'old', 403), 'fail', 'sign in to AWS'],
    [awsError('CredentialsProviderError', 'none'), 'fail', 'sign in to AWS'],
    [new Error('Region is missing'), 'fail', 'set AWS_REGION'],
    [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'fail', "AWS's endpoint is not in reach"],
    [new Error('odd'), 'fail', 'mend what it says'],
  ])('is told about, where it cannot be looked at: %s', async (error, status, remedy) => {
    cloudFormation.on(DescribeStacksCommand).rejects(error);
    expect(await stack()).toMatchObject({ status, remedy: expect.stringContaining(remedy) });
  });
});

const stack = async (): Promise<Finding | undefined> =>
  (await examine([STACK_CHECK], await contextOf()))['stack'];

const stackHas = (...Outputs: { OutputKey: string; OutputValue: string }[]): void => {
  const StackStatus = 'CREATE_COMPLETE';
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ StackName: 's', CreationTime: new Date(), StackStatus, Outputs }] });
};
