import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scout, startScout } from '../../bin/local/emulators/scout.ts';
import { type Setting, SETTINGS } from '../../lib/settings/settings-table.ts';
import { malformedWith, textsWith } from '../support/factories/secrets.ts';
import { awsAt, runCommand } from '../support/harness/run-command.ts';
import { SCOUT } from '../support/harness/synth.ts';

const optionsOf = (settings: readonly (readonly [string, string | undefined])[]): readonly string[] =>
  settings.flatMap(([key, value]) => ['-c', `${key}=${value ?? ''}`]);
const OPTIONS = optionsOf(Object.entries(SCOUT));

/** Where AWS is not reachable. */
const doctor = async (...args: readonly string[]) => runCommand('doctor', args, awsAt('http://127.0.0.1:1'));

describe('npm run doctor', { timeout: 60_000 }, () => {
  test('has one finding where the settings are wrong', async () => {
    const { status, stdout, stderr } = await doctor('-c', 'scoutEndpoint=http://otel.example.com');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.match(/^(?:ok|warn|fail|skip) .*$/gm)).toEqual([
      expect.stringMatching(/^fail {2}settings +wrong, so nothing else can be checked$/),
    ]);
    expect(stdout).toContain('scoutEndpoint is "http://otel.example.com"');
    expect(stdout).toContain('scoutTokenUrl is missing');
  });

  test('prints one line per check, with a remedy for each failure, and exits with 1', async () => {
    const { status, stdout, stderr } = await doctor(...OPTIONS);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}.*/, ''))).toEqual([
      'ScoutForwarder in eu-central-1',
      'ok',
      'fail',
      '', // its remedy
      'skip',
      'skip',
      'skip',
      'skip',
      'fail',
      '',
      '',
    ]);
    expect(stdout.match(/^ {6}→ check the network: /gm)).toHaveLength(2);
  });

  test('refuses a load balancer that writes none of the logs that are turned on', async () => {
    const net =
      'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/edge/0123456789abcdef';
    const { status, stderr } = await doctor(...OPTIONS, '--alb', net);
    expect(status).toBe(2);
    expect(stderr).toContain(
      `--alb: ${net} writes none of the logs of logKinds, which are alb; it can write nlb`,
    );
  });

  test('looks at each region of the settings', async () => {
    const { stdout } = await doctor(...OPTIONS, '-c', 'regions=eu-west-1,us-east-1');
    expect(stdout.match(/^ScoutForwarder in .*$/gm)).toEqual([
      'ScoutForwarder in eu-west-1',
      'ScoutForwarder in us-east-1',
    ]);
  });

  test('prints JSON for other programs, with the same exit status', async () => {
    const { status, stdout } = await doctor('--json', ...OPTIONS);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      findings: [
        { region: 'eu-central-1', name: 'settings', status: 'ok' },
        { name: 'secret', status: 'fail', found: expect.any(String), remedy: expect.any(String) },
        { name: 'token', status: 'skip' },
        { name: 'Scout accepts metrics' },
        { name: 'Scout accepts logs' },
        { name: 'compression' },
        { name: 'stack', status: 'fail' },
      ],
    });
  });

  test.each([0, 1, 2])('prints no secret of any setting (%i)', async (turn) => {
    const planted = Object.entries<Setting>(SETTINGS).map(([key, { secret }], i) => {
      const texts = (secret ? malformedWith : textsWith)('sesame');
      return [key, texts[(i + turn * 3) % texts.length]] as const;
    });
    const wrong = await doctor(...optionsOf(planted));
    expect(wrong.stdout).toContain('scoutHeaders is malformed');
    const right = await doctor(
      ...optionsOf(Object.entries({ ...SCOUT, scoutHeaders: '{"x-key":"sesame"}' })),
    );
    for (const { stdout, stderr } of [wrong, right]) expect(stdout + stderr).not.toContain('sesame');
  });
});

describe('with SCOUT_* in the environment', () => {
  let scout: Scout;
  beforeAll(async () => {
    scout = await startScout();
  });
  afterAll(async () => scout.close());

  test('Scout alone is checked, without credentials or a region of AWS', async () => {
    const variables = {
      SCOUT_ENDPOINT: scout.endpoint,
      SCOUT_TOKEN_URL: scout.tokenUrl,
      SCOUT_CLIENT_ID: scout.clientId,
      SCOUT_CLIENT_SECRET: scout.clientSecret,
    };
    const right = await runCommand('doctor', [], variables);
    expect(right).toMatchObject({ status: 0, stderr: '' });
    expect(
      right.stdout.match(/^(?:ok|warn|fail|skip) .{4,26}(?= {2})/gm)?.map((line) => line.trim()),
    ).toEqual([
      'ok    settings',
      'ok    token',
      'ok    Scout accepts metrics',
      'ok    Scout accepts logs',
      'ok    compression',
    ]);

    const wrong = await runCommand('doctor', [], { ...variables, SCOUT_CLIENT_SECRET: 'sesame' });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('→ SCOUT_CLIENT_ID or SCOUT_CLIENT_SECRET is wrong');
    expect(wrong.stdout).not.toContain('sesame');

    const half = await runCommand('doctor', [], { SCOUT_CLIENT_ID: scout.clientId });
    expect(half.status).toBe(1);
    expect(half.stdout).toContain('SCOUT_ENDPOINT is missing');
  });
});
