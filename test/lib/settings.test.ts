import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import {
  functionEnvironment,
  readStackSettings,
  type StackSettings,
  SettingsError,
} from '../../lib/settings.ts';
import { type Setting, SETTINGS } from '../../lib/settings/settings-table.ts';
import { malformedWith, secret, textsWith } from '../support/factories/secrets.ts';
import { SCOUT } from '../support/harness/synth.ts';

const ALB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alarms';
const VPC = { vpcId: 'vpc-0123456789abcdef0', subnetIds: 'subnet-0123456789abcdef0' };

const read = (context: object, environment = {}): StackSettings =>
  readStackSettings({ ...SCOUT, ...context }, environment);

const faults = (context: object, environment = {}): string[] => {
  try {
    read(context, environment);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [...error.message.matchAll(/^ {2}- (.*)$/gm)].map(([, fault = '']) => fault);
  }
};

describe('context settings', () => {
  test('need no more than the two URLs of Scout', () => {
    expect(read({})).toMatchObject({
      ...SCOUT,
      scoutSecretName: 'scout/oauth-client',
      metrics: true,
      albLogs: true,
      logKinds: ['alb'],
    });
  });

  test('that are missing, wrong or unknown are named all at once, with an example', () => {
    const context = {
      scoutEndpoint: '',
      scoutTokenUrl: 'http://id.example.com',
      albBody: 'yaml',
      metricTimout: 60,
    };
    expect(faults(context)).toEqual([
      expect.stringMatching(/^scoutEndpoint is missing; it must be Scout's OTLP base URL/),
      expect.stringMatching(
        /^scoutTokenUrl is "http:.*"; it must be Scout's OAuth2 token endpoint, an https: URL/,
      ),
      'albBody is "yaml"; it must be one of json, line, none',
      'unknown setting metricTimout; did you mean metricTimeout?',
    ]);
    expect(() => read(context)).toThrow('npx cdk deploy \\\n    -c scoutEndpoint=https://');
  });

  test.each([
    ['metricTimout', 'metricTimeout'],
    ['batch-size', 'batchSize'],
    ['SCOUT_ENDPOINT', 'scoutEndpoint'],
    ['dashbord', 'dashboard'],
    ['vpc', 'vpcId'],
    ['bucketRetention', 'bucketRetentionDays'],
    ['email', 'alarmEmail'],
    ['environment', 'scoutEnvironment'],
    ['caCertificate', 'caCertificateFile'],
    ['kmsKeyArn', 'secretKmsKeyArn'],
    ['logBoddy', 'logBody'],
  ])('%s is refused, and %s suggested', (key, meant) => {
    expect(faults({ [key]: 'x' })).toEqual([`unknown setting ${key}; did you mean ${meant}?`]);
  });

  test('any other key that could be a setting is refused', () => {
    expect(faults({ stackName: 'x', constructor: 'x' })).toEqual([
      'unknown setting stackName; write a key of your own with a colon: my:stackName',
      'unknown setting constructor; write a key of your own with a colon: my:constructor',
    ]);
  });

  test('live beside the context of CDK and of other tools', () => {
    expect(
      faults({
        '@aws-cdk/core:stackRelativeExports': true,
        'aws:cdk:enable-path-metadata': true,
        'vpc-provider:account=1:filter.vpc-id=vpc-1:region=eu-west-1': {},
        'acknowledged-issue-numbers': [1],
        'cdk-migrate': true,
        'my:scoutEndpoint': 'web',
        'team.owner': 'web',
      }),
    ).toEqual([]);
  });

  test('are shown without secrets, and the user, the query and the fragment of a URL, where they are wrong', () => {
    const setting = fc
      .constantFrom(...Object.entries<Setting>(SETTINGS))
      .chain(([key, { secret: isSecret }]) =>
        secret.chain((value) =>
          fc
            .constantFrom(...(isSecret ? malformedWith : textsWith)(value))
            .map((text) => ({ key, value, text })),
        ),
      );
    fc.assert(
      fc.property(setting, ({ key, value, text }) => {
        for (const given of [text, [text], { text }]) {
          expect(faults({ [key]: given, batchSize: 'many' }).join()).not.toContain(value);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('have the same value as text, as JSON text and as JSON', () => {
    const values = {
      scoutHeaders: { 'x-tenant': 'a' },
      scoutEnvironment: { '123456789012': 'staging', default: 'test' },
      albRedactQueryKeys: ['email', 'token'],
      logKinds: ['alb', 'alb-connection'],
      requestTimeout: 10,
      albSampleRate: 0.25,
      deleteProcessedFiles: true,
    };
    const text = Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]);
    expect(read(values)).toMatchObject(values);
    expect(read(Object.fromEntries(text))).toMatchObject(values);
    expect(read({ albRedactQueryKeys: ' email, token' }).albRedactQueryKeys).toEqual(
      values.albRedactQueryKeys,
    );
  });

  test('of logs can be named log… for alb…, but not both', () => {
    expect(read({ logBody: 'none', logMemory: 512 })).toMatchObject({ albBody: 'none', albMemory: 512 });
    expect(faults({ logBody: 'yaml' })).toEqual([expect.stringMatching(/^logBody is "yaml"/)]);
    expect(faults({ logBody: 'none', albBody: 'none' })).toEqual([
      'albBody and logBody are one setting; give one',
    ]);
  });

  test('albConnectionLogs adds the kind alb-connection', () => {
    expect(read({ albConnectionLogs: true }).logKinds).toEqual(['alb', 'alb-connection']);
  });
});

const CLI = { CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'us-east-1' };
const ACCOUNTS = Array.from({ length: 100 }, (_, i) => String(100_000_000_000 + i));

test.each<[string, object, RegExp]>([
  ['nothing to deploy', { metrics: false, albLogs: 'false' }, /nothing is left/],
  ['a Scout on loopback', { scoutEndpoint: 'http://localhost:4318' }, /on loopback/],
  ['the ARN of a secret', { scoutSecretName: 'arn:aws:secretsmanager:a:1:secret:b' }, /is an ARN/],
  [
    'two kinds of filter',
    { metricInclude: 'AWS/EC2', metricExclude: 'AWS/RDS' },
    /either includes or excludes/,
  ],
  ['a preset with an exclusion', { metricPreset: 'alb', metricExclude: 'AWS/RDS' }, /includes or excludes/],
  [
    'deleting from an existing bucket',
    { albLogBucketName: 'logs', deleteProcessedFiles: true },
    /is only read/,
  ],
  ['delivery into an existing bucket', { albLogBucketName: 'logs', albArns: ALB }, /cannot be given with/],
  [
    'accounts of an existing bucket',
    { albLogBucketName: 'logs', albLogAccounts: '210987654321' },
    /cannot be/,
  ],
  [
    'more accounts than a bucket policy holds',
    { albLogAccounts: ACCOUNTS },
    /names 100 accounts; the bucket policy has room for \d\d with/,
  ],
  [
    'a load balancer none of whose logs is forwarded',
    { albArns: ALB.replace('/app/', '/net/') },
    /^albArns: arn:\S+:loadbalancer\/net\/\S+ writes none of the logs of logKinds, which are alb; it can write nlb$/,
  ],
  [
    'a filter that no turned-on kind has a field for',
    { logKinds: 'alb-connection', albSkipStatus: '4xx' },
    /^albSkipStatus applies to none of the logs of logKinds, which are alb-connection: they do not have a status$/,
  ],
  ['a prefix without a bucket', { albLogPrefix: 'prod/' }, /need albLogBucketName/],
  ['EventBridge without a bucket', { albLogSource: 'eventbridge' }, /need albLogBucketName/],
  ['a topic without a bucket', { albLogTopicArn: TOPIC }, /need albLogBucketName/],
  [
    'a topic and EventBridge',
    { albLogBucketName: 'logs', albLogSource: 'eventbridge', albLogTopicArn: TOPIC },
    /one way/,
  ],
  [
    'notifications in a bucket of another account',
    { albLogBucketName: 'logs', albLogBucketAccount: '210987654321' },
    /cannot add notifications; its owner must forward events \(albLogSource=eventbridge\) or notify a topic/,
  ],
  ['a VPC without subnets', { vpcId: VPC.vpcId }, /go together/],
  ['subnets without a VPC', { subnetIds: VPC.subnetIds }, /go together/],
  ['a security group without a VPC', { securityGroupIds: 'sg-01234567' }, /needs vpcId/],
  ['one VPC in two regions', { ...VPC, regions: 'eu-west-1,us-east-1' }, /belong to one region/],
  [
    'a load balancer outside regions',
    { albArns: ALB, regions: 'us-east-1' },
    /albArns names a resource of another region/,
  ],
  ['a topic outside its one region', { alarmTopicArn: TOPIC, regions: 'us-east-1' }, /alarmTopicArn names a/],
  ['more variables than Lambda takes', { albSkipPath: 'x'.repeat(3500) }, /settings of logs make \d+ bytes/],
])('refused at synth: %s', (_, context, fault) => {
  expect(faults(context)).toEqual([expect.stringMatching(fault)]);
});

describe('for the account and region of the CDK CLI', () => {
  test.each([
    ['albArns', ALB],
    ['alarmTopicArn', TOPIC],
    ['secretKmsKeyArn', KEY],
  ])('%s of another region is refused', (key, arn) => {
    expect(faults({ [key]: arn }, CLI)).toEqual([
      `${key} names a resource of another region than the stack's`,
    ]);
    expect(faults({ [key]: arn }, { ...CLI, CDK_DEFAULT_REGION: 'eu-west-1' })).toEqual([]);
  });

  test('albArns of another account is refused', () => {
    const environment = { CDK_DEFAULT_ACCOUNT: '210987654321', CDK_DEFAULT_REGION: 'eu-west-1' };
    expect(faults({ albArns: ALB }, environment)).toEqual([expect.stringMatching(/another account/)]);
  });

  test('nothing is compared without credentials, when the CLI assumes a region', () => {
    expect(faults({ albArns: ALB }, { CDK_DEFAULT_REGION: 'us-east-1' })).toEqual([]);
  });
});

describe('the environment of a function', () => {
  /** A value other than the default for every key that becomes a variable. */
  const everything = {
    scoutSecretName: 'other',
    scoutAudience: 'someone',
    scoutHeaders: { 'x-tenant': 'a' },
    scoutCompression: 'gzip',
    scoutEnvironment: '{"123456789012":"staging"}',
    scoutResourceAttributes: 'team=web',
    resourceTags: 'team,Cost Center',
    requestTimeout: 10,
    batchSize: 500,
    batchBytes: '1000000',
    deleteProcessedFiles: 'true',
    ownMetrics: false,
    metricServiceName: 'namespace',
    metricUnits: 'ucum',
    metricDimensionAttributes: false,
    logKinds: 'alb-connection,alb',
    albServiceName: 'edge',
    albAttributes: 'semconv',
    albBody: 'none',
    albQueryStrings: 'mask',
    albRedactQueryKeys: 'email,token',
    albClientAddress: 'mask',
    albSkipStatus: '301,4xx',
    albSkipPath: '^/health/[/\\w]+$',
    albSkipUserAgent: 'ELB-HealthChecker',
    albSampleRate: '0.1',
    albSampleSlowerThan: 1.5,
    albConnectionLogs: true,
  };

  const scout = {
    SCOUT_ENDPOINT: SCOUT.scoutEndpoint,
    SCOUT_TOKEN_URL: SCOUT.scoutTokenUrl,
    SCOUT_SECRET_NAME: 'other',
    SCOUT_AUDIENCE: 'someone',
    SCOUT_HEADERS: '{"x-tenant":"a"}',
    SCOUT_COMPRESSION: 'gzip',
    SCOUT_ENVIRONMENT: '{"123456789012":"staging","default":"production"}',
    SCOUT_RESOURCE_ATTRIBUTES: '{"team":"web"}',
    RESOURCE_TAGS: 'team,Cost Center',
    REQUEST_TIMEOUT: '10',
    BATCH_SIZE: '500',
    BATCH_BYTES: '1000000',
    OWN_METRICS: 'false',
    DELETE_PROCESSED_FILES: 'true',
  };
  const variables = {
    metrics: {
      ...scout,
      SCOUT_SERVICE_NAME: 'namespace',
      METRIC_UNITS: 'ucum',
      METRIC_DIMENSION_ATTRIBUTES: 'false',
    },
    logs: {
      ...scout,
      SCOUT_SERVICE_NAME: 'edge',
      LOG_KINDS: 'alb-connection,alb',
      ALB_CONNECTION_LOGS: 'true',
      ALB_ATTRIBUTES: 'semconv',
      ALB_BODY: 'none',
      ALB_QUERY_STRINGS: 'mask',
      ALB_REDACT_QUERY_KEYS: 'email,token',
      ALB_CLIENT_ADDRESS: 'mask',
      ALB_SKIP_STATUS: '301,4xx',
      ALB_SKIP_PATH: '^/health/[/\\w]+$',
      ALB_SKIP_USER_AGENT: 'ELB-HealthChecker',
      ALB_SAMPLE_RATE: '0.1',
      ALB_SAMPLE_SLOWER_THAN: '1.5',
    },
  };

  test.each(['metrics', 'logs'] as const)(
    'of %s holds what was set, and the function reads it',
    (pipeline) => {
      const environment = functionEnvironment(read(everything), pipeline);
      expect(environment).toEqual(variables[pipeline]);
      expect(() => readFunctionSettings(environment)).not.toThrow();
    },
  );

  test('is shown above for every key that becomes a variable', () => {
    const keys = Object.entries<Setting>(SETTINGS).flatMap(([key, { env }]) =>
      env === undefined ? [] : [key],
    );
    expect(Object.keys({ ...SCOUT, ...everything }).toSorted()).toEqual(keys.toSorted());
  });

  test.each(['metrics', 'logs'] as const)('of %s holds no defaults of the function', (pipeline) => {
    expect(functionEnvironment(read({}), pipeline)).toEqual({
      SCOUT_ENDPOINT: SCOUT.scoutEndpoint,
      SCOUT_TOKEN_URL: SCOUT.scoutTokenUrl,
      SCOUT_SECRET_NAME: 'scout/oauth-client',
    });
  });

  test('never holds credentials', () => {
    const named = Object.values<Setting>(SETTINGS).map(({ env }) => env);
    expect(named).not.toContain('SCOUT_CLIENT_ID');
    expect(named).not.toContain('SCOUT_CLIENT_SECRET');
  });
});
