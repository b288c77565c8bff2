import { describe, expect, test } from 'vitest';
import { logFormats, skipReason } from '../../../lambdas/log-lines/log-formats.ts';
import { settingsWith } from '../../support/factories/alb-records.ts';
import { kindWith, schemaWith } from '../../support/factories/log-schema.ts';

const TEST_FILE = 'test file that Elastic Load Balancing writes when logs are turned on';
const OTHER = 'neither *.log nor *.gz nor *.json nor *.parquet';

describe('skipReason', () => {
  test.each([
    'alb/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/01/31/123456789012_elasticloadbalancing_eu-west-1_app.my-shop.0123456789abcdef_20260131T2359Z_203.0.113.9_1a2b3c4d.log.gz',
    'alb/copy.log',
    'alb/copy.log.gz',
    'alb/copy.gz',
    'alb/copy.json',
    'alb/copy.log.parquet',
    'alb/123456789012_elasticloadbalancing_eu-west-1_app.LogTestFile.0a1b_20260131T2355Z_203.0.113.9_1a2b.log.gz',
  ])('reads %s', (key) => {
    expect(skipReason(key, 1)).toBeUndefined();
    expect(skipReason(key, undefined)).toBeUndefined();
  });

  test.each([
    ['alb/AWSLogs/123456789012/ELBAccessLogTestFile', TEST_FILE],
    ['alb/AWSLogs/123456789012/ELBConnectionLogTestFile', TEST_FILE],
    ['alb/AWSLogs/123456789012/ELBHealthCheckLogTestFile', TEST_FILE],
    ['alb/notes.txt', OTHER],
    ['alb/alb.log.gz.bak', OTHER],
    ['alb/catalog', OTHER],
    ['alb/folder.log/', OTHER],
  ])('skips %s', (key, reason) => {
    expect(skipReason(key, 100)).toBe(reason);
  });

  test('skips an object without bytes', () => {
    expect(skipReason('alb/copy.log', 0)).toBe('zero-byte object');
  });
});

const formatsWith = (environment: Record<string, string>) => {
  const tides = kindWith(schemaWith(['time', 'gauge']));
  return logFormats({ tides }, { ...settingsWith(environment), logKinds: ['tides'] });
};

/** What is said of a setting. */
const fault = (name: string, needed: string) =>
  `${name} applies to none of the logs of LOG_KINDS, which are tides: they do not have ${needed}.`;

describe('logFormats', () => {
  test('refuses each setting that applies to none of the kinds', () => {
    expect(() => formatsWith({ ALB_SKIP_STATUS: '404', ALB_SKIP_USER_AGENT: 'curl' })).toThrow(
      new Error(
        `invalid settings: ${fault('ALB_SKIP_STATUS', 'a status')} ${fault('ALB_SKIP_USER_AGENT', 'a user agent')}`,
      ),
    );
  });

  test.each([
    ['a/tide_123456789012_eu-west-1_1.log', 1],
    ['a/copy.log', 1],
    ['a/copy.log', undefined],
  ])('gives a format for %s of %s bytes', (key, size) => {
    expect(formatsWith({})(key, size)).toHaveProperty('open');
  });

  test('skips what is not a log', () => {
    expect(formatsWith({})('a/notes.txt', 1)).toEqual({ skip: OTHER });
  });

  test('skips a kind that is not turned on', () => {
    const kinds = { tides: kindWith(schemaWith(['time'])) };
    const formats = logFormats(kinds, { ...settingsWith(), logKinds: [] });
    expect(formats('a/tide_123456789012_eu-west-1_1.log', 1)).toEqual({
      skip: 'log of the kind tides, which LOG_KINDS does not turn on',
    });
  });
});
