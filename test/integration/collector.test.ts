import { encoderFor } from '../support/factories/encoder.ts';
import * as fc from 'fast-check';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test, onTestFinished } from 'vitest';
import { albFormat } from '../support/factories/log-formats.ts';
import type { Format } from '../../lambdas/format.ts';
import { metricStreamFormat } from '../../lambdas/metric-stream/format.ts';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { VERSION } from '../../lambdas/version.ts';
import {
  attributesOf,
  decodeLogs,
  decodeMetrics,
  logRecordsOf,
  metricsOf,
  type NumberDataPoint,
  type SummaryDataPoint,
} from '../../bin/local/emulators/scout/otlp.ts';
import { BUCKET, forward } from './support/forward.ts';
import { type Collector, type ReceiverOptions, startCollector } from './support/otelcol.ts';
import { program } from './support/program.ts';
import { albLine, metricLine } from './support/random-lines.ts';

const otelcol = program('OTELCOL');

describe.skipIf(otelcol === undefined)('an OpenTelemetry Collector', () => {
  test('reads every field of a log record as it was meant', async () => {
    const collector = await started();
    const begun = Date.now();
    const settings = {
      ALB_ATTRIBUTES: 'both',
      SCOUT_ENVIRONMENT: 'test',
      SCOUT_RESOURCE_ATTRIBUTES: 'team=web',
    };
    await forward('logs', collector.endpoint, ALB_KEY, gzipSync(ALB_LINE), settings);
    const [exported, ...more] = (await collector.exported()).flatMap(logRecordsOf);
    expect(more).toEqual([]);
    const { resource, scope, record } = exported ?? {};

    expect(resource).toEqual({
      'service.name': 'alb',
      'cloud.provider': 'aws',
      'cloud.account.id': '123456789012',
      'cloud.region': 'us-east-1',
      'cloud.resource_id':
        'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop-web/5d1f0a9c37be2468',
      environment: 'test',
      'deployment.environment': 'test',
      'deployment.environment.name': 'test',
      team: 'web',
    });
    expect(scope).toMatchObject({ name: 'aws.alb', version: VERSION });
    expect(attributesOf(scope?.attributes)).toEqual({ 'aws.s3.bucket': BUCKET, 'aws.s3.key': ALB_KEY });
    const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, traceId, spanId } =
      record ?? {};
    expect({ timeUnixNano, severityNumber, severityText, traceId, spanId }).toEqual({
      timeUnixNano: `${Date.UTC(2026, 0, 31, 23, 59, 59) / 1000}123456000`,
      severityNumber: 17,
      severityText: 'ERROR',
      traceId: '697e9c7f0123456789abcdef01234567',
      spanId: undefined,
    });
    const observed = Number(BigInt(observedTimeUnixNano ?? 0) / 1_000_000n);
    expect(observed).toBeGreaterThanOrEqual(begun);
    expect(observed).toBeLessThanOrEqual(Date.now());
    expect(JSON.parse(record?.body?.stringValue ?? '')).toEqual({ ...ALB_FIELDS, ...ALB_ABSENT_FIELDS });
    expect(attributesOf(record?.attributes)).toEqual({
      ...ALB_FIELDS,
      ...ALB_CONVENTIONS,
      'log.record.uid': expect.stringMatching(/^[0-9a-f]{16}:1$/),
    });
  });

  test('reads every field of summaries and gauges as it was meant', async () => {
    const collector = await started();
    const settings = { SCOUT_SERVICE_NAME: 'namespace' };
    await forward('metrics', collector.endpoint, 'metrics/1.gz', gzipSync(METRIC_LINES), settings);
    const [duration, trimmed, rank, count, ...more] = (await collector.exported()).flatMap(metricsOf);
    expect(more).toEqual([]);

    const lambda = {
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: '{"FunctionName":"price \\"feed\\"","Resource":"préis"}',
      DimensionNames: 'FunctionName,Resource',
      'Dimensions.FunctionName': 'price "feed"',
      'Dimensions.Resource': 'préis',
    };
    const resource = {
      'cloud.provider': 'aws',
      'cloud.account.id': '123456789012',
      'cloud.region': 'us-east-1',
      environment: 'production',
      'deployment.environment': 'production',
      'deployment.environment.name': 'production',
    };
    expect(duration?.resource).toEqual({ ...resource, 'service.name': 'AWS/Lambda' });
    expect(duration?.scope).toEqual({ name: 'aws.cloudwatch', version: VERSION });
    expect(duration?.metric).toMatchObject({
      name: 'amazonaws.com/AWS/Lambda/Duration',
      unit: 'Milliseconds',
    });
    expect(duration?.metric.summary?.dataPoints?.map(summaryPoint)).toEqual([
      {
        time: '1767225600123000000',
        attributes: lambda,
        count: '877130197',
        sum: 105255623640.5,
        quantiles: [
          [0, -0.25],
          [0.9, 260],
          [0.99, 510.75],
          [0.999, 1e3],
          [1, 2999.99],
        ],
      },
      {
        time: '1767225660123000000',
        attributes: lambda,
        count: '0',
        sum: 0,
        quantiles: [
          [0, 0],
          [1, 0],
        ],
      },
    ]);
    const gauge = { name: 'amazonaws.com/AWS/Lambda/Duration.statistic' };
    const time = '1767225600123000000';
    expect(trimmed?.metric).toMatchObject({ ...gauge, unit: 'Milliseconds' });
    expect(trimmed?.metric.gauge?.dataPoints?.map(gaugePoint)).toEqual([
      { time, attributes: { ...lambda, Statistic: 'TM(25%:75%)' }, value: 118.5 },
    ]);
    expect(rank?.metric).toMatchObject({ ...gauge, unit: 'Percent' });
    expect(rank?.metric.gauge?.dataPoints?.map(gaugePoint)).toEqual([
      { time, attributes: { ...lambda, Statistic: 'PR(:300)' }, value: 93.2 },
    ]);
    expect(count?.resource).toEqual({ ...resource, 'service.name': 'Example/Shop' });
    expect(count?.metric).toMatchObject({ name: 'amazonaws.com/Example/Shop/Orders' });
    expect(count?.metric.unit ?? '').toBe('');
    expect(count?.metric.summary?.dataPoints?.map(summaryPoint)).toMatchObject([
      { count: '18446744073709549568', attributes: { Dimensions: '{}' } },
    ]);
  });

  const ALB_SETTINGS = ['aws', 'semconv', 'both'].flatMap((ALB_ATTRIBUTES) =>
    ['json', 'line', 'none'].map((ALB_BODY) => ({ ALB_ATTRIBUTES, ALB_BODY })),
  );
  test.each(ALB_SETTINGS)('reads random log lines as the official decoder does: %j', async (settings) => {
    const collector = await started();
    const format = albFormat(readFunctionSettings({ ...REQUIRED, ...settings }));
    const sent = await sendRandom(collector, format, albLine);
    expect((await collector.exported()).map(plain)).toEqual(sent.map(decodeLogs).map(plain));
  });

  const METRIC_SETTINGS = [{}, { METRIC_UNITS: 'ucum', METRIC_DIMENSION_ATTRIBUTES: 'true' }];
  test.each(METRIC_SETTINGS)('reads random metrics as the official decoder does: %j', async (settings) => {
    const collector = await started();
    const format = metricStreamFormat(readFunctionSettings({ ...REQUIRED, ...settings }));
    const sent = await sendRandom(collector, format, metricLine);
    expect((await collector.exported()).map(plain)).toEqual(sent.map(decodeMetrics).map(plain));
  });

  test('takes the largest request that we send, with its own limit', async () => {
    const collector = await started();
    const { accounts } = await forward('logs', collector.endpoint, 'alb/large.log', lines(9000));
    expect(accounts).toMatchObject([{ read: 9000, delivered: 9000 }]);
    // 4 MiB each, but for the last.
    expect(accounts[0]?.requests).toBeLessThan(6);
    expect(await lineNumbers(collector)).toEqual(range(1, 9000));
  });

  test('takes requests in zstd, each once', async () => {
    const collector = await started();
    const { accounts } = await forward('logs', collector.endpoint, 'alb/large.log', lines(9000));
    expect(accounts).toMatchObject([{ read: 9000, delivered: 9000, continued: 0 }]);
    expect(await lineNumbers(collector)).toEqual(range(1, 9000));
    const gzip = { SCOUT_COMPRESSION: 'gzip' };
    const other = await started();
    const inGzip = await forward('logs', other.endpoint, 'alb/large.log', lines(9000), gzip);
    expect(accounts[0]?.requests).toBe(inGzip.accounts[0]?.requests);
    expect(accounts[0]?.bytes).toBeLessThan(inGzip.accounts[0]?.bytes ?? 0);
  });

  test('without zstd gets every line once, in gzip', async () => {
    const collector = await started({ compression_algorithms: ['', 'gzip'] });
    const { accounts } = await forward('logs', collector.endpoint, 'alb/large.log', lines(9000));
    expect(accounts).toMatchObject([{ read: 9000, delivered: 9000, rejected: 0, continued: 0, retries: 0 }]);
    expect(await lineNumbers(collector)).toEqual(range(1, 9000));
  });

  test('without zstd refuses a request in it, with SCOUT_COMPRESSION=zstd', async () => {
    const { endpoint } = await started({ compression_algorithms: ['', 'gzip'] });
    const settings = { SCOUT_COMPRESSION: 'zstd' };
    await expect(forward('logs', endpoint, 'alb/large.log', lines(10), settings)).rejects.toThrow(
      /responded 4\d\d/,
    );
  });

  test('responds 400 to a request over its limit', async () => {
    const { endpoint } = await started({ max_request_body_size: LIMIT });
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
    const body = gzipSync(Buffer.alloc(LIMIT + 1));
    const response = await fetch(`${endpoint}/v1/logs`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('http: request body too large');
  });

  test('loses nothing when our batches are over its limit, but for a line that is so alone, which is kept', async () => {
    const collector = await started({ max_request_body_size: LIMIT });
    const huge = lines(1, 'x'.repeat(LIMIT));
    const body = Buffer.concat([lines(1500), huge, lines(1499)]);
    const { accounts, rejected } = await forward('logs', collector.endpoint, 'alb/shop.log', body);
    expect(await lineNumbers(collector)).toEqual(range(1, 3000).filter((line) => line !== 1501));
    const kept = Object.values(rejected).map((text) => JSON.parse(text) as unknown);
    expect(kept).toMatchObject([
      { lineNumber: 1501, reason: expect.stringContaining('http: request body too large') },
    ]);
    // A batch is sent in at most 64 parts per invocation: the others go back to the queue once.
    const [first, second] = accounts;
    expect(first).toMatchObject({ read: 3000, rejected: 1, continued: second?.read });
    expect(second).toMatchObject({ delivered: second?.read, rejected: 0, continued: 0 });
    expect(accounts).toHaveLength(2);
  });
});

const started = async (options?: ReceiverOptions): Promise<Collector> => {
  const collector = await startCollector(otelcol ?? '', options);
  onTestFinished(collector.close);
  return collector;
};

const LIMIT = 64 * 1024;

/** Settings without a default. */
const REQUIRED = {
  SCOUT_ENDPOINT: 'https://otel.example.com/otlp',
  SCOUT_TOKEN_URL: 'https://id.example.com/token',
  SCOUT_SECRET_NAME: 'scout/oauth-client',
  SCOUT_RESOURCE_ATTRIBUTES: 'team=web',
};

const ALB_KEY =
  'alb/AWSLogs/123456789012/elasticloadbalancing/us-east-1/2026/01/31/123456789012_elasticloadbalancing_us-east-1_app.shop-web.5d1f0a9c37be2468_20260131T2359Z_203.0.113.200_1a2b3c4d.log.gz';

/** One request that could not be served, with every field that has been seen so far. */
const ALB_FIELDS = {
  type: 'h2',
  time: '2026-01-31T23:59:59.123456Z',
  elb: 'app/shop-web/5d1f0a9c37be2468',
  'client:port': '2001:db8::9:40100',
  'target:port': '10.0.16.4:8080',
  request_processing_time: '0.001',
  target_processing_time: '0.045',
  response_processing_time: '-1',
  elb_status_code: '502',
  target_status_code: '200',
  received_bytes: '320',
  sent_bytes: '2400',
  request: 'GET https://shop.example.com:443/a b?q=1&Signature=REDACTED HTTP/2.0',
  user_agent: 'caf\\xC3\\xA9/1.0 (\\x22polite\\x22)',
  ssl_cipher: 'TLS_AES_128_GCM_SHA256',
  ssl_protocol: 'TLSv1.3',
  target_group_arn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/a1f4c2d98b7e6035',
  trace_id: 'Self=1-697e9c7f-aaaaaaaaaaaaaaaaaaaaaaaa;Root=1-697e9c7f-0123456789abcdef01234567',
  domain_name: 'shop.example.com',
  chosen_cert_arn: 'session-reused',
  matched_rule_priority: '-1',
  request_creation_time: '2026-01-31T23:59:59.078000Z',
  actions_executed: 'waf,forward',
  error_reason: 'LambdaUnhandled',
  'target:port_list': '10.0.16.4:8080 10.0.16.5:8080',
  target_status_code_list: '200 -',
  conn_trace_id: 'TID_0123456789abcdef',
  transformed_host: 'shop.example.com',
  field_34: '10.0.0.9',
};
const ALB_ABSENT_FIELDS = {
  redirect_url: '-',
  classification: '-',
  classification_reason: '-',
  transformed_uri: '-',
  request_transform_status: '-',
};
const ALB_LINE = `h2 2026-01-31T23:59:59.123456Z app/shop-web/5d1f0a9c37be2468 2001:db8::9:40100 10.0.16.4:8080 0.001 0.045 -1 502 200 320 2400 "GET https://shop.example.com:443/a b?q=1&Signature=c2VjcmV0 HTTP/2.0" "caf\\xC3\\xA9/1.0 (\\x22polite\\x22)" TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/a1f4c2d98b7e6035 "Self=1-697e9c7f-aaaaaaaaaaaaaaaaaaaaaaaa;Root=1-697e9c7f-0123456789abcdef01234567" "shop.example.com" "session-reused" -1 2026-01-31T23:59:59.078000Z "waf,forward" "-" "LambdaUnhandled" "10.0.16.4:8080 10.0.16.5:8080" "200 -" "-" "-" TID_0123456789abcdef "shop.example.com" "-" "-" 10.0.0.9\n`;
const ALB_CONVENTIONS = {
  'aws.elb.type': 'h2',
  'aws.elb.name': 'app/shop-web/5d1f0a9c37be2468',
  'client.address': '2001:db8::9',
  'client.port': 40100n,
  'aws.elb.target.address': '10.0.16.4',
  'aws.elb.target.port': 8080n,
  'aws.elb.request_processing_time': 0.001,
  'aws.elb.target_processing_time': 0.045,
  'http.response.status_code': 502n,
  'error.type': 'LambdaUnhandled',
  'aws.elb.target_status_code': 200n,
  'http.request.size': 320n,
  'http.response.size': 2400n,
  'http.request.method': 'GET',
  'url.full': 'https://shop.example.com:443/a b?q=1&Signature=REDACTED',
  'url.scheme': 'https',
  'url.path': '/a b',
  'url.query': 'q=1&Signature=REDACTED',
  'server.address': 'shop.example.com',
  'server.port': 443n,
  'network.protocol.name': 'http',
  'network.protocol.version': '2',
  'user_agent.original': 'caf\\xC3\\xA9/1.0 (\\x22polite\\x22)',
  'tls.cipher': 'TLS_AES_128_GCM_SHA256',
  'tls.protocol.name': 'tls',
  'tls.protocol.version': '1.3',
  'tls.resumed': true,
  'aws.elb.target_group_arn':
    'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/a1f4c2d98b7e6035',
  'aws.elb.aws_trace_id': ALB_FIELDS.trace_id,
  'aws.elb.domain_name': 'shop.example.com',
  'aws.elb.chosen_cert_arn': 'session-reused',
  'aws.elb.matched_rule_priority': -1n,
  'aws.elb.request_creation_time': '2026-01-31T23:59:59.078000Z',
  'aws.elb.actions_executed': ['waf', 'forward'],
  'aws.elb.error_reason': 'LambdaUnhandled',
  'aws.elb.target_port_list': ['10.0.16.4:8080', '10.0.16.5:8080'],
  'aws.elb.target_status_code_list': ['200', '-'],
  'aws.elb.connection_trace_id': 'TID_0123456789abcdef',
  'aws.elb.transformed_host': 'shop.example.com',
  'aws.elb.field_34': '10.0.0.9',
};

const METRIC_LINES = [
  '{"account_id":"123456789012","region":"us-east-1","namespace":"AWS/Lambda","metric_name":"Duration","dimensions":{"Resource":"préis","FunctionName":"price \\"feed\\""},"timestamp":1767225600123,"value":{"max":2999.99,"min":-0.25,"sum":1.052556236405E11,"count":8.77130197E8,"p99.9":1000.0,"p90":260.0,"p99":510.75,"TM(25%:75%)":118.5,"PR(:300)":93.2},"unit":"Milliseconds"}',
  '{"account_id":"123456789012","region":"us-east-1","namespace":"Example/Shop","metric_name":"Orders","dimensions":{},"timestamp":1767225600000,"value":{"max":1.0,"min":1.0,"sum":1.0,"count":1.8446744073709549568E19},"unit":"None"}',
  '{"account_id":"123456789012","region":"us-east-1","namespace":"AWS/Lambda","metric_name":"Duration","dimensions":{"FunctionName":"price \\"feed\\"","Resource":"préis"},"timestamp":1767225660123,"value":{"max":0.0,"min":0.0,"sum":0.0,"count":0.0},"unit":"Milliseconds"}',
].join('\n');

const summaryPoint = ({ timeUnixNano, attributes, count, sum, quantileValues }: SummaryDataPoint) => ({
  time: timeUnixNano,
  attributes: attributesOf(attributes),
  count: count ?? '0',
  sum: sum ?? 0,
  quantiles: quantileValues?.map(({ quantile = 0, value = 0 }) => [quantile, value]),
});

const gaugePoint = ({ timeUnixNano, attributes, asDouble }: NumberDataPoint) => ({
  time: timeUnixNano,
  attributes: attributesOf(attributes),
  value: asDouble,
});

const REQUESTS = 40;
const SEED = 20260131;

/** Sends random lines through a format's encoder, one request per few lines; returns the requests. */
const sendRandom = async (
  { endpoint }: Collector,
  format: Format,
  line: fc.Arbitrary<Buffer>,
): Promise<readonly Uint8Array[]> => {
  const sent: Uint8Array[] = [];
  const requests = fc.sample(fc.array(line, { minLength: 1, maxLength: 8 }), {
    numRuns: REQUESTS,
    seed: SEED,
  });
  const object = { bucket: BUCKET, key: ALB_KEY, etag: 'd41d8cd98f00b204e9800998ecf8427e' };
  for (const lines of requests) {
    const encoder = encoderFor(format, object, Date.now(), { records: 1000, bytes: 2 ** 22 });
    for (const [index, bytes] of lines.entries()) encoder.add(bytes, 0, bytes.length, index + 1, false);
    const { request, records } = encoder.take();
    if (records === 0) continue;
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
    const body = gzipSync(request);
    const { status } = await fetch(endpoint + format.path, { method: 'POST', headers, body });
    expect(status).toBe(200);
    sent.push(gunzipSync(body));
  }
  expect(sent.length).toBeGreaterThan(REQUESTS / 2);
  return sent;
};

/**
 * A message without the differences that mean nothing: bytes as hexadecimal text, and no fields that have their default
 * value, unless it is one of several that a value could be.
 */
const plain = (message: unknown): unknown => withoutDefaults(message);

const withoutDefaults = (value: unknown, name = ''): unknown => {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value)
    .map(([name, field]) => [name, withoutDefaults(field, name)] as const)
    .filter(([name, field]) => ONE_OF.has(name) || !isDefault(field));
  return fields.length === 0 && !ONE_OF.has(name) ? undefined : Object.fromEntries(fields);
};

const ONE_OF = new Set(['stringValue', 'boolValue', 'intValue', 'doubleValue', 'asDouble', 'arrayValue']);

const isDefault = (field: unknown): boolean =>
  field === undefined ||
  field === 0 ||
  field === '0' ||
  field === '' ||
  (Array.isArray(field) && field.length === 0);

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const lines = (count: number, agent = 'curl/8.5.0'): Buffer => {
  const line = `http 2026-01-31T23:59:59.123456Z app/shop-web/5d1f0a9c37be2468 203.0.113.9:40100 10.0.16.4:8080 0.001 0.045 0.000 200 200 320 2400 "GET http://shop.example.com:80/ HTTP/1.1" "${agent}" - -\n`;
  return Buffer.from(line.repeat(count));
};

/** Numbers of the lines that the Collector has exported, each as often as it has. */
const lineNumbers = async (collector: Collector): Promise<readonly number[]> =>
  (await collector.exported())
    .flatMap(logRecordsOf)
    .map(({ record }) => Number(String(attributesOf(record.attributes)['log.record.uid']).split(':')[1]))
    .toSorted((a, b) => a - b);
