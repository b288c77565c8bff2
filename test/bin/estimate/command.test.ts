import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCommand } from '../../integration/support/command.ts';
import { awsAt, runCommand } from '../../support/harness/run-command.ts';
import { sampleHour } from '../../../bin/local/samples/hour.ts';

const METRICS_ONLY = ['-c', 'metrics=true', '-c', 'albLogs=false'];

describe('npm run estimate', { timeout: 60_000 }, () => {
  let server: Server;
  let endpoint = '';
  /** Responses to come; after the last, an empty list. */
  let responses: (readonly [status: number, body: object])[] = [];
  let calls = 0;
  let onCall: (() => void) | undefined;
  let isSilent = false;
  beforeAll(async () => {
    server = createServer((_, response) => {
      calls++;
      onCall?.();
      if (isSilent) return;
      const [status, body] = responses.shift() ?? [200, { Metrics: [] }];
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('needs no setting of Scout, and waits while AWS throttles', async () => {
    const throttled = [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }] as const;
    // One more than the SDK would wait for by default.
    responses = [throttled, throttled, throttled];
    calls = 0;
    const { status, stdout, stderr } = await runCommand('estimate', METRICS_ONLY, awsAt(endpoint));

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^About \$7\.56 a month: \$7\.56 to AWS and \$0\.00 to Scout\.\n/);
    expect(calls).toBe(4);
  });

  test('names the IAM action that is missing', async () => {
    const denied = [403, { __type: 'AccessDeniedException', message: 'no' }] as const;
    responses = [[200, { Metrics: [{ Namespace: 'A', MetricName: 'b' }] }], denied];
    const data = await runCommand('estimate', METRICS_ONLY, awsAt(endpoint));
    responses = [denied];
    const balancers = await runCommand('estimate', ['-c', 'metrics=false'], awsAt(endpoint));

    expect([data, balancers].map(({ status, stderr }) => [status, stderr])).toEqual(
      ['cloudwatch:GetMetricData', 'elasticloadbalancing:DescribeLoadBalancers'].map((action) => [
        1,
        expect.stringContaining(`→ allow the IAM action ${action} to the user or role`),
      ]),
    );
  });

  test('without credentials says how to get them', async () => {
    const { AWS_ACCESS_KEY_ID: _, ...anonymous } = awsAt(endpoint);
    expect(await runCommand('estimate', METRICS_ONLY, anonymous)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/credentials.*\n→ sign in to AWS/),
    });
  });

  test('stops at once when it is interrupted', async () => {
    isSilent = true;
    const running = startCommand('bin/estimate.ts', METRICS_ONLY, awsAt(endpoint));
    await new Promise<void>((called) => (onCall = called));
    running.kill('SIGINT');
    expect(await running.ended).toEqual({ code: 1, stdout: '', stderr: 'stopped\n' });
    isSilent = false;
  });

  test('refuses wrong options before it asks AWS for anything', async () => {
    calls = 0;
    const { status, stderr } = await runCommand('estimate', ['--most-metrics', '0'], awsAt(endpoint));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^--most-metrics is 0; it must be a whole number from 1\n/);
    expect(calls).toBe(0);
  });

  test('counts the objects of a folder without AWS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'estimate-'));
    const hour = sampleHour(Date.UTC(2026, 0, 31, 12));
    const objects = [
      ...hour.filter(({ key }) => key.startsWith('metrics/')).slice(0, 5),
      ...hour.filter(({ key }) => key.includes('_app.hooks.')).slice(0, 1),
    ];
    for (const [index, { key, body }] of objects.entries())
      writeFileSync(join(folder, `${index}-${key.split('/').at(-1)}`), body);
    const { status, stdout, stderr } = await runCommand('estimate', ['--from-files', folder, '--json']);
    rmSync(folder, { recursive: true });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { items, assumptions } = JSON.parse(stdout) as {
      items: readonly { readonly scope: string; readonly records: number }[];
      assumptions: readonly string[];
    };
    const records = (scope: string): number =>
      items.reduce((sum, item) => sum + (item.scope === scope ? item.records : 0), 0);
    // 157 series each minute; one log of five minutes, of which twelve are an hour.
    const lines = gunzipSync(objects.at(-1)?.body ?? '')
      .toString()
      .trim()
      .split('\n').length;
    expect(records('metrics') / 730 / 60).toBeCloseTo(157, 6);
    expect(records('logs') / 730 / 12).toBeCloseTo(lines, 6);
    expect(assumptions).toContain('Metrics: the month goes on as in the 5 minutes of 5 files.');
  });
});
