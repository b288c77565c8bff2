import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SCOUT } from '../support/harness/synth.ts';

const SETTINGS = Object.entries(SCOUT).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** Runs it where AWS is not in reach. */
const doctor = (...args: readonly string[]) => {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/doctor.ts', ...args], {
    encoding: 'utf8',
    env: {
      PATH,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'eu-central-1',
    },
  });
  return { status, stdout, stderr };
};

describe('npm run doctor', { timeout: 60_000 }, () => {
  it('has one finding where the settings are wrong', () => {
    const { status, stdout, stderr } = doctor('-c', 'scoutEndpoint=http://otel.example.com');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.match(/^(?:ok|warn|fail|skip) .*$/gm)).toEqual([
      expect.stringMatching(/^fail {2}settings +wrong, so nothing else can be checked$/),
    ]);
    expect(stdout).toContain('scoutEndpoint is "http://otel.example.com"');
    expect(stdout).toContain('scoutTokenUrl is missing');
  });

  it('says a line a check, with a remedy for each failure, and exits with 1', () => {
    const { status, stdout, stderr } = doctor(...SETTINGS);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}.*/, ''))).toEqual([
      'ScoutForwarder in eu-central-1',
      'ok',
      'fail',
      '', // its remedy
      'skip',
      'skip',
      'skip',
      'fail',
      '',
      '',
    ]);
    expect(stdout.match(/^ {6}→ AWS's endpoint is not in reach from here$/gm)).toHaveLength(2);
  });

  it('looks at each region of the settings', () => {
    const { stdout } = doctor(...SETTINGS, '-c', 'regions=eu-west-1,us-east-1');
    expect(stdout.match(/^ScoutForwarder in .*$/gm)).toEqual([
      'ScoutForwarder in eu-west-1',
      'ScoutForwarder in us-east-1',
    ]);
  });

  it.each([
    [['--alb', 'shop'], '--alb is shop; it must be the ARN of an ALB'],
    [['--albs', 'x'], "Unknown option '--albs'"],
    [['-c', 'scoutEndpoint'], '-c scoutEndpoint must be key=value'],
  ])('with %j says how it is used', (args, message) => {
    const { status, stderr } = doctor(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage: npm run doctor --');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
