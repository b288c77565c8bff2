import { describe, expect, test } from 'vitest';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { kindOf, logFormats } from '../../lambdas/log-lines/log-formats.ts';
import { settingsWith } from '../support/factories/alb-records.ts';
import { recognize } from '../../lambdas/log-lines/recognize.ts';
import { type LogKinds, sourceOf } from '../../lambdas/log-lines/log-kind.ts';

const kinds: LogKinds = LOG_KINDS;

const nameIn = (region: string): string =>
  `123456789012_elasticloadbalancing_${region}_app.my-shop.0123456789abcdef_20260131T2359Z_203.0.113.9_1a2b3c4d.log.gz`;

const sourceIn = (key: string) => sourceOf(kinds[kindOf(kinds, key) ?? 'alb'] ?? LOG_KINDS.alb, key);

describe('the key of an object', () => {
  test.each(['', 'alb/', 'logs/of/mine/'])(
    'reads account, region and load balancer under the prefix "%s"',
    (prefix) => {
      const folder = `${prefix}AWSLogs/o-a1b2c3d4e5/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/`;
      expect(sourceIn(folder + nameIn('eu-west-1'))).toEqual({
        account: '123456789012',
        region: 'eu-west-1',
        resourceId:
          'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/my-shop/0123456789abcdef',
      });
    },
  );

  test.each([
    ['us-east-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('knows the partition of %s', (region, partition) => {
    expect(sourceIn(nameIn(region)).resourceId).toBe(
      `arn:${partition}:elasticloadbalancing:${region}:123456789012:loadbalancer/app/my-shop/0123456789abcdef`,
    );
  });

  test.each(['conn_log_', 'conn_log.', 'health_check_log_'])(
    'reads them from the key of another log of it, "%s…"',
    (beginning) => {
      expect(sourceIn(`alb/${beginning}${nameIn('eu-west-1')}`)).toEqual(sourceIn(nameIn('eu-west-1')));
    },
  );

  test.each([
    [
      '123456789012_elasticloadbalancing_us-gov-west-1_net.edge.0a1b_20260131T2359Z_1a2b3c4d.log.gz',
      'aws-us-gov',
      'net/edge/0a1b',
    ],
    [
      '123456789012_elasticloadbalancing_cn-north-1_old-shop_20260131T2359Z_203.0.113.9_1a2b3c4d.log',
      'aws-cn',
      'old-shop',
    ],
  ])('names a load balancer of another type: %s', (name, partition, path) => {
    const { account, region, resourceId } = sourceIn(`a/AWSLogs/${name}`);
    expect(account).toBe('123456789012');
    expect(resourceId).toBe(
      `arn:${partition}:elasticloadbalancing:${region}:123456789012:loadbalancer/${path}`,
    );
  });

  test('names a flow log', () => {
    const folder =
      'AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-gov-west-1/year=2026/month=01/day=31/hour=23/';
    const name = '123456789012_vpcflowlogs_us-gov-west-1_fl-0a1b2c3d4e5f60718_20260131T2355Z_1a2b3c4d.log.gz';
    expect(sourceIn(folder + name)).toEqual({
      account: '123456789012',
      region: 'us-gov-west-1',
      resourceId: 'arn:aws-us-gov:ec2:us-gov-west-1:123456789012:vpc-flow-log/fl-0a1b2c3d4e5f60718',
    });
  });

  test.each([
    ['AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/', '123456789012', 'eu-west-1'],
    [
      'AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=us-gov-west-1/year=2026/month=01/day=31/',
      '123456789012',
      'us-gov-west-1',
    ],
    ['a/AWSLogs/aws-account-id=123456789012/elasticloadbalancing/mine/year=2026/', '123456789012', undefined],
    ['MyPrefix/eusc-de-east-1/2026/01/31/', undefined, 'eusc-de-east-1'],
    [
      'team-a-1/AWSLogs/123456789012/elasticloadbalancing/ap-southeast-2/2026/01/31/',
      '123456789012',
      'ap-southeast-2',
    ],
    ['web-prod-1/mx-central-1/2026/01/31/', undefined, 'mx-central-1'],
  ])('of a log of CloudWatch Logs says what its folders say: %s', (folder, account, region) => {
    expect({ ...sourceIn(`${folder}any.gz`) }).toEqual({
      ...(account !== undefined && { account }),
      ...(region !== undefined && { region }),
    });
  });

  test.each(['alb/copy.log.gz', 'alb/123456789012_elasticloadbalancing_eu-west-1_app.log', 'alb/', ''])(
    'says nothing of "%s"',
    (key) => {
      expect(sourceIn(key)).toEqual({});
    },
  );
});

describe('the kind of an object', () => {
  test.each([
    [nameIn('eu-west-1'), 'alb'],
    [`conn_log_${nameIn('eu-west-1')}`, 'alb-connection'],
    [`conn_log.${nameIn('eu-west-1')}`, 'alb-connection'],
    ['conn_log.gz', 'alb-connection'],
    ['123456789012_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_20260131T2355Z_1a2b3c4d.log.gz', 'vpc-flow'],
    [
      '123456789012_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_20260131T2355Z_1a2b3c4d.log.parquet',
      'vpc-flow',
    ],
    [nameIn('eu-west-1').replace('_app.', '_net.'), 'nlb'],
    [nameIn('eu-west-1').replace('_app.my-shop.0123456789abcdef', '_my-shop'), 'clb'],
    [`health_check_log_${nameIn('eu-west-1')}`, 'alb-health-check'],
    ['copy.log.gz', undefined],
  ])('named %s is %s', (name, kind) => {
    expect(kindOf(LOG_KINDS, `logs/2026/${name}`)).toBe(kind);
  });
});

const faultOf = (environment: Record<string, string>): string | undefined => {
  try {
    logFormats(LOG_KINDS, settingsWith(environment));
    return undefined;
  } catch (error) {
    return String(error);
  }
};

test('vended logs of few fields are of the kind that their values show', () => {
  const fields = { time: '2026-01-31T23:59:58.123456Z', client_port: '203.0.113.77:49152', sent_bytes: '1' };
  const kindOfLine = (type: string) => {
    const line = Buffer.from(JSON.stringify({ type, ...fields }));
    return recognize(LOG_KINDS, [line], settingsWith().alb)?.name;
  };
  expect([kindOfLine('h2'), kindOfLine('tls')]).toEqual(['alb', 'nlb']);
});

describe('a setting', () => {
  test.each([
    ['ALB_SKIP_STATUS', '4xx', 'a status'],
    ['ALB_SKIP_PATH', '^/health', 'a path'],
    ['ALB_SKIP_USER_AGENT', 'curl', 'a user agent'],
    ['ALB_SAMPLE_SLOWER_THAN', '1', 'a duration in seconds'],
    ['ALB_QUERY_STRINGS', 'mask', 'a URL'],
    ['ALB_REDACT_QUERY_KEYS', 'token', 'a URL'],
  ])('that applies to no kind of log that is turned on is refused: %s', (name, value, needed) => {
    expect(faultOf({ LOG_KINDS: 'nlb,alb-connection', [name]: value })).toBe(
      `Error: invalid settings: ${name} applies to none of the logs of LOG_KINDS, which are alb-connection, nlb: they do not have ${needed}.`,
    );
    expect(faultOf({ LOG_KINDS: 'nlb,clb', [name]: value })).toBeUndefined();
  });

  test('about client addresses is refused where no log has one', () => {
    const setting = { ALB_CLIENT_ADDRESS: 'mask' };
    expect(faultOf({ LOG_KINDS: 'alb-health-check', ...setting })).toContain(
      "do not have a client's address",
    );
    expect(faultOf({ LOG_KINDS: 'alb-health-check,nlb', ...setting })).toBeUndefined();
  });
});
