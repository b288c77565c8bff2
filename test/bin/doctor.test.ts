import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Setting, SETTINGS } from '../../lib/settings/settings-table.ts';
import { malformedWith, textsWith } from '../support/factories/secrets.ts';
import { SCOUT } from '../support/harness/synth.ts';

const optionsOf = (settings: readonly (readonly [string, string | undefined])[]): readonly string[] =>
  settings.flatMap(([key, value]) => ['-c', `${key}=${value ?? ''}`]);
const OPTIONS = optionsOf(Object.entries(SCOUT));

/** Runs it where AWS is not reachable, and there is no cdk.json. */
const doctor = (...args: readonly string[]) => {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('bin/doctor.ts'), ...args], {
    cwd: tmpdir(),
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
    const { status, stdout, stderr } = doctor(...OPTIONS);
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
    const { stdout } = doctor(...OPTIONS, '-c', 'regions=eu-west-1,us-east-1');
    expect(stdout.match(/^ScoutForwarder in .*$/gm)).toEqual([
      'ScoutForwarder in eu-west-1',
      'ScoutForwarder in us-east-1',
    ]);
  });

  it.each([
    [['--alb', 'shop'], '--alb is shop; it must be the ARN of an ALB'],
    [['--albs', 'x'], "Unknown option '--albs'"],
    [['-c', 'scoutEndpoint'], '-c scoutEndpoint must be key=value'],
    [['-c', 'scoutHeaders:{"x-key":"sesame"}'], '-c scoutHeaders must be key=value'],
    [['scoutHeaders={"x-key":"sesame\'. "}'], "Unexpected argument 'scoutHeaders…'"],
  ])('with %j says how it is used', (args, message) => {
    const { status, stderr } = doctor(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage: npm run doctor --');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stderr).not.toContain('sesame');
  });

  it.each([0, 1, 2])('prints no secret of any setting (%i)', (turn) => {
    const planted = Object.entries<Setting>(SETTINGS).map(([key, { secret }], i) => {
      const texts = (secret ? malformedWith : textsWith)('sesame');
      return [key, texts[(i + turn * 3) % texts.length]] as const;
    });
    const wrong = doctor(...optionsOf(planted));
    expect(wrong.stdout).toContain('scoutHeaders is malformed');
    const right = doctor(...optionsOf(Object.entries({ ...SCOUT, scoutHeaders: '{"x-key":"sesame"}' })));
    for (const { stdout, stderr } of [wrong, right]) expect(stdout + stderr).not.toContain('sesame');
  });
});
