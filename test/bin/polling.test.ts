import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { polledDimensions } from '../../bin/polling/exporter-rules.ts';
import { type CollectorSettings, pollingFiles } from '../../bin/polling/files.ts';
import { ELB_METRICS } from '../../lib/settings/elb-metrics.ts';
import { runCommand } from '../support/harness/run-command.ts';

const SETTINGS: CollectorSettings = {
  scoutEndpoint: 'https://otel.example.com/tenant/otlp',
  scoutTokenUrl: 'https://id.example.com/oauth/token',
  scoutAudience: 'b14collector',
  scoutEnvironment: 'production',
  scoutHeaders: {},
  scoutResourceAttributes: {},
  requestTimeout: 30,
};
const fileOf = (name: string, settings: Partial<CollectorSettings> = {}): string =>
  pollingFiles({ ...SETTINGS, ...settings }, 'eu-west-1')[name] ?? '';
const collector = () => parse(fileOf('otel-collector.yaml'));
const scrape = () => collector().receivers.prometheus.config.scrape_configs[0];
const variables = (settings: Partial<CollectorSettings> = {}) => parseEnv(fileOf('.env', settings));

describe("the exporter's configuration", () => {
  const { metrics, ...global } = parse(fileOf('cloudwatch-exporter.yaml'));

  test('asks for every metric once, with its statistics, in the region named', () => {
    expect(global.region).toBe('eu-west-1');
    expect(
      metrics.map((rule: Record<string, string[]>) => [
        rule['aws_namespace'],
        rule['aws_metric_name'],
        [...(rule['aws_statistics'] ?? []), ...(rule['aws_extended_statistics'] ?? [])],
      ]),
    ).toEqual(ELB_METRICS.map(({ name, statistics }) => ['AWS/ApplicationELB', name, statistics]));
  });

  test.each(ELB_METRICS)('asks for $name by a set of dimensions that AWS publishes', (metric) => {
    const rule = metrics.find((one: Record<string, string>) => one['aws_metric_name'] === metric.name);

    expect(metric.dimensions).toContainEqual(rule.aws_dimensions);
    expect(rule.aws_dimensions).toContain('LoadBalancer');
  });

  test('splits by zone only what AWS publishes in no other way', () => {
    const zoned = ELB_METRICS.filter((metric) => polledDimensions(metric).includes('AvailabilityZone'));

    expect(zoned.map(({ name }) => name)).toEqual(['ForwardedInvalidHeaderRequestCount']);
  });

  test('lets one data point span the time between two scrapes, so that no minute is left out or counted twice', () => {
    expect(`${global.period_seconds}s`).toBe(scrape().scrape_interval);
    expect(global.range_seconds).toBeGreaterThanOrEqual(global.period_seconds);
  });

  test('asks for many series in one request', () => {
    expect(global.use_get_metric_data).toBe(true);
  });
});

describe("the Collector's configuration", () => {
  test('scrapes the exporter every 300 seconds, for 120 at most, and labels it service=elb', () => {
    expect(scrape()).toMatchObject({
      scrape_interval: '300s',
      scrape_timeout: '120s',
      static_configs: [
        { targets: ['${env:CLOUDWATCH_EXPORTER:-cloudwatch-exporter:9106}'], labels: { service: 'elb' } },
      ],
    });
  });

  test('retries without end, and leaves TLS as it is by default: verified', () => {
    const { extensions, exporters } = collector();
    expect(exporters.otlp_http).toMatchObject({
      compression: 'gzip',
      retry_on_failure: { max_elapsed_time: '0s' },
    });
    expect(JSON.stringify({ extensions, exporters })).not.toMatch(/tls|insecure/);
  });

  test('uses exactly the variables of .env, beside credentials and the place of the exporter', () => {
    const used = [...fileOf('otel-collector.yaml').matchAll(/\$\{env:(\w+)/g)].map(([, name = '']) => name);
    const given = ['SCOUT_CLIENT_ID', 'SCOUT_CLIENT_SECRET', 'CLOUDWATCH_EXPORTER'];
    expect(used.toSorted()).toEqual([...given, ...Object.keys(variables())].toSorted());
  });
});

describe('.env', () => {
  test.each(['/', '/v1/metrics', '/v1/logs', '/v1/metrics/'])(
    'tolerates an endpoint that ends in %s',
    (end) => {
      expect(variables({ scoutEndpoint: SETTINGS.scoutEndpoint + end })['SCOUT_ENDPOINT']).toBe(
        SETTINGS.scoutEndpoint,
      );
    },
  );

  test('holds the settings, whatever characters they have', () => {
    const env = variables({
      scoutAudience: 'a"b: $c #',
      scoutHeaders: { 'x-tenant': "o'clock ${env:HOME}" },
      requestTimeout: 7,
      scoutEnvironment: 'staging',
      scoutResourceAttributes: { team: 'a=b', 'cloud.account.id': '123456789012' },
    });
    expect(env).toMatchObject({ SCOUT_AUDIENCE: 'a"b: $c #', REQUEST_TIMEOUT: '7' });
    expect(JSON.parse(env['SCOUT_HEADERS'] ?? '')).toEqual({ 'x-tenant': "o'clock ${env:HOME}" });
    expect(JSON.parse(env['RESOURCE_ATTRIBUTES'] ?? '')).toEqual(
      Object.entries({
        'cloud.provider': 'aws',
        'cloud.region': 'eu-west-1',
        environment: 'staging',
        'deployment.environment': 'staging',
        'deployment.environment.name': 'staging',
        team: 'a=b',
        'cloud.account.id': '123456789012',
      }).map(([key, value]) => ({ action: 'upsert', key, value })),
    );
  });

  test('cannot hold an audience with a quote', () => {
    expect(() => variables({ scoutAudience: "it's" })).toThrow('SCOUT_AUDIENCE holds a quote');
  });
});

describe('npm run polling', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polling-'));
  const secrets = {
    SCOUT_CLIENT_ID: 'an-id-of-scout',
    SCOUT_CLIENT_SECRET: 'a-secret-of-scout',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'a-secret-of-aws',
  };
  const context = [
    '-c',
    `scoutEndpoint=${SETTINGS.scoutEndpoint}`,
    '-c',
    `scoutTokenUrl=${SETTINGS.scoutTokenUrl}`,
  ];
  const run = async (out = folder, region = 'eu-west-1') =>
    runCommand('polling', ['--region', region, '--out', out, ...context], secrets);
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  let printed = '';

  beforeAll(async () => {
    const { status, stdout, stderr } = await run();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    printed = stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('writes its files without a credential, though it has them; only the owner may read .env', () => {
    const files = pollingFiles(SETTINGS, 'eu-west-1');
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(files).toSorted());
    for (const [name, text] of Object.entries(files)) {
      expect(file(name)).toBe(text);
      for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    }
    expect(statSync(join(folder, '.env')).mode & 0o077).toBe(0);
  });

  test.each(['us-gov-west-1', 'eusc-de-east-1'])('takes the region %s', async (region) => {
    const out = join(folder, region);
    onTestFinished(() => rmSync(out, { recursive: true, force: true }));
    expect(await run(out, region)).toMatchObject({ status: 0, stderr: '' });
  });

  test('prints the IAM policy, and nothing more than is needed in it', () => {
    const { Statement } = JSON.parse(printed.slice(printed.indexOf('{')));

    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics'],
        Resource: '*',
      },
    ]);
  });

  test('runs the very versions that the trial of these files installs, and documents them', () => {
    const tools = readFileSync('.ci/tools', 'utf8');
    const { services } = parse(file('compose.yaml'));
    const version = (name: string): string =>
      new RegExp(`^${name}=([\\d.]+)`, 'm').exec(tools)?.[1] ?? 'none';

    expect(services['cloudwatch-exporter'].image).toBe(`prom/cloudwatch-exporter:v${version('exporter')}`);
    expect(services['otel-collector'].image).toBe(
      `otel/opentelemetry-collector-contrib:${version('collector')}`,
    );
    expect(file('README.md')).toContain(`(${version('exporter')}, port 9106)`);
    expect(file('README.md')).toContain(`(${version('collector')})`);
  });

  test('mounts the files it wrote, and names them in its README', () => {
    const { services } = parse(file('compose.yaml'));
    const mounted = Object.values<{ volumes: string[] }>(services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.replace(/^\.\/([^:]+):.*$/, '$1')),
    );

    expect(mounted).toEqual(['cloudwatch-exporter.yaml', 'otel-collector.yaml']);
    expect(services['otel-collector'].env_file).toEqual(['.env']);
    for (const name of readdirSync(folder))
      if (name !== 'README.md') expect(file('README.md')).toContain(`\`${name}\``);
  });

  test('overwrites its own files, but none of the user', async () => {
    expect((await run()).status).toBe(0);
    const other = mkdtempSync(join(tmpdir(), 'polling-'));
    writeFileSync(join(other, 'README.md'), '# mine');
    const refused = await run(other);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(`${other} has README.md of your own; --out must be a folder without`);
    expect(readdirSync(other)).toEqual(['README.md']);
    expect(readFileSync(join(other, 'README.md'), 'utf8')).toBe('# mine');
    const isFile = await run(join(other, 'README.md'));
    expect(isFile.stderr).toMatch(/^--out is .*README\.md, which is a file; it must be a folder/);
    rmSync(other, { recursive: true });
  });
});
