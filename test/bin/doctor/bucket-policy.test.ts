import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsError } from '../../support/harness/examine.ts';
import { examineStack, LOAD_BALANCER } from '../../support/harness/examine-stack.ts';

const s3 = mockClient(S3Client);
beforeEach(() => void s3.reset());

/** What load balancers of an account write. */

const object = (account: string): string => `arn:aws:s3:::ours/logs/alb/AWSLogs/${account}/*`;

const OWN = object('123456789012');

const statement = (Resource: string | readonly string[], changes: object = {}) => ({
  Effect: 'Allow',
  Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
  Action: 's3:PutObject',
  Resource,
  ...changes,
});

describe('the log delivery policy', () => {
  it.each([
    [[{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }, statement(OWN)]],
    [statement([object('210987654321'), OWN])],
    [statement(OWN, { Action: ['s3:GetObject', 's3:PutObject'] })],
    [statement('arn:aws:s3:::ours/*')],
  ])('lets load balancers write: %j', async (statements) => {
    expect(await policy(statements)).toMatchObject({ status: 'ok' });
  });

  it.each([
    [[]],
    [statement('arn:aws:s3:::ours/logs/alb/AWSLogs/210987654321/*')],
    [statement('arn:aws:s3:::oursXlogs/alb/AWSLogs/123456789012/*')],
    [statement(OWN, { Effect: 'Deny' })],
    [statement(OWN, { Action: 's3:GetObject' })],
    [statement(OWN, { Principal: { Service: 'delivery.logs.amazonaws.com' } })],
  ])('does not: %j', async (statements) => {
    expect(await policy(statements)).toMatchObject({
      status: 'fail',
      found: 'load balancers of 123456789012 may not write to ours/logs/alb/',
    });
  });

  it('must name each account: those of the settings, and those of the load balancers', async () => {
    const other = LOAD_BALANCER.replace('123456789012', '210987654321');
    expect(await policy(statement(OWN), {}, [other])).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('-c albLogAccounts=210987654321'),
    });
    expect(await policy(statement(OWN), { albLogAccounts: '111122223333' })).toMatchObject({
      status: 'fail',
    });
    const both = [OWN, object('210987654321')];
    expect(await policy(statement(both), { albLogAccounts: '210987654321' }, [other])).toMatchObject({
      status: 'ok',
    });
  });

  it('is gone altogether', async () => {
    s3.on(GetBucketPolicyCommand).rejects(
      awsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404),
    );
    expect(await examineStack(/policy/)).toMatchObject({ 'log delivery policy': { status: 'fail' } });
  });

  it("of an existing bucket is its owner's business", async () => {
    expect(await examineStack(/policy/, { albLogBucketName: 'theirs' })).toEqual({});
  });
});

const policy = async (Statement: unknown, keys = {}, loadBalancers: readonly string[] = []) => {
  s3.on(GetBucketPolicyCommand, { Bucket: 'ours' }).resolves({ Policy: JSON.stringify({ Statement }) });
  return (await examineStack(/policy/, keys, loadBalancers))['log delivery policy'];
};
