import { describe, expect, test } from 'vitest';
import { type Environment, type Pipeline, readFunctionSettings } from '../../lambdas/function-settings.ts';

const REQUIRED = {
  SCOUT_ENDPOINT: 'https://otel.example.com/tenant/otlp',
  SCOUT_TOKEN_URL: 'https://id.example.com/oauth2/token',
  SCOUT_SECRET_NAME: 'scout/oauth-client',
};

const read = (environment: Environment = {}, pipeline: Pipeline = 'logs') =>
  readFunctionSettings({ ...REQUIRED, ...environment }, pipeline);

/** What is said of a wrong environment. */
const complaint = (environment: Environment): string => {
  try {
    read(environment);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'none';
};

describe('without anything but what is required', () => {
  test('the defaults hold', () => {
    expect(read()).toEqual({
      scout: {
        endpoint: 'https://otel.example.com/tenant/otlp',
        tokenUrl: 'https://id.example.com/oauth2/token',
        secretName: 'scout/oauth-client',
        clientId: undefined,
        clientSecret: undefined,
        audience: 'b14collector',
        headers: {},
        compression: 'auto',
        requestTimeoutMs: 30_000,
      },
      resource: { environment: 'production', serviceName: 'alb', attributes: {} },
      batch: { records: expect.any(Number), bytes: expect.any(Number) },
      deleteProcessedFiles: false,
      queueUrl: undefined,
      deadLetterQueueUrl: undefined,
      rejected: { bucket: undefined, prefix: 'rejected/' },
      sourceBucket: undefined,
      alb: expect.objectContaining({ attributes: 'aws', body: 'json' }),
      metrics: { units: 'cloudwatch', dimensionAttributes: false },
    });
    expect(read().batch.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  test('the service is named by the pipeline', () => {
    expect(read({}, 'metrics').resource.serviceName).toBe('aws-cloudwatch-stream');
    expect(read({}, 'logs').resource.serviceName).toBe('alb');
  });
});

describe('right values', () => {
  test.each<[string, string, (settings: ReturnType<typeof read>) => unknown, unknown]>([
    ['SCOUT_AUDIENCE', 'other', ({ scout }) => scout.audience, 'other'],
    [
      'SCOUT_HEADERS',
      '{"x-tenant":"a","x-key":"b c"}',
      ({ scout }) => scout.headers,
      { 'x-tenant': 'a', 'x-key': 'b c' },
    ],
    ['SCOUT_ENVIRONMENT', 'staging', ({ resource }) => resource.environment, 'staging'],
    ['SCOUT_SERVICE_NAME', 'namespace', ({ resource }) => resource.serviceName, 'namespace'],
    [
      'SCOUT_RESOURCE_ATTRIBUTES',
      ' team = web, tier=1,query=a=b ,empty=',
      ({ resource }) => resource.attributes,
      { team: 'web', tier: '1', query: 'a=b', empty: '' },
    ],
    ['REQUEST_TIMEOUT', '7', ({ scout }) => scout.requestTimeoutMs, 7000],
    ['REQUEST_TIMEOUT', '900', ({ scout }) => scout.requestTimeoutMs, 900_000],
    ['BATCH_SIZE', '1', ({ batch }) => batch.records, 1],
    ['BATCH_BYTES', '4194304', ({ batch }) => batch.bytes, 4_194_304],
    ['DELETE_PROCESSED_FILES', 'true', ({ deleteProcessedFiles }) => deleteProcessedFiles, true],
    ['DELETE_PROCESSED_FILES', 'false', ({ deleteProcessedFiles }) => deleteProcessedFiles, false],
    ['QUEUE_URL', 'https://sqs/q', ({ queueUrl }) => queueUrl, 'https://sqs/q'],
    ['DEAD_LETTER_QUEUE_URL', 'https://sqs/d', ({ deadLetterQueueUrl: url }) => url, 'https://sqs/d'],
    ['REJECTED_BUCKET', 'kept', ({ rejected }) => rejected.bucket, 'kept'],
    ['REJECTED_PREFIX', 'refused/', ({ rejected }) => rejected.prefix, 'refused/'],
    ['SOURCE_BUCKET', 'source', ({ sourceBucket }) => sourceBucket, 'source'],
    ['ALB_ATTRIBUTES', 'semconv', ({ alb }) => alb.attributes, 'semconv'],
    ['ALB_ATTRIBUTES', 'both', ({ alb }) => alb.attributes, 'both'],
    ['ALB_BODY', 'line', ({ alb }) => alb.body, 'line'],
    ['ALB_BODY', 'none', ({ alb }) => alb.body, 'none'],
    ['METRIC_UNITS', 'ucum', ({ metrics }) => metrics.units, 'ucum'],
    ['METRIC_DIMENSION_ATTRIBUTES', 'true', ({ metrics }) => metrics.dimensionAttributes, true],
  ])('%s=%s', (name, value, pick, expected) => {
    expect(pick(read({ [name]: value }))).toEqual(expected);
    expect(pick(read({ [name]: ` ${value}\n` }))).toEqual(expected);
  });

  test.each(['', '/', '//', '/v1/logs', '/v1/metrics', '/v1/logs/', '/v1/metrics//'])(
    'the endpoint may end in "%s"',
    (ending) => {
      const endpoint = `https://otel.example.com/tenant/otlp${ending}`;
      expect(read({ SCOUT_ENDPOINT: endpoint }).scout.endpoint).toBe('https://otel.example.com/tenant/otlp');
    },
  );

  test.each(['http://localhost:4318', 'http://127.0.0.1:4318', 'http://127.9.8.7', 'http://[::1]:4318/otlp'])(
    'http: to loopback, %s',
    (url) => {
      const { scout } = read({ SCOUT_ENDPOINT: url, SCOUT_TOKEN_URL: `${url}/token` });
      expect(scout).toMatchObject({ endpoint: url, tokenUrl: `${url}/token` });
    },
  );

  test('an id and a secret do without a secret name', () => {
    const { scout } = read({ SCOUT_SECRET_NAME: '', SCOUT_CLIENT_ID: 'me', SCOUT_CLIENT_SECRET: 'hush' });
    expect(scout).toMatchObject({ secretName: undefined, clientId: 'me', clientSecret: 'hush' });
  });
});

describe('wrong values', () => {
  test.each([
    ['REQUEST_TIMEOUT', ['0', '901', '1.5', '-3', '30s', '1e2', 'NaN'], 'a whole number from 1 to 900'],
    ['BATCH_SIZE', ['0', '100001', 'many'], 'a whole number from 1 to 100000'],
    ['BATCH_BYTES', ['1023', '4194305', '4MiB'], 'a whole number from 1024 to 4194304'],
    ['DELETE_PROCESSED_FILES', ['yes', '1', 'TRUE'], '"false", "true"'],
    ['METRIC_DIMENSION_ATTRIBUTES', ['no'], '"false", "true"'],
    ['ALB_ATTRIBUTES', ['otel', 'AWS'], '"aws", "semconv", "both"'],
    ['ALB_BODY', ['text'], '"json", "line", "none"'],
    ['METRIC_UNITS', ['si'], '"cloudwatch", "ucum"'],
    ['SCOUT_RESOURCE_ATTRIBUTES', ['team', '=web', 'a=b,', 'a=b,,c=d'], 'pairs such as team=web,tier=1'],
    [
      'REJECTED_PREFIX',
      ['rejected', 'alb/', 'alb/rejected/', 'metrics/x/', 'al', 'm'],
      'a prefix that ends in / and is apart from metrics/ and alb/',
    ],
    [
      'SCOUT_TOKEN_URL',
      ['id.example.com', 'ftp://id.example.com', 'http://id.example.com', 'https://', '/token'],
      'the OAuth2 token endpoint, https: (http: only to loopback)',
    ],
    [
      'SCOUT_ENDPOINT',
      [
        'otel',
        'http://127.0.0.1.example.com',
        'http://localhost.example.com',
        'http://10.0.0.1',
        'file:///x',
      ],
      'the OTLP base URL, https: (http: only to loopback)',
    ],
  ])('%s of %j', (name, values, right) => {
    for (const value of values) {
      const text = complaint({ [name]: value });
      expect(text).toContain(`${name} is ${JSON.stringify(value)}; it must be ${right}`);
    }
  });

  test.each(['?', '#', '?key=sesame', '#sesame'])('a URL that ends in %s', (ending) => {
    for (const name of ['SCOUT_ENDPOINT', 'SCOUT_TOKEN_URL']) {
      const text = complaint({ [name]: `https://otel.example.com/otlp${ending}` });
      expect(text).toContain(`${name} is "https://otel.example.com/otlp${ending.slice(0, 1)}`);
      expect(text).not.toContain('sesame');
    }
  });

  test.each([
    'https://user:sesame@otel.example.com/otlp',
    'https://sesame@otel.example.com/otlp',
    'https://user:se@sesame@otel.example.com',
    'user:sesame@otel.example.com',
    'https://us er:sesame@otel.example.com',
    'http://user:sesame@localhost',
  ])('a URL with a password: %s', (url) => {
    for (const name of ['SCOUT_ENDPOINT', 'SCOUT_TOKEN_URL']) {
      const text = complaint({ [name]: url });
      expect(text).toContain(`${name} is`);
      expect(text).toContain(url.endsWith('localhost') ? '***@localhost' : '***@otel.example.com');
      expect(text).not.toContain('sesame');
    }
  });

  test.each([
    'sesame',
    '["sesame"]',
    '{"x":1,"y":"sesame"}',
    '{"x y":"sesame"}',
    '{"x":"ses\\u0000ame"}',
    'null',
  ])('headers of %s, which are never shown', (value) => {
    const text = complaint({ SCOUT_HEADERS: value });
    expect(text).toBe(
      'wrong settings: SCOUT_HEADERS is malformed; it must be a JSON object of header names and text values.',
    );
  });

  test('an id without a secret', () => {
    expect(complaint({ SCOUT_SECRET_NAME: '', SCOUT_CLIENT_ID: 'me' })).toContain(
      'SCOUT_SECRET_NAME is missing; it must be a Secrets Manager secret, unless SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET are set',
    );
  });
});

test('one message names everything that is wrong, and no secret', () => {
  const environment = {
    SCOUT_ENDPOINT: ' ',
    SCOUT_TOKEN_URL: undefined,
    SCOUT_SECRET_NAME: undefined,
    SCOUT_CLIENT_SECRET: 'sesame',
    SCOUT_HEADERS: '{"authorization":["sesame"]}',
    SCOUT_RESOURCE_ATTRIBUTES: 'x',
    REQUEST_TIMEOUT: 'x',
    BATCH_SIZE: 'x',
    BATCH_BYTES: 'x',
    DELETE_PROCESSED_FILES: 'x',
    REJECTED_PREFIX: 'x',
    ALB_ATTRIBUTES: 'x',
    ALB_BODY: 'x',
    METRIC_UNITS: 'x',
    METRIC_DIMENSION_ATTRIBUTES: 'x',
  };
  const text = complaint(environment);
  for (const name of Object.keys(environment))
    if (name !== 'SCOUT_CLIENT_SECRET') expect(text).toContain(`${name} is `);
  expect(text).not.toContain('sesame');
  expect(text).not.toContain('\n');
});
