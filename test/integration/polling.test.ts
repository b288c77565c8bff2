import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEnv } from 'node:util';
import { prometheusName } from '../support/factories/prometheus-name.ts';
import { pollingFiles } from '../../bin/polling/files.ts';
import { ELB_METRICS, ELB_NAMESPACE } from '../../lib/settings/elb-metrics.ts';
import { type Scout, startScout } from '../../bin/local/emulators/scout.ts';
import { attributesOf } from '../../bin/local/emulators/scout/otlp.ts';
import { type CloudWatch, PERCENTILE, startCloudWatch } from './support/cloudwatch.ts';
import { program } from './support/program.ts';
import { type ServerProcess, startServer } from './support/server-process.ts';

const motoServer = program('MOTO_SERVER');
const exporterJar = program('CLOUDWATCH_EXPORTER_JAR');
const collector = program('OTELCOL');

const REGION = 'us-east-1';
const DIMENSIONS: Readonly<Record<string, string>> = {
  AvailabilityZone: 'us-east-1a',
  LoadBalancer: 'app/web/1234567890123456',
  TargetGroup: 'targetgroup/api/6543210987654321',
};
const STATISTICS = { SampleCount: 20, Sum: 60, Minimum: 1, Maximum: 5 };
const VALUES: Readonly<Record<string, number>> = { Sum: 60, Average: 3, Minimum: 1, Maximum: 5 };
const EVERY_SERIES = ELB_METRICS.flatMap(({ name, statistics }) =>
  statistics.map((statistic) => `${prometheusName(name, statistic)} ${VALUES[statistic] ?? PERCENTILE}`),
).toSorted();

const folder = mkdtempSync(join(tmpdir(), 'polling-'));
const stops: (() => Promise<void>)[] = [];
let scout: Scout;

beforeAll(async () => {
  scout = await startScout({ audience: 'collectors & "co" $HOME' });
  stops.push(scout.close);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!collector)('a real Collector', () => {
  test('finds nothing wrong with our file', () => {
    const path = write('as-written.yaml', files(scout)['otel-collector.yaml']);

    expect(
      execFileSync(collector ?? '', ['validate', '--config', path], {
        env: environment(scout),
        encoding: 'utf8',
      }),
    ).toBe('');
  });

  test('gives nothing, not even its secret, to a Scout whose certificate it cannot verify', async () => {
    const [cert = '', key = ''] = ['cert', 'key'].map((part) =>
      readFileSync(`test/fixtures/self-signed.${part}.pem`, 'utf8'),
    );
    const impostor = await startScout({ tls: { cert, key } });
    stops.push(impostor.close);
    const { output } = await startCollector(impostor, 'localhost:1', 1);
    await until(() => /certificate/.test(output()));

    expect(impostor.tokenRequests()).toBe(0);
    expect(impostor.count()).toBe(0);
  });
});

describe.skipIf(!exporterJar || !motoServer)('the CloudWatch exporter with our file', () => {
  let exporter = '';

  beforeAll(async () => {
    const cloudWatch = await startCloudWatch(motoServer ?? '', REGION);
    stops.push(cloudWatch.stop);
    // Under every set of dimensions that AWS publishes, so that it shows if the exporter asks for too many.
    const timestamp = new Date(Date.now() - 12 * 60_000);
    await cloudWatch.put(
      ELB_NAMESPACE,
      ELB_METRICS.flatMap(({ name, dimensions }) =>
        dimensions.map((set) => ({
          metricName: name,
          dimensions: Object.fromEntries(set.map((dimension) => [dimension, DIMENSIONS[dimension] ?? ''])),
          timestamp,
          statistics: STATISTICS,
        })),
      ),
    );
    exporter = await startExporter(cloudWatch);
  });

  test('shows every statistic of every metric, once', async () => {
    const text = await (await fetch(`http://${exporter}/metrics`)).text();

    const shown = [...text.matchAll(/^(aws_\w+|cloudwatch_exporter_scrape_error)(?:\{.*\})? (\S+)/gm)];
    expect(shown.map(([, name, value]) => `${name} ${Number(value)}`).toSorted()).toEqual(
      [...EVERY_SERIES, 'cloudwatch_exporter_scrape_error 0'].toSorted(),
    );
  });

  describe.skipIf(!collector)('and the Collector with ours', () => {
    beforeAll(async () => {
      await startCollector(scout, exporter, 30);
      await until(() => received().length >= EVERY_SERIES.length);
    });

    test('deliver every series to Scout, gzipped, with a token for the audience', () => {
      expect(received().toSorted()).toEqual(EVERY_SERIES);
      expect(scout.tokenRefusals).toEqual([]);
      expect(scout.minted()).toBe(1);
      for (const { path, status, headers } of scout.requests) {
        expect([path, status]).toEqual(['/v1/metrics', 200]);
        expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'x-tenant': '$HOME' });
      }
    });

    test('give them labels, resource attributes and the time that CloudWatch gave', () => {
      const { resource, metric } =
        scout.metrics().find(({ metric }) => metric.name === 'aws_applicationelb_request_count_sum') ?? {};
      const [point] = metric?.gauge?.dataPoints ?? [];
      const minutesAgo = (Date.now() - Number(point?.timeUnixNano) / 1e6) / 60_000;

      expect(attributesOf(point?.attributes)).toEqual({
        service: 'elb',
        load_balancer: DIMENSIONS['LoadBalancer'],
        target_group: DIMENSIONS['TargetGroup'],
      });
      expect(resource).toMatchObject({
        'service.name': 'cloudwatch-exporter',
        'cloud.provider': 'aws',
        'cloud.region': REGION,
        environment: 'trial $1',
        'deployment.environment': 'trial $1',
        'deployment.environment.name': 'trial $1',
        team: 'edge',
        number: '1',
      });
      expect(minutesAgo).toBeGreaterThan(10);
      expect(minutesAgo).toBeLessThan(25);
    });

    test("leave the exporter's Java figures behind, but not its faults", () => {
      const names = scout.metrics().map(({ metric }) => metric.name ?? '');

      expect(names.filter((name) => /^(?:jvm|process)_/.test(name))).toEqual([]);
      expect(names).toEqual(expect.arrayContaining(['cloudwatch_exporter_scrape_error', 'up']));
    });
  });
});

/** The polled series that Scout has, each once. */
const received = (): readonly string[] => [
  ...new Set(
    scout
      .metrics()
      .filter(({ metric }) => metric.name?.startsWith('aws_'))
      .flatMap(({ metric }) =>
        (metric.gauge?.dataPoints ?? []).map(({ asDouble }) => `${metric.name} ${asDouble}`),
      ),
  ),
];

const startExporter = async ({ host, port, certificate }: CloudWatch): Promise<string> => {
  const trust = join(folder, 'trust.p12');
  execFileSync(
    'keytool',
    ['-importcert', '-noprompt', '-file', certificate, '-keystore', trust, '-storepass', 'changeit'],
    { stdio: 'ignore' },
  );
  const { match, stop } = await startServer(
    'java',
    [
      `-Dhttp.proxyHost=${host}`,
      `-Dhttp.proxyPort=${port}`,
      `-Djavax.net.ssl.trustStore=${trust}`,
      '-Djavax.net.ssl.trustStorePassword=changeit',
      '-jar',
      exporterJar ?? '',
      '0',
      write('cloudwatch-exporter.yaml', files(scout)['cloudwatch-exporter.yaml']),
    ],
    { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    /\{0\.0\.0\.0:(\d+)\}/,
  );
  stops.push(stop);
  return `127.0.0.1:${match[1]}`;
};

/** They would want port 8888. */
const NO_FIGURES_OF_ITS_OWN = 'service: { telemetry: { metrics: { level: none } } }';

/** As written but for the pace, in seconds: a test must not take five minutes. */
const startCollector = async (to: Scout, exporter: string, pace: number): Promise<ServerProcess> => {
  const fast = (files(to)['otel-collector.yaml'] ?? '')
    .replace('interval: 300s', `interval: ${pace}s`)
    .replace('timeout: 120s', `timeout: ${pace}s`);
  const started = await startServer(
    collector ?? '',
    ['--config', write('otel-collector.yaml', fast), '--config', write('quiet.yaml', NO_FIGURES_OF_ITS_OWN)],
    { ...environment(to), CLOUDWATCH_EXPORTER: exporter },
    /Everything is ready/,
  );
  stops.push(started.stop);
  return started;
};

const files = ({ endpoint, tokenUrl, audience }: Scout): Record<string, string> =>
  pollingFiles(
    {
      scoutEndpoint: endpoint,
      scoutTokenUrl: tokenUrl,
      scoutAudience: audience,
      scoutEnvironment: 'trial $1',
      scoutHeaders: { 'x-tenant': '$HOME' },
      scoutResourceAttributes: { team: 'edge', number: '1' },
      requestTimeout: 10,
    },
    REGION,
  );

/** The variables of `.env`, and the credentials. */
const environment = (to: Scout): NodeJS.ProcessEnv => ({
  ...parseEnv(files(to)['.env'] ?? ''),
  SCOUT_CLIENT_ID: scout.clientId,
  SCOUT_CLIENT_SECRET: scout.clientSecret,
});

const write = (name: string, text = ''): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 180_000;
  while (!holds()) {
    if (Date.now() > deadline)
      throw new Error(`waited three minutes in vain; ${received().length} series came`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};
