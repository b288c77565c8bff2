import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BACKFILL, readRequest } from '../../../bin/backfill/command.ts';
import { findTarget } from '../../../bin/backfill/target.ts';
import { readOptions } from '../../../bin/shared/command-line.ts';
import type { ListedObject } from '../../../lambdas/aws/objects.ts';
import { SCOUT } from '../../support/harness/synth.ts';
import { mockClient } from '../../support/harness/mock-client.ts';

const parseRequest = (args: readonly string[]) => readRequest(readOptions(BACKFILL, args));

const cloudFormation = mockClient(CloudFormationClient);
beforeEach(() => {
  cloudFormation.reset();
  // A folder without the user's cdk.json.
  vi.spyOn(process, 'cwd').mockReturnValue(tmpdir());
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the command line', () => {
  test('reads dates as keys spell them', () => {
    expect(
      parseRequest(['--prefix', 'metrics/', '--from', '2026-01-31T22', '--to', '2026-02-01']),
    ).toMatchObject({
      from: '2026/01/31/22',
      to: '2026/02/01',
      stackName: 'ScoutForwarder',
      isDryRun: false,
      isConfirmed: false,
    });
  });

  test.each([
    [['--from', '2026-01-31'], '--prefix is missing; it must be where the objects are'],
    [['--kind', 'elb'], '--kind is elb; it must be one of alb, alb-connection'],
    [['--kind', 'alb', '--prefix', 'metrics/'], '--kind is about logs'],
    [['--kind', 'alb', '--from', '2026-01-31T23'], 'only keys of metrics have the hour'],
    [['--prefix', 'alb/', '--from', '31.1.2026'], '--from is 31.1.2026; it must be a day, 2026-01-31'],
    [['--prefix', 'alb/', '--to', '2026-13-01'], '--to is 2026-13-01; it must be a day'],
    [['--prefix', 'alb/', '--from', '2026-02-30'], '--from is 2026-02-30; it must be a day'],
    [['--prefix', 'metrics/', '--from', '2026-02-28T24'], '--from is 2026-02-28T24; it must be a day'],
    [
      ['--prefix', 'alb/', '--from', '2026-02-01', '--to', '2026-01-31'],
      '--to is 2026-01-31; it must not be before',
    ],
    [['--prefix', 'alb/', '--from', '2026-01-31T23'], 'only keys of metrics have the hour'],
    [['--prefix', 'alb/', '--most-waiting', '9'], '--most-waiting is 9; it must be a whole number from 10'],
    [['--prefix', 'alb/', '--most-waiting', '1e3'], '--most-waiting is 1e3'],
    [['--prefix', 'alb/', '--perfix', 'x'], "Unknown option '--perfix'"],
  ])('%j is refused', (args, message) => {
    expect(() => parseRequest(args)).toThrow(message);
  });
});

describe('the target', () => {
  const OUTPUTS = {
    BucketName: 'ours',
    MetricsQueueUrl: 'https://sqs/metrics',
    LogsQueueUrl: 'https://sqs/logs',
  };
  beforeEach(() => vi.stubEnv('AWS_REGION', 'eu-west-1'));

  test('is what the stack says, by the prefix', async () => {
    stackHas(OUTPUTS);
    expect(await target('--prefix', 'metrics/2026/', '-c', 'metricConcurrency=7')).toMatchObject({
      bucket: 'ours',
      queueUrl: 'https://sqs/metrics',
      concurrency: 7,
    });
    expect(await target('--prefix', 'alb/')).toMatchObject({
      bucket: 'ours',
      queueUrl: 'https://sqs/logs',
      concurrency: 10,
    });
  });

  test('is the existing log bucket where the settings name one', async () => {
    stackHas(OUTPUTS);
    const settings = ['-c', 'albLogBucketName=theirs', '-c', 'albLogPrefix=prod'];
    expect(await target('--prefix', 'prod/AWSLogs/', ...settings)).toMatchObject({ bucket: 'theirs' });
    await expect(target('--prefix', 'stage/AWSLogs/', ...settings)).rejects.toThrow(
      '--prefix is stage/AWSLogs/; it must begin with prod/',
    );
  });

  test('is the folder of the kind that is asked for', async () => {
    stackHas(OUTPUTS);
    expect(await target('--kind', 'alb')).toMatchObject({ bucket: 'ours', prefix: 'logs/alb/' });
    expect(await target('--kind', 'alb', '--prefix', 'alb/')).toMatchObject({ prefix: 'alb/' });
    const existing = ['-c', 'albLogBucketName=theirs', '-c', 'albLogPrefix=prod'];
    expect(await target('--kind', 'alb', ...existing)).toMatchObject({ bucket: 'theirs', prefix: 'prod/' });
    await expect(target('--kind', 'alb-connection')).rejects.toThrow(
      '--kind is alb-connection; it must be one that logKinds turns on, which are alb',
    );
    const queue = ['--bucket', 'b', '--queue-url', 'https://sqs/q'];
    expect(await target('--kind', 'alb-connection', ...queue)).toMatchObject({ prefix: 'logs/alb/' });
  });

  test('has only objects of the kind that is asked for, and those whose names do not say', async () => {
    stackHas(OUTPUTS);
    const { isForwarded } = await target('--kind', 'alb-connection', '-c', 'logKinds=alb,alb-connection');
    const folder = 'logs/alb/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/';
    const name =
      '123456789012_elasticloadbalancing_eu-west-1_app.web.0a1b2c3d4e5f6071_20260131T1205Z_10.0.0.1_x';
    expect(isForwarded(found(`${folder}conn_log_${name}.log.gz`))).toBe(true);
    expect(isForwarded(found(`${folder}${name}.log.gz`))).toBe(false);
    expect(isForwarded(found(`${folder}copy.log.gz`))).toBe(true);
  });

  test('refuses what the functions may not read, and what is not deployed', async () => {
    const withoutLogs: Record<string, string>[] = [
      { BucketName: 'ours', MetricsQueueUrl: 'q' },
      { LogsQueueUrl: 'q' },
    ];
    for (const outputs of withoutLogs) {
      stackHas(outputs);
      await expect(target('--prefix', 'alb/')).rejects.toThrow('stack ScoutForwarder has no logs pipeline');
    }
    stackHas(OUTPUTS);
    await expect(target('--prefix', 'rejected/')).rejects.toThrow(
      '--prefix is rejected/; it must begin with logs/',
    );
    cloudFormation.on(DescribeStacksCommand).rejects(new Error('Stack with id X does not exist'));
    await expect(target('--prefix', 'alb/', '--stack', 'X')).rejects.toThrow(
      'stack X does not exist in eu-west-1',
    );
  });

  test('needs no stack where bucket and queue are given', async () => {
    const given = ['--bucket', 'b', '--queue-url', 'https://sqs/q'];
    expect(await target('--prefix', 'x/', ...given)).toMatchObject({
      bucket: 'b',
      queueUrl: 'https://sqs/q',
    });
    expect(cloudFormation.calls()).toEqual([]);
  });

  test('counts what the function of the prefix forwards', async () => {
    stackHas(OUTPUTS);
    const objects = [
      found('x.log.gz'),
      found('ELBAccessLogTestFile'),
      found('conn_log.x.log.gz'),
      found('x.log', 0),
    ];
    const ours = async (...args: readonly string[]) => objects.map((await target(...args)).isForwarded);
    expect(await ours('--prefix', 'alb/')).toEqual([true, false, false, false]);
    expect(await ours('--prefix', 'alb/', '-c', 'albConnectionLogs=true')).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(await ours('--prefix', 'metrics/')).toEqual([true, true, true, false]);
    const queue = ['--bucket', 'b', '--queue-url', 'https://sqs/q'];
    expect(await ours('--prefix', 'alb/', ...queue)).toEqual([true, false, true, false]);
  });
});

const target = async (...args: readonly string[]) => {
  const settings = Object.entries(SCOUT).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  return findTarget(parseRequest([...args, ...settings]), { cloudFormation: new CloudFormationClient({}) });
};

const found = (key: string, size = 1): ListedObject => ({ key, size });

const stackHas = (outputs: Readonly<Record<string, string>>): void => {
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [
      {
        StackName: 'ScoutForwarder',
        CreationTime: new Date(0),
        StackStatus: 'CREATE_COMPLETE',
        Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
      },
    ],
  });
};
