import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cloudwatchExporterYaml, polledDimensions } from '../../bin/polling/cloudwatch-exporter.ts';
import { type CollectorSettings, otelCollectorYaml } from '../../bin/polling/otel-collector.ts';
import { ELB_METRICS } from '../../lib/settings/elb-metrics.ts';

const SETTINGS: CollectorSettings = {
  scoutEndpoint: 'https://otel.example.com/tenant/otlp',
  scoutTokenUrl: 'https://id.example.com/oauth/token',
  scoutAudience: 'b14collector',
  scoutEnvironment: 'production',
  scoutHeaders: {},
  scoutResourceAttributes: {},
  requestTimeout: 30,
};
const collector = (settings: Partial<CollectorSettings> = {}) =>
  parse(otelCollectorYaml({ ...SETTINGS, ...settings }, 'eu-west-1'));
const scrape = () => collector().receivers.prometheus.config.scrape_configs[0];

describe("the exporter's configuration", () => {
  const { metrics, ...global } = parse(cloudwatchExporterYaml('eu-west-1'));

  it('asks for every metric once, with its statistics, in the region named', () => {
    expect(global.region).toBe('eu-west-1');
    expect(
      metrics.map((rule: Record<string, string[]>) => [
        rule['aws_namespace'],
        rule['aws_metric_name'],
        [...(rule['aws_statistics'] ?? []), ...(rule['aws_extended_statistics'] ?? [])],
      ]),
    ).toEqual(ELB_METRICS.map(({ name, statistics }) => ['AWS/ApplicationELB', name, statistics]));
  });

  it.each(ELB_METRICS)('asks for $name by a set of dimensions that AWS publishes', (metric) => {
    const rule = metrics.find((one: Record<string, string>) => one['aws_metric_name'] === metric.name);

    expect(metric.dimensions).toContainEqual(rule.aws_dimensions);
    expect(rule.aws_dimensions).toContain('LoadBalancer');
  });

  it('splits by zone only what AWS publishes in no other way', () => {
    const zoned = ELB_METRICS.filter((metric) => polledDimensions(metric).includes('AvailabilityZone'));

    expect(zoned.map(({ name }) => name)).toEqual(['ForwardedInvalidHeaderRequestCount']);
  });

  it('lets one data point span the time between two scrapes, so that no minute is left out or counted twice', () => {
    expect(`${global.period_seconds}s`).toBe(scrape().scrape_interval);
    expect(global.range_seconds).toBeGreaterThanOrEqual(global.period_seconds);
  });

  it('asks for many series in one request', () => {
    expect(global.use_get_metric_data).toBe(true);
  });
});

describe("the Collector's configuration", () => {
  it('scrapes the exporter every 300 seconds, for 120 at most, and labels it service=elb', () => {
    expect(scrape()).toMatchObject({
      scrape_interval: '300s',
      scrape_timeout: '120s',
      static_configs: [
        { targets: ['${env:CLOUDWATCH_EXPORTER:-cloudwatch-exporter:9106}'], labels: { service: 'elb' } },
      ],
    });
  });

  it('sends gzip to Scout with a token, never giving up, with TLS as it comes: verified', () => {
    const { extensions, exporters, service } = collector();

    expect(extensions.oauth2client).toEqual({
      client_id: '${env:SCOUT_CLIENT_ID}',
      client_secret: '${env:SCOUT_CLIENT_SECRET}',
      token_url: 'https://id.example.com/oauth/token',
      endpoint_params: { audience: 'b14collector' },
    });
    expect(exporters.otlp_http).toMatchObject({
      endpoint: 'https://otel.example.com/tenant/otlp',
      auth: { authenticator: 'oauth2client' },
      compression: 'gzip',
      timeout: '30s',
      retry_on_failure: { max_elapsed_time: '0s' },
    });
    expect(JSON.stringify({ extensions, exporters })).not.toMatch(/tls|insecure/);
    expect(service).toEqual({
      extensions: ['oauth2client'],
      pipelines: {
        metrics: { receivers: ['prometheus'], processors: ['resource'], exporters: ['otlp_http'] },
      },
    });
  });

  it.each(['/', '/v1/metrics', '/v1/logs', '/v1/metrics/'])(
    'tolerates an endpoint that ends in %s',
    (end) => {
      expect(collector({ scoutEndpoint: SETTINGS.scoutEndpoint + end }).exporters.otlp_http.endpoint).toBe(
        SETTINGS.scoutEndpoint,
      );
    },
  );

  it('takes audience, headers, time-out, environment and resource attributes from the settings, whatever they hold', () => {
    const { extensions, exporters, processors } = collector({
      scoutAudience: 'a"b: $c #',
      scoutHeaders: { 'x-tenant': "o'clock ${env:HOME}" },
      requestTimeout: 7,
      scoutEnvironment: 'staging',
      scoutResourceAttributes: { team: 'a=b', 'cloud.account.id': '123456789012' },
    });

    // The Collector reads $$ as a dollar sign.
    expect(extensions.oauth2client.endpoint_params.audience).toBe('a"b: $$c #');
    expect(exporters.otlp_http.headers).toEqual({ 'x-tenant': "o'clock $${env:HOME}" });
    expect(exporters.otlp_http.timeout).toBe('7s');
    expect(
      Object.fromEntries(
        processors.resource.attributes.map(({ key, value }: { key: string; value: string }) => [key, value]),
      ),
    ).toEqual({
      'cloud.provider': 'aws',
      'cloud.region': 'eu-west-1',
      environment: 'staging',
      'deployment.environment': 'staging',
      'deployment.environment.name': 'staging',
      team: 'a=b',
      'cloud.account.id': '123456789012',
    });
  });
});

describe('npm run polling', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polling-'));
  const secrets = ['an-id-of-scout', 'a-secret-of-scout', 'AKIAEXAMPLE', 'a-secret-of-aws'] as const;
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [resolve('bin/polling.ts'), ...args], {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: {
        ...process.env,
        SCOUT_CLIENT_ID: secrets[0],
        SCOUT_CLIENT_SECRET: secrets[1],
        AWS_ACCESS_KEY_ID: secrets[2],
        AWS_SECRET_ACCESS_KEY: secrets[3],
      },
    });
  const context = [
    '-c',
    `scoutEndpoint=${SETTINGS.scoutEndpoint}`,
    '-c',
    `scoutTokenUrl=${SETTINGS.scoutTokenUrl}`,
  ];
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  let printed = '';

  beforeAll(() => {
    const { status, stdout, stderr } = run('--region', 'eu-west-1', '--out', folder, ...context);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    printed = stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes the four files', () => {
    expect(readdirSync(folder).toSorted()).toEqual([
      'README.md',
      'cloudwatch-exporter.yaml',
      'compose.yaml',
      'otel-collector.yaml',
    ]);
    expect(file('cloudwatch-exporter.yaml')).toBe(cloudwatchExporterYaml('eu-west-1'));
    expect(file('otel-collector.yaml')).toBe(otelCollectorYaml(SETTINGS, 'eu-west-1'));
  });

  it('prints the IAM policy, and nothing more than is needed in it', () => {
    const { Statement } = JSON.parse(printed.slice(printed.indexOf('{')));

    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics'],
        Resource: '*',
      },
    ]);
    expect(file('README.md')).toContain(printed.slice(printed.indexOf('{')).trim());
  });

  it('writes no credential anywhere, though it has them', () => {
    for (const name of readdirSync(folder))
      for (const secret of secrets) expect(file(name)).not.toContain(secret);
  });

  it('runs the very versions that the trial of these files installs', () => {
    const tools = readFileSync('.ci/tools', 'utf8');
    const { services } = parse(file('compose.yaml'));
    const version = (name: string): string =>
      new RegExp(`^${name}=([\\d.]+)`, 'm').exec(tools)?.[1] ?? 'none';

    expect(services['cloudwatch-exporter'].image).toBe(`prom/cloudwatch-exporter:v${version('exporter')}`);
    expect(services['otel-collector'].image).toBe(
      `otel/opentelemetry-collector-contrib:${version('collector')}`,
    );
  });

  it('mounts the files it wrote, and names them in its README', () => {
    const { services } = parse(file('compose.yaml'));
    const mounted = Object.values<{ volumes: string[] }>(services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.replace(/^\.\/([^:]+):.*$/, '$1')),
    );

    expect(mounted).toEqual(['cloudwatch-exporter.yaml', 'otel-collector.yaml']);
    for (const name of [...mounted, 'compose.yaml']) expect(file('README.md')).toContain(`\`${name}\``);
  });

  it.each([
    [[], /--region is missing; it must be a region such as us-east-1\nusage: npm run polling/],
    [['--region', 'Frankfurt', '--out', folder], /--region is Frankfurt/],
    [['--region', 'eu-west-1'], /--out is missing/],
    [['--region', 'eu-west-1', '--out', folder, '-c', 'scoutEndpoint'], /-c scoutEndpoint must be key=value/],
    [['--region', 'eu-west-1', '--out', folder], /scoutEndpoint is missing[^]*scoutTokenUrl is missing/],
  ])('with %j says what is wrong', (args, message) => {
    const { status, stderr } = run(...args);

    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(1);
  });
});
