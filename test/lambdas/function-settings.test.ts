import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Environment,
  FUNCTION_SETTINGS,
  type FunctionSetting,
  readFunctionSettings,
  type Variable,
} from '../../lambdas/function-settings.ts';
import { malformedWith, secret, textsWith } from '../support/factories/secrets.ts';

const REQUIRED = {
  SCOUT_ENDPOINT: 'https://otel.example.com/tenant/otlp',
  SCOUT_TOKEN_URL: 'https://id.example.com/oauth2/token',
  SCOUT_SECRET_NAME: 'scout/oauth-client',
};

const read = (environment: Environment = {}) => readFunctionSettings({ ...REQUIRED, ...environment });

/** The message about a wrong environment. */
const faults = (environment: Environment): string => {
  try {
    read(environment);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'none';
};

interface Examples {
  /** Where the value is in the settings. */
  readonly path: string;
  readonly missing: unknown;
  readonly right: Readonly<Record<string, unknown>>;
  readonly wrong: readonly string[];
}

const URLS = {
  'https://otel.example.com/otlp': 'https://otel.example.com/otlp',
  'http://localhost:4318': 'http://localhost:4318',
  'http://127.9.8.7/otlp': 'http://127.9.8.7/otlp',
  'http://[::1]:4318/otlp': 'http://[::1]:4318/otlp',
};
const NOT_URLS = [
  'otel',
  'otel.example.com',
  '/token',
  'https://',
  'ftp://otel.example.com',
  'file:///x',
  'http://otel.example.com',
  'http://10.0.0.1',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
];
const ANY_TEXT = { other: 'other', 'two words': 'two words' };
const FLAG = { right: { true: true, false: false }, wrong: ['yes', '1', 'TRUE', 'constructor'] };
const PATTERN = { missing: undefined, right: { '^/health$': /^\/health$/ }, wrong: ['(', '[a'] };

/** For each variable its default, right values and wrong values: a variable without a row does not compile. */
const EXAMPLES: Readonly<Record<Variable, Examples>> = {
  SCOUT_ENDPOINT: {
    path: 'scout.endpoint',
    missing: undefined,
    right: {
      ...URLS,
      'https://otel.example.com/otlp/': 'https://otel.example.com/otlp',
      'https://otel.example.com/otlp//': 'https://otel.example.com/otlp',
      'https://otel.example.com/otlp/v1/logs': 'https://otel.example.com/otlp',
      'https://otel.example.com/otlp/v1/metrics//': 'https://otel.example.com/otlp',
    },
    wrong: NOT_URLS,
  },
  SCOUT_TOKEN_URL: { path: 'scout.tokenUrl', missing: undefined, right: URLS, wrong: NOT_URLS },
  SCOUT_SECRET_NAME: {
    path: 'scout.secretName',
    missing: undefined,
    right: { 'team/scout_1+a=b.c@d-e': 'team/scout_1+a=b.c@d-e' },
    wrong: ['a secret', '{"clientId":"me"}'],
  },
  SCOUT_CLIENT_ID: { path: 'scout.clientId', missing: undefined, right: ANY_TEXT, wrong: [] },
  SCOUT_CLIENT_SECRET: { path: 'scout.clientSecret', missing: undefined, right: ANY_TEXT, wrong: [] },
  SCOUT_AUDIENCE: { path: 'scout.audience', missing: 'b14collector', right: ANY_TEXT, wrong: [] },
  SCOUT_HEADERS: {
    path: 'scout.headers',
    missing: {},
    right: { '{"x-tenant":"a","x-key":" b c "}': { 'x-tenant': 'a', 'x-key': 'b c' }, '{}': {} },
    wrong: [
      'sesame',
      '["sesame"]',
      '{"x":1,"y":"sesame"}',
      '{"x y":"sesame"}',
      '{"x":"ses\\u0000ame"}',
      'null',
    ],
  },
  SCOUT_COMPRESSION: {
    path: 'scout.compression',
    missing: 'auto',
    right: { auto: 'auto', zstd: 'zstd', gzip: 'gzip' },
    wrong: ['none', 'GZIP', 'zstd,gzip'],
  },
  SCOUT_ENVIRONMENT: {
    path: 'resource.environment',
    missing: 'production',
    right: {
      staging: 'staging',
      'a {b}': 'a {b}',
      '123456789012': '123456789012',
      '{"123456789012":"staging","default":"test"}': { '123456789012': 'staging', default: 'test' },
      '{"123456789012":"staging"}': { '123456789012': 'staging', default: 'production' },
    },
    wrong: [
      '{',
      '{}',
      '{123456789012:staging}',
      '{"12345678901":"staging"}',
      '{"123456789012":1}',
      '{"123456789012":" "}',
      '{"staging":"123456789012"}',
      '["staging"]',
      '"staging"',
    ],
  },
  SCOUT_SERVICE_NAME: { path: 'resource.serviceName', missing: undefined, right: ANY_TEXT, wrong: [] },
  SCOUT_RESOURCE_ATTRIBUTES: {
    path: 'resource.attributes',
    missing: {},
    right: {
      ' team = web, tier=1,query=a=b ,empty=': { team: 'web', tier: '1', query: 'a=b', empty: '' },
      '{"team":"web, edge"}': { team: 'web, edge' },
    },
    wrong: ['team', '=web', 'a=b,', 'a=b,,c=d', '{"a":1}', '{"":"a"}'],
  },
  REQUEST_TIMEOUT: {
    path: 'scout.requestTimeout',
    missing: 30,
    right: { 1: 1, 900: 900 },
    wrong: ['0', '901', '1.5', '-3', '30s', '1e2', 'NaN'],
  },
  BATCH_SIZE: {
    path: 'batch.records',
    missing: 10_000,
    right: { 1: 1, 100000: 100_000 },
    wrong: ['0', '100001', 'many'],
  },
  BATCH_BYTES: {
    path: 'batch.bytes',
    missing: 4_194_304,
    right: { 1024: 1024, 4194304: 4_194_304 },
    wrong: ['1023', '4194305', '4MiB'],
  },
  OWN_METRICS: { path: 'ownMetrics', missing: true, ...FLAG },
  DELETE_PROCESSED_FILES: { path: 'deleteProcessedFiles', missing: false, ...FLAG },
  QUEUE_URL: { path: 'queueUrl', missing: undefined, right: ANY_TEXT, wrong: [] },
  DEAD_LETTER_QUEUE_URL: { path: 'deadLetterQueueUrl', missing: undefined, right: ANY_TEXT, wrong: [] },
  SOURCE_BUCKET: { path: 'sourceBucket', missing: undefined, right: ANY_TEXT, wrong: [] },
  REJECTED_BUCKET: { path: 'rejected.bucket', missing: undefined, right: ANY_TEXT, wrong: [] },
  REJECTED_PREFIX: {
    path: 'rejected.prefix',
    missing: 'rejected/',
    right: { 'refused/': 'refused/' },
    wrong: ['rejected', 'alb/', 'alb/rejected/', 'metrics/x/', 'al', 'm'],
  },
  LOG_KINDS: {
    path: 'logKinds',
    missing: ['alb'],
    right: {
      'alb-connection': ['alb-connection'],
      'alb, alb-connection,alb': ['alb', 'alb-connection'],
      '["alb"]': ['alb'],
    },
    wrong: ['waf', 'alb,', 'ALB', '[]', '{"alb":true}'],
  },
  ALB_CONNECTION_LOGS: {
    path: 'logKinds',
    missing: ['alb'],
    right: { true: ['alb', 'alb-connection'], false: ['alb'] },
    wrong: FLAG.wrong,
  },
  ALB_ATTRIBUTES: {
    path: 'alb.attributes',
    missing: 'aws',
    right: { aws: 'aws', semconv: 'semconv', both: 'both' },
    wrong: ['otel', 'AWS'],
  },
  ALB_BODY: {
    path: 'alb.body',
    missing: 'json',
    right: { json: 'json', line: 'line', none: 'none' },
    wrong: ['text'],
  },
  ALB_QUERY_STRINGS: {
    path: 'alb.queryStrings',
    missing: 'keep',
    right: { keep: 'keep', mask: 'mask', drop: 'drop' },
    wrong: ['hash'],
  },
  ALB_CLIENT_ADDRESS: {
    path: 'alb.clientAddress',
    missing: 'keep',
    right: { keep: 'keep', mask: 'mask' },
    wrong: ['drop'],
  },
  RESOURCE_TAGS: {
    path: 'resourceTags',
    missing: [],
    right: {
      'team, env': ['team', 'env'],
      'Cost Center,aws:cloudformation:stack-name': ['Cost Center', 'aws:cloudformation:stack-name'],
    },
    wrong: ['team,,env', 'team;env', 'x'.repeat(129), '*'],
  },
  ALB_REDACT_QUERY_KEYS: {
    path: 'alb.redactQueryKeys',
    missing: [],
    right: { 'email, token': ['email', 'token'], '["a"]': ['a'] },
    wrong: ['a b', 'a,,b', 'a=b', 'a&b', 'a?', 'a#', '"a"'],
  },
  ALB_SKIP_STATUS: {
    path: 'alb.skipStatus',
    missing: [],
    right: { '301, 4xx': ['301', '4xx'], 200: ['200'], '[404]': ['404'] },
    wrong: ['20', '6xx', '4XX', 'ok', '301,'],
  },
  ALB_SKIP_PATH: { path: 'alb.skipPath', ...PATTERN },
  ALB_SKIP_USER_AGENT: { path: 'alb.skipUserAgent', ...PATTERN },
  ALB_SAMPLE_RATE: {
    path: 'alb.sampleRate',
    missing: 1,
    right: { 0: 0, '.5': 0.5, 0.25: 0.25, '1e-7': 1e-7, 1: 1 },
    wrong: ['1.1', '-0.1', '10%', '.', 'NaN'],
  },
  ALB_SAMPLE_SLOWER_THAN: {
    path: 'alb.sampleSlowerThan',
    missing: Infinity,
    right: { 0: 0, 1.5: 1.5, 4000: 4000 },
    wrong: ['4001', '-1', '2s', 'Infinity'],
  },
  METRIC_UNITS: {
    path: 'metrics.units',
    missing: 'cloudwatch',
    right: { cloudwatch: 'cloudwatch', ucum: 'ucum' },
    wrong: ['si'],
  },
  METRIC_DIMENSION_ATTRIBUTES: { path: 'metrics.dimensionAttributes', missing: true, ...FLAG },
};

const rows = Object.values(FUNCTION_SETTINGS).flatMap((node): readonly FunctionSetting[] =>
  'env' in node ? [node] : Object.values<FunctionSetting>(node),
);
const valueAt = (settings: object, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], settings);

describe.each(rows.map((row) => ({ ...row, ...EXAMPLES[row.env as Variable] })))(
  '$env',
  ({ env, alias, parser, secret, path, missing, right, wrong }) => {
    if (!(env in REQUIRED))
      test('has a default', () => {
        expect(valueAt(read(), path)).toEqual(missing);
        expect(valueAt(read({ [env]: ' ' }), path)).toEqual(missing);
      });

    test('has the value of a right text, spaces around it or not', () => {
      for (const [text, value] of Object.entries(right)) {
        expect({ text, value: valueAt(read({ [env]: text }), path) }).toEqual({ text, value });
        expect({ text, value: valueAt(read({ [env]: ` ${text}\n` }), path) }).toEqual({ text, value });
      }
    });

    if (wrong.length > 0)
      test('is refused with the value got and what would be right', () => {
        for (const text of wrong) {
          const got = secret ? 'malformed' : JSON.stringify(text);
          const expected = env === 'REJECTED_PREFIX' ? 'a prefix that ends in /' : parser.expected;
          expect(faults({ [env]: text })).toMatch(/^invalid settings: .*\.$/);
          expect(faults({ [env]: text })).toContain(`${env} is ${got}; it must be ${expected}`);
        }
      });

    if (alias !== undefined)
      test('may be given as its alias, but not under both names', () => {
        const [text = ''] = Object.keys(right);
        expect(read({ [alias]: text })).toEqual(read({ [env]: text }));
        expect(faults({ [alias]: '\0' })).toContain(
          parser.parse('\0') === undefined ? `${alias} is` : 'none',
        );
        expect(faults({ [alias]: text, [env]: text })).toContain(`${env} and ${alias} are one setting`);
      });
  },
);

describe('credentials', () => {
  test('an id and a secret replace the name of a secret', () => {
    const { scout } = read({ SCOUT_SECRET_NAME: '', SCOUT_CLIENT_ID: 'me', SCOUT_CLIENT_SECRET: 'hush' });
    expect(scout).toMatchObject({ secretName: undefined, clientId: 'me', clientSecret: 'hush' });
  });

  test('an id without a secret is refused', () => {
    expect(faults({ SCOUT_SECRET_NAME: '', SCOUT_CLIENT_ID: 'me' })).toContain(
      'SCOUT_SECRET_NAME is missing; it must be the name of a secret, unless SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET are set',
    );
  });
});

describe.each(['SCOUT_ENDPOINT', 'SCOUT_TOKEN_URL'])('a wrong %s', (name) => {
  test.each(['?', '#', '?key=sesame', '#sesame'])('that ends in %s is shown without its query', (ending) => {
    const text = faults({ [name]: `https://otel.example.com/otlp${ending}` });
    expect(text).toContain(`${name} is "https://otel.example.com/otlp${ending.slice(0, 1)}`);
    expect(text).not.toContain('sesame');
  });

  test.each([
    'https://user:se@sesame@otel.example.com',
    'user:sesame@otel.example.com',
    'https://us er:sesame@otel.example.com',
    'http://user:sesame@localhost',
  ])('with a password is shown without it: %s', (url) => {
    const text = faults({ [name]: url });
    expect(text).toContain(url.endsWith('localhost') ? '***@localhost' : '***@otel.example.com');
    expect(text).not.toContain('sesame');
  });
});

test('no message shows a secret, or the user, the query or the fragment of a URL, whatever the setting', () => {
  const setting = fc.constantFrom(...rows).chain(({ env, secret: isSecret }) =>
    secret.chain((value) =>
      fc.record({
        env: fc.constant(env),
        value: fc.constant(value),
        text: fc.constantFrom(...(isSecret ? malformedWith : textsWith)(value)),
      }),
    ),
  );
  fc.assert(
    fc.property(setting, ({ env, value, text }) => {
      expect(faults({ [env]: text, BATCH_SIZE: 'many' })).not.toContain(value);
    }),
    { numRuns: 1000 },
  );
});

test('one message names everything that is missing or wrong, and no secret', () => {
  const wrong = Object.entries(EXAMPLES).flatMap(
    ([
      name,
      {
        wrong: [text],
      },
    ]) => (text === undefined ? [] : [[name, text]]),
  );
  const environment: Environment = {
    ...Object.fromEntries(wrong),
    SCOUT_ENDPOINT: ' ',
    SCOUT_CLIENT_SECRET: 'sesame',
  };
  const text = faults(environment);
  for (const [name] of wrong) expect(text).toContain(`${name} is `);
  expect(text).toContain("SCOUT_ENDPOINT is missing; it must be Scout's OTLP base URL");
  expect(text).not.toContain('sesame');
  expect(text).not.toContain('\n');
});
